import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { readMachineFile } from '../index.ts';
import {
  inMachine,
  openTrial,
  putVpc,
  skipWithoutRoot,
  startInstance,
  type Trial,
  until,
} from './trial.fixture.ts';

const RENEW = 'kill -USR1 "$(cat /run/udhcpc.eth0.pid)"';

describe('DHCP options', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openTrial();
    await putVpc(trial, 1);
    await trial.fabric.putDhcpOptions('vpc-1', {
      ...{ domainName: 'ap-southeast-2.compute.internal', domainNameServers: ['AmazonProvidedDNS'] },
      ntpServers: ['169.254.169.123'],
    });
    for (const host of [10, 11]) await startInstance(trial, 1, host);
  });
  after(() => trial.fabric.close());

  const resolvConf = (id: string) => readMachineFile(trial.name, id, '/etc/resolv.conf');

  it('give a machine its resolvers, domain name and NTP servers at boot', async () => {
    assert.equal(resolvConf('i-1-10'), 'search ap-southeast-2.compute.internal\nnameserver 10.1.0.2\n');
    assert.equal(await inMachine(trial, 'i-1-10', 'cat /run/dhcp/ntp-servers'), '169.254.169.123\n');
  });

  it('reach a machine when it renews its lease, and not before, IPv6 resolvers among them', async () => {
    await trial.fabric.putDhcpOptions('vpc-1', {
      domainNameServers: ['10.1.1.53', '2001:db8:1::53', '10.1.2.53'],
      ntpServers: [],
    });
    assert.match(resolvConf('i-1-10'), /10\.1\.0\.2/);
    await inMachine(trial, 'i-1-10', RENEW);
    const wanted = 'nameserver 10.1.1.53\nnameserver 10.1.2.53\nnameserver 2001:db8:1::53\n';
    await until('the machine has them', () => resolvConf('i-1-10') === wanted);
    assert.match(resolvConf('i-1-11'), /10\.1\.0\.2/);
  });

  it('are none where a VPC has no set: an address and a gateway remain', async () => {
    await trial.fabric.putDhcpOptions('vpc-1', undefined);
    await inMachine(trial, 'i-1-10', RENEW);
    await until('the machine has none', () => resolvConf('i-1-10') === '');
    assert.match(await inMachine(trial, 'i-1-10', 'ip route'), /default via 10\.1\.1\.1/);
  });

  it('are handed out on a subnet that came later too, and where the server had died', async () => {
    const { fabric } = trial;
    const pid = readFileSync(`/run/pointsman/labs/${trial.name}/fabric/networks/vpc-1/dnsmasq.pid`, 'utf8');
    process.kill(Number(pid), 'SIGKILL');
    await fabric.putSubnet({
      id: 'subnet-later',
      vpcId: 'vpc-1',
      availabilityZone: 'zone-1',
      cidr: '10.1.64.0/20',
    });
    await fabric.putHost({ id: 'later', subnetId: 'subnet-later', addresses: ['10.1.70.1'], name: 'later' });
    assert.match(
      await inMachine(trial, 'later', 'ip route; ip address; hostname'),
      /via 10\.1\.64\.1.*10\.1\.70\.1\/20.*later/s,
    );
  });

  it('and a lease come to whoever has an address after another that was terminated', async () => {
    const { fabric } = trial;
    await fabric.terminateInstance('i-1-11');
    await fabric.deleteInterface('eni-1-11');
    await fabric.putHost({ id: 'heir', subnetId: 'subnet-1', addresses: ['10.1.1.11'], name: 'heir' });
    await until('it has its lease', async () => (await fabric.instanceStatus('heir')) === 'ok');
    assert.match(await inMachine(trial, 'heir', 'ip address'), /10\.1\.1\.11\/24/);
    const leases = async () =>
      Number(await inMachine(trial, 'i-1-10', 'grep -c "lease of" /var/log/console.log'));
    const before = await leases();
    await inMachine(trial, 'i-1-10', RENEW);
    await until('others renew', async () => (await leases()) > before);
  });
});
