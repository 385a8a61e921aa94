import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import {
  cannotPing,
  canPing,
  inMachine,
  openTrial,
  putVpc,
  skipWithoutRoot,
  startInstance,
  type Trial,
} from './trial.fixture.ts';

/** 1 ═ 2 ═ 3 by peering, 2 ─ site by VPN. */
describe('links', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openTrial();
    const { fabric } = trial;
    for (const number of [1, 2, 3]) {
      await putVpc(trial, number);
      await startInstance(trial, number, 10);
    }
    await fabric.putSite({ id: 'site', cidrs: ['192.168.0.0/16'], ipv6Cidrs: ['2001:db8:ff::/64'] });
    await fabric.putHost({
      ...{ id: 'host', subnetId: 'site/0', name: 'host' },
      addresses: ['192.168.0.10', '2001:db8:ff::10'],
    });
    await fabric.putPeering({ id: 'pcx-12', vpcIds: ['vpc-1', 'vpc-2'] });
    await fabric.putPeering({ id: 'pcx-23', vpcIds: ['vpc-2', 'vpc-3'] });
    await fabric.putLink({ id: 'vpn', between: ['vpc-2', 'site'] });
  });
  after(() => trial.fabric.close());

  it('join the networks at their two ends, over both families', async () => {
    assert.ok(await canPing(trial, 'i-1-10', '10.2.1.10'));
    assert.ok(await canPing(trial, 'i-3-10', '10.2.1.10'));
    assert.ok(await canPing(trial, 'i-1-10', '2001:db8:2::10'));
    assert.ok(await canPing(trial, 'host', '10.2.1.10'));
    assert.ok(await canPing(trial, 'i-2-10', '192.168.0.10'));
    assert.ok(await canPing(trial, 'host', '2001:db8:2::10'));
  });

  it('are not transitive: what comes by one leaves by no other, even where somebody routes it there', async () => {
    const beyond = ['10.3.1.10', '192.168.0.10', '2001:db8:3::10'];
    const silences = await Promise.all(beyond.map((address) => cannotPing(trial, 'i-1-10', address)));
    assert.deepEqual(silences, [true, true, true]);
    routeBy(trial, 'vpc-1', '10.3.0.0/16');
    routeBy(trial, 'vpc-3', '10.1.0.0/16');
    assert.ok(await cannotPing(trial, 'i-1-10', '10.3.1.10'));
  });

  it("do not lead to the other VPC's resolver", async () => {
    assert.ok(await canPing(trial, 'i-2-10', '10.2.0.2'));
    assert.ok(await cannotPing(trial, 'i-1-10', '10.2.0.2'));
    assert.ok(await cannotPing(trial, 'host', '10.2.0.2'));
  });

  it('carry no larger packet than their MTU, and say so to who sends one', async () => {
    await trial.fabric.setLink('vpn', { mtu: 1400 });
    const script =
      'ip route flush cache; busybox ping -q -c 2 -W 1 -s 1400 192.168.0.10 >&2; ip route get 192.168.0.10';
    assert.match(await inMachine(trial, 'i-2-10', script), /mtu 1400/);
    await trial.fabric.setLink('vpn', { mtu: 1500 });
  });

  it('carry IPv6 packets of 1,280 bytes however small their MTU is, and no larger ones of IPv4', async () => {
    await trial.fabric.setLink('vpn', { mtu: 600 });
    const ping = (address: string, bytes: number) => `busybox ping -q -c 1 -W 1 -s ${bytes} ${address}`;
    const script = `ip route flush cache; ${ping('2001:db8:ff::10', 1280 - 48)}; ${ping('192.168.0.10', 1000)} >&2 || true; ip route get 192.168.0.10`;
    assert.match(await inMachine(trial, 'i-2-10', script), /mtu 600/);
    await trial.fabric.setLink('vpn', { mtu: 1500 });
  });

  it('fail and come back', async () => {
    await trial.fabric.setLink('pcx-12', { down: true });
    assert.ok(await cannotPing(trial, 'i-1-10', '10.2.1.10'));
    await trial.fabric.setLink('pcx-12', { down: false });
    assert.ok(await canPing(trial, 'i-1-10', '10.2.1.10'));
  });

  it('lose the part of the packets that they are told to, all where it is all', async () => {
    await trial.fabric.setLink('pcx-12', { loss: 1 });
    assert.ok(await cannotPing(trial, 'i-1-10', '10.2.1.10'));
    await trial.fabric.setLink('pcx-12', { loss: 0.5 });
    const shown = await inMachine(trial, 'i-1-10', 'busybox ping -q -c 200 -i 0.005 -W 1 10.2.1.10 || true');
    const received = Number(/(\d+) packets received/.exec(shown)?.[1]);
    // A quarter of 200 comes back: it is 20 to 85 but once in 10¹⁰ times.
    assert.ok(received > 15 && received < 95, shown);
    await trial.fabric.setLink('pcx-12', { loss: 0 });
  });

  it('are transitive at a transit gateway alone', async () => {
    const { fabric } = trial;
    await fabric.putLink({ id: 'tgw', between: ['vpc-1', 'vpc-3', 'site'], transitive: true });
    assert.ok(await canPing(trial, 'i-1-10', '10.3.1.10'));
    assert.ok(await canPing(trial, 'i-3-10', '192.168.0.10'));
    assert.ok(await canPing(trial, 'i-3-10', '2001:db8:1::10'));
    await fabric.setLink('tgw', { mtu: 1300 });
    const large = 'busybox ping -q -c 2 -W 1 -s 1400 192.168.0.10 >&2 || true; ip route get 192.168.0.10';
    assert.match(await inMachine(trial, 'i-3-10', large), /mtu 1300/);
    await fabric.deleteLink('tgw');
    assert.ok(await cannotPing(trial, 'i-1-10', '10.3.1.10'));
  });
});

/** A route by VPC 2 that the fabric would not make. */
function routeBy({ fabric }: Trial, vpcId: string, cidr: string): void {
  const namespace = fabric.routerNamespace(vpcId);
  const [, route] = execFileSync('ip', ['-netns', namespace, 'route', 'show', '10.2.0.0/16'], {
    encoding: 'utf8',
  }).match(/(via inet6 \S+ dev \S+)/)!;
  execFileSync('ip', ['-netns', namespace, 'route', 'replace', cidr, ...route!.split(' ')]);
}
