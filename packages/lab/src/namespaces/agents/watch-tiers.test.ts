import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createCloud, NO_DELAYS, rememberingFabric, systemClock } from '@pointsman/cloud';
import { TIER_TAG, tagsOf } from '../world/seed-tags.ts';
import { watchTiers } from './watch-tiers.ts';

const CALLER = { account: '111122223333', region: 'eu-west-1', accessKeyId: 'AKIA' };
const PARAMETER = '/pointsman/acme/status/main/a';

test('an interface that moves is told step by step, and so are the tier’s instances and what is published; nothing else is', async (t) => {
  const { cloud, settled, machine, fixedInterface } = await makeCloud();
  const first = await machine('acme/main');
  const interfaceId = await fixedInterface();
  const told: string[] = [];
  const members = [{ name: 'main/a', interfaceId, statusParameter: PARAMETER }];
  const stop = watchTiers(cloud, [{ tag: 'acme/main', members, caller: CALLER }], ({ what }) =>
    told.push(what),
  );
  t.after(stop);

  const attach = { NetworkInterfaceId: interfaceId, InstanceId: first, DeviceIndex: 1 };
  await cloud.ec2.AttachNetworkInterface(attach, CALLER);
  await settled();
  assert.deepEqual(told.splice(0), [
    `main/a: ${interfaceId} is being attached to ${first}`,
    `main/a: ${interfaceId} is attached to ${first}`,
  ]);
  await cloud.ec2.TerminateInstances({ InstanceIds: [first] }, CALLER);
  await settled();
  assert.deepEqual(told.splice(0).sort(), [
    `${first} is being terminated`,
    `${first} is terminated`,
    `main/a: ${interfaceId} is detached from ${first}`,
  ]);
  await machine('acme/other');
  const second = await machine('acme/main');
  assert.deepEqual(told.splice(0), [`somebody launches ${second}`, `${second} runs`]);

  await publish(cloud, 'not JSON');
  // Of what is published, the last of each look counts: sooner or later these two are seen one after the other.
  for (let faults: string[] = []; told.length === 0; faults = faults.length > 0 ? [] : ['its disk is full']) {
    await publish(cloud, JSON.stringify({ ...STATUS, faults }));
    await wait(50);
  }
  assert.equal(told[0], 'main/a: i-1 is not fit for it: its disk is full');
  stop();
  told.splice(0);
  await machine('acme/main');
  assert.deepEqual(told, []);
});

const STATUS = {
  at: '2026-01-01T00:00:00Z',
  instanceId: 'i-1',
  healthy: true,
  rules: [],
  heals: [],
  problems: [],
};

type Clouded = Awaited<ReturnType<typeof makeCloud>>['cloud'];

async function publish({ parameters }: Clouded, Value: string): Promise<void> {
  await parameters.PutParameter({ Name: PARAMETER, Value, Type: 'String', Overwrite: true }, CALLER);
}

/** A cloud with a subnet, and ways to have instances and an interface in it. */
async function makeCloud() {
  const faults = { ...NO_DELAYS };
  const cloud = createCloud({
    fabric: rememberingFabric(),
    clock: systemClock,
    faults,
    onFailure: assert.fail,
  });
  const { settled } = cloud.core.background;
  const { Vpc } = await cloud.ec2.CreateVpc({ CidrBlock: '10.1.0.0/16' }, CALLER);
  const { Subnet } = await cloud.ec2.CreateSubnet({ VpcId: Vpc!.VpcId, CidrBlock: '10.1.1.0/24' }, CALLER);
  const SubnetId = Subnet!.SubnetId;
  return {
    cloud,
    settled,
    fixedInterface: async () => {
      const { NetworkInterface } = await cloud.ec2.CreateNetworkInterface({ SubnetId }, CALLER);
      return NetworkInterface!.NetworkInterfaceId!;
    },
    /** A running instance of a tier. */
    machine: async (tier: string) => {
      const one = { ImageId: 'ami-00000000000000000', MinCount: 1, MaxCount: 1, SubnetId };
      const { Instances } = await cloud.ec2.RunInstances(
        { ...one, ...tagsOf('instance', { [TIER_TAG]: tier }) },
        CALLER,
      );
      await settled();
      return Instances![0]!.InstanceId!;
    },
  };
}
