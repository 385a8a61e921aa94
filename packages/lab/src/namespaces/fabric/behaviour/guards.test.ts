import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { FabricPermission } from '@pointsman/cloud';
import { bindUdp } from '@pointsman/forwarder/namespace';
import {
  cannotPing,
  canPing,
  EVERYTHING,
  inMachine,
  openPeeredTrial,
  putInterface,
  skipWithoutRoot,
  type Trial,
  until,
} from './trial.fixture.ts';

const PING: FabricPermission = {
  protocol: 'icmp',
  fromPort: 8,
  toPort: -1,
  cidrs: ['0.0.0.0/0'],
  groupIds: [],
};

describe('what guards an interface', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openPeeredTrial();
  });
  after(() => trial.fabric.close());

  async function socketIn(t: TestContext, machine: string, address: string): Promise<Socket> {
    const socket = await bindUdp({ namespace: trial.fabric.machineNamespace(machine), address, port: 0 });
    t.after(() => socket.close());
    return socket;
  }

  /** Puts 10.1.1.11 into a group of its own that lets this in. */
  async function guard(ingress: FabricPermission[], egress = [EVERYTHING]): Promise<void> {
    await trial.fabric.putSecurityGroup({ id: 'sg-guard', vpcId: 'vpc-1', ingress, egress });
    await putInterface(trial, 1, 11, { securityGroupIds: ['sg-guard'] });
  }

  it('lets in what a security group allows, and answers to what went out', async () => {
    await guard([]);
    assert.ok(await cannotPing(trial, 'i-1-10', '10.1.1.11'));
    assert.ok(await cannotPing(trial, 'i-1-10', '2001:db8:1::11'));
    assert.ok(await canPing(trial, 'i-1-11', '10.1.1.10'));
    assert.ok(await canPing(trial, 'i-1-11', '10.1.0.2'));
    await guard([PING]);
    assert.ok(await canPing(trial, 'i-1-10', '10.1.1.11'));
    assert.ok(await cannotPing(trial, 'i-1-10', '2001:db8:1::11'));
  });

  it('lets out what a security group allows, and the VPC resolver is outside of it', async () => {
    await guard([EVERYTHING], []);
    assert.ok(await canPing(trial, 'i-1-10', '10.1.1.11'));
    assert.ok(await cannotPing(trial, 'i-1-11', '10.1.1.10'));
    assert.ok(await canPing(trial, 'i-1-11', '169.254.169.253'));
  });

  it('knows the members of another group, also over a peering, and follows who joins and leaves', async () => {
    await guard([{ protocol: '-1', cidrs: [], groupIds: ['sg-2'] }]);
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.11'));
    assert.ok(await cannotPing(trial, 'i-1-10', '10.1.1.11'));
    await trial.fabric.putSecurityGroup({
      id: 'sg-other',
      vpcId: 'vpc-2',
      ingress: [EVERYTHING],
      egress: [EVERYTHING],
    });
    await putInterface(trial, 2, 10, { securityGroupIds: ['sg-other'] });
    assert.ok(await cannotPing(trial, 'i-2-10', '10.1.1.11'));
    await putInterface(trial, 2, 10);
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.11'));
    await guard([EVERYTHING]);
  });

  it('drops what comes with an address that the interface does not have, by whichever protocol', async () => {
    await inMachine(
      trial,
      'i-1-10',
      'ip address add 10.1.1.99/24 dev eth0; ip address add 2001:db8:1::99/64 dev eth0 nodad',
    );
    const forged = (address: string, to: string, tries = 1) =>
      inMachine(
        trial,
        'i-1-10',
        `for try in $(seq ${tries}); do busybox ping -q -c 1 -W 1 -I ${address} ${to} && exit 0; done; exit 1`,
      );
    await assert.rejects(forged('10.1.1.99', '10.1.1.11'));
    await assert.rejects(forged('2001:db8:1::99', '2001:db8:1::11'));
    await forged('10.1.1.10', '10.1.1.11', 10);
    await forged('2001:db8:1::10', '2001:db8:1::11', 10);
    await inMachine(trial, 'i-1-10', 'ip link set eth0 address 02:00:00:00:00:99');
    await assert.rejects(forged('10.1.1.10', '10.1.1.11'));
    await inMachine(trial, 'i-1-10', 'ip link set eth0 address 02:00:00:00:01:0a; ip neigh flush dev eth0');
    assert.ok(await canPing(trial, 'i-1-10', '10.1.1.11'));
  });

  it('lets through a foreign source address where the check is off', async (t) => {
    const [from, to] = await Promise.all([
      socketIn(t, 'i-1-10', '10.1.1.99'),
      socketIn(t, 'i-1-11', '10.1.1.11'),
    ]);
    const sources: string[] = [];
    to.on('message', (_, { address }) => sources.push(address));
    const trying = setInterval(() => from.send('x', to.address().port, '10.1.1.11'), 20);
    t.after(() => clearInterval(trying));
    await putInterface(trial, 1, 10, { sourceDestCheck: false });
    await until('a datagram came', () => sources.length > 0);
    assert.deepEqual([...new Set(sources)], ['10.1.1.99']);
    await putInterface(trial, 1, 10);
  });

  it('holds an interface to 1,024 packets a second to the VPC resolver, and others not for it', async (t) => {
    const resolver = await bindUdp({
      ...{ namespace: trial.fabric.routerNamespace('vpc-1'), address: '10.1.0.2', port: 53 },
    });
    t.after(() => resolver.close());
    const [eager, other] = await Promise.all([
      socketIn(t, 'i-1-10', '10.1.1.10'),
      socketIn(t, 'i-1-11', '10.1.1.11'),
    ]);
    const received = new Map<string, number>();
    resolver.on('message', (_, { address }) => received.set(address, (received.get(address) ?? 0) + 1));
    const begin = Date.now();
    for (let count = 0; count < 4_000; count++) {
      await new Promise((resolve) => eager.send('x', 53, '10.1.0.2', resolve));
    }
    const seconds = (Date.now() - begin) / 1000;
    const trying = setInterval(() => other.send('x', 53, '10.1.0.2'), 20);
    t.after(() => clearInterval(trying));
    await until('the other one was heard', () => received.has('10.1.1.11'));
    const heard = received.get('10.1.1.10')!;
    // A tenth of a second's packets may come at once.
    assert.ok(heard >= 102 && heard <= 102 + 1024 * (seconds + 0.1), `${heard} of 4000 in ${seconds} s`);
  });

  it('cuts off the machines of a failed availability zone, and nobody else', async () => {
    await trial.fabric.setZone('zone-1', 'down');
    assert.ok(await cannotPing(trial, 'i-1-10', '10.1.1.11'));
    assert.ok(await cannotPing(trial, 'i-1-10', '10.1.0.2'));
    assert.ok(await canPing(trial, 'i-2-10', '10.2.0.2'));
    assert.equal(await trial.fabric.instanceStatus('i-1-10'), 'impaired');
    await trial.fabric.setZone('zone-1', 'up');
    assert.ok(await canPing(trial, 'i-1-10', '10.1.1.11'));
    await until('the status is ok', async () => (await trial.fabric.instanceStatus('i-1-10')) === 'ok');
  });
});
