import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { skipWithout } from '../../../../../../test/system/packages.ts';
import { machineCommand } from '../index.ts';
import { clockEnvironment } from '../machines/clock.ts';
import {
  canPing,
  inMachine,
  openTrial,
  putVpc,
  skipWithoutRoot,
  startInstance,
  type Trial,
  until,
} from './trial.fixture.ts';

describe('machines', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  before(async () => {
    trial = await openTrial();
    await putVpc(trial, 1);
    await startInstance(trial, 1, 10, '#!/bin/sh\necho ran >> /var/lib/marks\n');
    await startInstance(trial, 1, 11);
  });
  after(() => trial.fabric.close());

  it('come up by DHCP with their addresses, host name and gateway', async () => {
    const shown = await inMachine(trial, 'i-1-10', 'ip -brief address show dev eth0; ip route; hostname');
    assert.match(shown, /10\.1\.1\.10\/24 2001:db8:1::10\/64/);
    assert.match(shown, /default via 10\.1\.1\.1 dev eth0/);
    assert.match(shown, /^ip-10-1-1-10$/m);
    assert.equal(await trial.fabric.instanceStatus('i-1-10'), 'ok');
  });

  it('reach each other and the resolver over both families', async () => {
    for (const address of ['10.1.1.11', '10.1.0.2', '169.254.169.253', '2001:db8:1::11', 'fd00:ec2::253']) {
      assert.ok(await canPing(trial, 'i-1-10', address), address);
    }
  });

  it('keep their disk over a reboot, and run user data at the first boot only', async () => {
    await until('the user data ran', () =>
      inMachine(trial, 'i-1-10', 'cat /var/lib/marks').then(
        (text) => text === 'ran\n',
        () => false,
      ),
    );
    await inMachine(trial, 'i-1-10', 'echo kept > /etc/kept; echo gone > /run/gone');
    await trial.fabric.rebootInstance('i-1-10');
    const shown = await inMachine(trial, 'i-1-10', 'cat /etc/kept /var/lib/marks; ls /run/gone || true');
    assert.match(shown, /^kept\nran\nls: /);
    assert.equal(await trial.fabric.instanceStatus('i-1-10'), 'ok');
  });

  it('have clocks of their own, which jump for who reads them by libfaketime', {
    skip: skipWithout('faketime'),
  }, async () => {
    const faked = Object.entries(clockEnvironment()).map(([name, value]) => `${name}=${value}`);
    const ahead = async (id: string) => {
      const date = await inMachine(trial, id, `env ${faked.join(' ')} date +%s`);
      return Math.round(Number(date) - Date.now() / 1000);
    };
    await trial.fabric.setClock('i-1-10', 600_000);
    assert.ok(Math.abs((await ahead('i-1-10')) - 600) < 60);
    assert.ok(Math.abs(await ahead('i-1-11')) < 60);
    await trial.fabric.setClock('i-1-10', -7_200_000);
    assert.ok(Math.abs((await ahead('i-1-10')) + 7200) < 60);
  });

  it('lose the processes that are meant, and no others', async () => {
    await inMachine(
      trial,
      'i-1-11',
      '(exec sleep 1001) > /dev/null 2>&1 & (exec sleep 1002) > /dev/null 2>&1 &',
    );
    const isMeant = ([command, time]: readonly string[]) => command === 'sleep' && time === '1001';
    await until('it sleeps', async () => trial.fabric.killProcesses('i-1-11', isMeant) === 1);
    await until('it is gone', async () => trial.fabric.killProcesses('i-1-11', isMeant) === 0);
    assert.match(await inMachine(trial, 'i-1-11', 'ps ax -o args'), /^sleep 1002$/m);
  });

  it('boot anew out of standing still, whoever waits for a program of theirs', async () => {
    const id = 'i-1-11';
    const waiter = execFile('nsenter', [...machineCommand(trial.name, id).args, 'sleep', '1003'], () => {});
    const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')[0];
    await until('it sleeps', async () =>
      (await inMachine(trial, id, 'ps ax -o args')).includes('sleep 1003'),
    );
    trial.fabric.freezeMachine(id);
    await until('who waits stands still too', () => stateOf(waiter.pid!) === 'T');
    await trial.fabric.rebootInstance(id);
    assert.equal(await trial.fabric.instanceStatus(id), 'ok');
  });

  it('boot at once in one subnet, and each gets its lease', async () => {
    const hosts = [20, 21, 22, 23];
    const ids = await Promise.all(hosts.map((host) => startInstance(trial, 1, host)));
    for (const id of ids)
      await until(`${id} is up`, async () => (await trial.fabric.instanceStatus(id)) === 'ok');
  });

  it('that cannot be reached, or are stopped, are impaired until they are started again', async () => {
    await inMachine(trial, 'i-1-23', 'ip link set eth0 down');
    await until('it is impaired', async () => (await trial.fabric.instanceStatus('i-1-23')) === 'impaired');
    await trial.fabric.stopInstance('i-1-23');
    assert.equal(await trial.fabric.instanceStatus('i-1-23'), 'impaired');
    await assert.rejects(inMachine(trial, 'i-1-23', 'true'), /no machine i-1-23 runs in the lab/);
    await trial.fabric.startInstance({
      ...{ id: 'i-1-23', vpcId: 'vpc-1', subnetId: 'subnet-1', availabilityZone: 'zone-1' },
      primaryInterfaceId: 'eni-1-23',
    });
    await until('it is up', async () => (await trial.fabric.instanceStatus('i-1-23')) === 'ok');
  });
});
