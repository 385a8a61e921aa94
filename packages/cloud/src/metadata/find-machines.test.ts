import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { OWNER, REGION, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';

const CALLER = { account: OWNER.account, region: REGION, accessKeyId: OWNER.accessKeyId };
let world: TestCloud;
/** IDs of a VPC with one instance, and of a fixed interface that is nobody's yet. */
let vpcId: string;
let instanceId: string;
let fixedId: string;
const role = { account: OWNER.account, name: 'forwarder', policies: ['{"Statement": []}'] };

before(async () => {
  world = await startTestCloud();
  const { ec2, identity } = world.cloud;
  identity.putRole(role);
  vpcId = (await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }, CALLER)).Vpc!
    .VpcId!;
  const subnet = { VpcId: vpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: `${REGION}a` };
  const SubnetId = (await ec2.CreateSubnet(subnet, CALLER)).Subnet!.SubnetId!;
  const { Instances } = await ec2.RunInstances(
    {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
      PrivateIpAddress: '10.0.1.80',
      UserData: Buffer.from([0x23, 0x21, 0x00, 0xff]).toString('base64'),
      IamInstanceProfile: { Name: role.name },
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'main/a' }] }],
    },
    CALLER,
  );
  instanceId = Instances![0]!.InstanceId!;
  const fixed = await ec2.CreateNetworkInterface({ SubnetId, PrivateIpAddress: '10.0.1.53' }, CALLER);
  fixedId = fixed.NetworkInterface!.NetworkInterfaceId!;
  await world.settled();
});
after(() => world.stop());

const find = (address: string) => world.cloud.findMachine(vpcId, address);

describe('the metadata of an instance of the cloud', () => {
  test('are those of the instance that has the address, in its VPC', () => {
    const machine = find('10.0.1.80')!;
    assert.equal(machine.instanceId, instanceId);
    assert.equal(machine.hostname, `ip-10-0-1-80.${REGION}.compute.internal`);
    assert.equal(machine.architecture, 'x86_64');
    assert.deepEqual(machine.tags, { Name: 'main/a' });
    assert.deepEqual([...machine.userData!], [0x23, 0x21, 0x00, 0xff]);
    assert.equal(machine.targetLifecycleState, undefined);
    const [primary] = machine.interfaces;
    assert.deepEqual(primary!.ipv4Addresses, ['10.0.1.80']);
    assert.equal(primary!.subnetIpv4Cidr, '10.0.1.0/24');
    assert.deepEqual(primary!.vpcIpv4Cidrs, ['10.0.0.0/16']);
    assert.equal(primary!.vpcIpv6Cidrs.length, 1);
    assert.equal(find('10.0.1.53'), undefined, 'an interface that is attached to nothing asks nothing');
    assert.equal(world.cloud.findMachine('vpc-other', '10.0.1.80'), undefined);
  });

  test('show an interface while it is attached, by whose address the instance may ask, too', async () => {
    const { ec2 } = world.cloud;
    world.faults.attachDelay = 2000;
    const attach = { NetworkInterfaceId: fixedId, InstanceId: instanceId, DeviceIndex: 1 };
    const { AttachmentId } = await ec2.AttachNetworkInterface(attach, CALLER);
    const ids = () => find('10.0.1.80')!.interfaces.map(({ id }) => id);
    await world.settled();
    assert.equal(ids().length, 1);
    await world.pass(2);
    assert.deepEqual(ids().slice(1), [fixedId]);
    assert.equal(find('10.0.1.80')!.interfaces[1]!.deviceNumber, 1);
    assert.equal(find('10.0.1.53')!.instanceId, instanceId);
    await ec2.DetachNetworkInterface({ AttachmentId, Force: true }, CALLER);
    await world.settled();
    assert.equal(ids().length, 1);
  });

  test('have the same keys of the role until these are about to expire', async () => {
    const keys = () => find('10.0.1.80')!.profile!.credentials();
    const first = keys();
    assert.equal(find('10.0.1.80')!.profile!.roleName, role.name);
    assert.equal(keys(), first);
    world.clock.advance(5 * 3_600_000);
    assert.equal(keys(), first);
    world.clock.advance(3_600_000 - 600_000);
    const next = keys();
    assert.notEqual(next.accessKeyId, first.accessKeyId);
    assert.ok(next.expiresAt > world.clock.now() + 5 * 3_600_000);
  });

  test('have no role any more when it is gone', () => {
    world.cloud.identity.putRole({ ...role, name: 'other' });
    world.cloud.identity.deleteRole(role.account, role.name);
    assert.equal(find('10.0.1.80')!.profile, undefined);
  });
});
