import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  cannotPing,
  canPing,
  inMachine,
  openPeeredTrial,
  putInterface,
  skipWithoutRoot,
  startInstance,
  type Trial,
} from './trial.fixture.ts';

/** What policy routing is on a host with a second interface in the first one's subnet. */
const POLICY_ROUTING = `
  for each in rp_filter=2 arp_ignore=1 arp_announce=2; do echo \${each#*=} > /proc/sys/net/ipv4/conf/eth1/\${each%=*}; done
  ip route add 10.1.1.0/24 dev eth1 table 530
  ip route add default via 10.1.1.1 dev eth1 table 530
  ip rule add from 10.1.1.53 lookup 530 priority 530`;

describe('a second interface', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openPeeredTrial();
    await putInterface(trial, 1, 53);
  });
  after(() => trial.fabric.close());

  const attach = (instanceId: string) =>
    trial.fabric.attachInterface({ interfaceId: 'eni-1-53', instanceId, deviceIndex: 1 });
  const configure = (instanceId: string) =>
    inMachine(trial, instanceId, 'ip link set eth1 up; ip address add 10.1.1.53/24 dev eth1 noprefixroute');

  it('arrives with its MAC address, down, and with nothing else', async () => {
    await attach('i-1-10');
    const shown = await inMachine(trial, 'i-1-10', 'ip address show dev eth1; ip route show dev eth1');
    assert.match(shown, /link\/ether 02:00:00:00:01:35/);
    assert.doesNotMatch(shown, /inet|UP|via/);
  });

  it('gets no answers out without policy routing, and with it does', async () => {
    await configure('i-1-10');
    assert.ok(await cannotPing(trial, 'i-2-10', '10.1.1.53'));
    assert.ok(await cannotPing(trial, 'i-1-11', '10.1.1.53'));
    await inMachine(trial, 'i-1-10', POLICY_ROUTING);
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.53'));
    assert.ok(await canPing(trial, 'i-1-11', '10.1.1.53'));
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.10'));
  });

  it('moves to another machine as it came, whatever it was called and set to, while the first runs on', async () => {
    await inMachine(
      trial,
      'i-1-10',
      'ip link set eth1 down name own0; ip link set own0 address 02:00:00:00:00:99',
    );
    await trial.fabric.detachInterface('eni-1-53', { force: false });
    await assert.rejects(inMachine(trial, 'i-1-10', 'ip link show dev own0'), /does not exist/);
    await attach('i-1-11');
    const shown = await inMachine(trial, 'i-1-11', 'ip address show dev eth1');
    assert.match(shown, /02:00:00:00:01:35/);
    assert.doesNotMatch(shown, /inet|UP/);
    await configure('i-1-11');
    await inMachine(trial, 'i-1-11', POLICY_ROUTING);
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.53'));
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.10'));
  });

  it('outlives the machine that it is in: killed, it falls silent; terminated, it is free', async () => {
    await trial.fabric.stopInstance('i-1-11');
    assert.ok(await cannotPing(trial, 'i-2-10', '10.1.1.53'));
    await assert.rejects(attach('i-1-10'), /eni-1-53 is attached to i-1-11/);
    await trial.fabric.terminateInstance('i-1-11');
    await attach('i-1-10');
    await configure('i-1-10');
    await inMachine(
      trial,
      'i-1-10',
      POLICY_ROUTING.replaceAll('ip route add', 'ip route replace').replace(/ip rule.*/, ''),
    );
    assert.ok(await canPing(trial, 'i-2-10', '10.1.1.53'));
  });

  it('is there again after a reboot, unconfigured as after an attachment', async () => {
    await trial.fabric.rebootInstance('i-1-10');
    const shown = await inMachine(trial, 'i-1-10', 'ip address show dev eth1; ip rule');
    assert.match(shown, /02:00:00:00:01:35/);
    assert.doesNotMatch(shown, /10\.1\.1\.53/);
  });

  it('that is attached while its machine boots is there when it has, and one terminated meanwhile frees it', async () => {
    await trial.fabric.detachInterface('eni-1-53', { force: true });
    await Promise.all([startInstance(trial, 1, 12), attach('i-1-12')]);
    assert.match(await inMachine(trial, 'i-1-12', 'ip link'), /02:00:00:00:01:35/);
    const ending = trial.fabric.terminateInstance('i-1-12');
    await Promise.all([ending, trial.fabric.detachInterface('eni-1-53', { force: false })]);
    await attach('i-1-10');
    assert.match(await inMachine(trial, 'i-1-10', 'ip link'), /02:00:00:00:01:35/);
  });
});
