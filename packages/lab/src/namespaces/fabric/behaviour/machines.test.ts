import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
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
});
