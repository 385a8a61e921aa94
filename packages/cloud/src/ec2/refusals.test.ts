import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { AwsError } from '@pointsman/aws-wire';
import type { Ec2Api } from './api.ts';
import {
  AMI,
  GUEST,
  makeCloud,
  makeSubnet,
  OWNER,
  refusedAs,
  runInstance,
  type TestCloud,
  ZONE,
} from './test-cloud.ts';

describe('EC2 refuses', () => {
  let cloud: TestCloud;
  let ec2: Ec2Api;
  let vpcId: string;
  let subnetId: string;
  let eni: string;
  let instanceId: string;
  let attached: string;
  before(async () => {
    cloud = makeCloud();
    ec2 = cloud.ec2;
    ({ vpcId, subnetId } = await makeSubnet(cloud));
    instanceId = (await runInstance(cloud, subnetId)).InstanceId!;
    const make = async () => {
      const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: subnetId }, OWNER);
      return NetworkInterface!.NetworkInterfaceId!;
    };
    eni = await make();
    attached = await make();
    await ec2.AttachNetworkInterface(
      { NetworkInterfaceId: attached, InstanceId: instanceId, DeviceIndex: 1 },
      OWNER,
    );
    await cloud.core.background.settled();
  });

  /** What is asked, and the code and message of what comes back. */
  const refusals: Record<string, [ask: () => Promise<unknown>, code: string, message: RegExp]> = {
    'an ID that is none': [
      () => ec2.DescribeNetworkInterfaces({ NetworkInterfaceIds: ['eni-xyz'] }, OWNER),
      'InvalidNetworkInterfaceId.Malformed',
      /Invalid id: "eni-xyz" \(expecting "eni-\.\.\."\)/,
    ],
    'an interface that nobody has': [
      () => ec2.DeleteNetworkInterface({ NetworkInterfaceId: 'eni-0123456789abcdef0' }, OWNER),
      'InvalidNetworkInterfaceID.NotFound',
      /The networkInterface ID 'eni-0123456789abcdef0' does not exist/,
    ],
    'what another account has': [
      () => ec2.DescribeVpcs({ VpcIds: [vpcId] }, GUEST),
      'InvalidVpcID.NotFound',
      /The vpc ID '.*' does not exist/,
    ],
    'what is in another region': [
      () => ec2.DescribeSubnets({ SubnetIds: [subnetId] }, { ...OWNER, region: 'us-west-2' }),
      'InvalidSubnetID.NotFound',
      /The subnet ID/,
    ],
    'a second attachment': [
      () =>
        ec2.AttachNetworkInterface(
          { NetworkInterfaceId: attached, InstanceId: instanceId, DeviceIndex: 2 },
          OWNER,
        ),
      'InvalidNetworkInterface.InUse',
      /Interface: \[eni-.*\] in use\./,
    ],
    'a device index that is taken': [
      () =>
        ec2.AttachNetworkInterface(
          { NetworkInterfaceId: eni, InstanceId: instanceId, DeviceIndex: 1 },
          OWNER,
        ),
      'InvalidParameterValue',
      /already has an interface attached at device index '1'/,
    ],
    'a detachment of what is not attached': [
      () => ec2.DetachNetworkInterface({ AttachmentId: 'eni-attach-0123456789abcdef0' }, OWNER),
      'InvalidAttachmentID.NotFound',
      /The attachment ID 'eni-attach-0123456789abcdef0' does not exist/,
    ],
    'the end of an interface in use': [
      () => ec2.DeleteNetworkInterface({ NetworkInterfaceId: attached }, OWNER),
      'InvalidParameterValue',
      /Network interface 'eni-.*' is currently in use\./,
    ],
    'the end of a subnet in use': [
      () => ec2.DeleteSubnet({ SubnetId: subnetId }, OWNER),
      'DependencyViolation',
      /The subnet '.*' has dependencies and cannot be deleted\./,
    ],
    'the end of a VPC in use': [
      () => ec2.DeleteVpc({ VpcId: vpcId }, OWNER),
      'DependencyViolation',
      /The vpc '.*' has dependencies and cannot be deleted\./,
    ],
    'a launch with an interface in use': [
      () =>
        ec2.RunInstances(
          {
            ImageId: AMI,
            MinCount: 1,
            MaxCount: 1,
            NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: attached }],
          },
          OWNER,
        ),
      'InvalidNetworkInterface.InUse',
      /in use/,
    ],
    'an address that is taken': [
      () => ec2.CreateNetworkInterface({ SubnetId: subnetId, PrivateIpAddress: '10.0.1.4' }, OWNER),
      'InvalidIPAddress.InUse',
      /already in use/,
    ],
    'an address of another subnet': [
      () => ec2.CreateNetworkInterface({ SubnetId: subnetId, PrivateIpAddress: '10.0.2.4' }, OWNER),
      'InvalidParameterValue',
      /does not fall within the subnet's address range/,
    ],
    "an address that is AWS's": [
      () => ec2.CreateNetworkInterface({ SubnetId: subnetId, PrivateIpAddress: '10.0.1.2' }, OWNER),
      'InvalidParameterValue',
      /reserved address range/,
    ],
    'a subnet that overlaps with another': [
      () => ec2.CreateSubnet({ VpcId: vpcId, CidrBlock: '10.0.0.0/20' }, OWNER),
      'InvalidSubnet.Conflict',
      /The CIDR '10\.0\.0\.0\/20' conflicts with another subnet/,
    ],
    'a subnet outside of its VPC': [
      () => ec2.CreateSubnet({ VpcId: vpcId, CidrBlock: '10.9.0.0/24' }, OWNER),
      'InvalidSubnet.Range',
      /The CIDR '10\.9\.0\.0\/24' is invalid\./,
    ],
    'a VPC that is too large': [
      () => ec2.CreateVpc({ CidrBlock: '10.0.0.0/8' }, OWNER),
      'InvalidVpc.Range',
      /The CIDR '10\.0\.0\.0\/8' is invalid\./,
    ],
    'a second CIDR that overlaps with the first': [
      () => ec2.AssociateVpcCidrBlock({ VpcId: vpcId, CidrBlock: '10.0.128.0/20' }, OWNER),
      'CidrConflict',
      /conflicts/,
    ],
    'two attributes at a time': [
      () =>
        ec2.ModifyVpcAttribute(
          { VpcId: vpcId, EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true } },
          OWNER,
        ),
      'InvalidParameterCombination',
      /Only one attribute can be modified at a time/,
    ],
    'an availability zone of another region': [
      () =>
        ec2.CreateSubnet({ VpcId: vpcId, CidrBlock: '10.0.8.0/24', AvailabilityZone: 'us-west-2a' }, OWNER),
      'InvalidParameterValue',
      new RegExp(`following availability zones: ${ZONE}`),
    ],
    'a DHCP option that there is not': [
      () =>
        ec2.CreateDhcpOptions(
          { DhcpConfigurations: [{ Key: 'domain-servers', Values: ['10.0.0.2'] }] },
          OWNER,
        ),
      'InvalidParameterValue',
      /domain-servers/,
    ],
    'five DNS servers': [
      () =>
        ec2.CreateDhcpOptions(
          {
            DhcpConfigurations: [
              { Key: 'domain-name-servers', Values: ['1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5'] },
            ],
          },
          OWNER,
        ),
      'InvalidParameterValue',
      /At most 4 servers/,
    ],
    'a filter that it does not know': [
      () => ec2.DescribeVpcs({ Filters: [{ Name: 'colour', Values: ['red'] }] }, OWNER),
      'InvalidParameterValue',
      /The filter 'colour' is invalid/,
    ],
    'pages that are too small': [
      () => ec2.DescribeVpcs({ MaxResults: 4 }, OWNER),
      'InvalidParameterValue',
      /maxResults/,
    ],
    'pages of what is named': [
      () => ec2.DescribeVpcs({ MaxResults: 5, VpcIds: [vpcId] }, OWNER),
      'InvalidParameterCombination',
      /vpcIds/,
    ],
    'a page that nobody has given': [
      () => ec2.DescribeVpcs({ NextToken: 'abc' }, OWNER),
      'InvalidNextToken',
      /token is not valid/,
    ],
    'what it does not do': [
      () => ec2.CreateVpc({ CidrBlock: '10.0.0.0/16', InstanceTenancy: 'dedicated' }, OWNER),
      'UnsupportedOperation',
      /InstanceTenancy/,
    ],
    'tags of AWS': [
      () => ec2.CreateTags({ Resources: [eni], Tags: [{ Key: 'aws:x', Value: '' }] }, OWNER),
      'InvalidParameterValue',
      /reserved/,
    ],
    'a rule that is there': [
      async () => {
        const GroupId = cloud.cloud.state.now().vpcs.get(vpcId)!.defaultGroupId;
        const IpPermissions = [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }];
        await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, OWNER);
      },
      'InvalidPermission.Duplicate',
      /the specified rule "peer: sg-.*, ALL, ALLOW" already exists/,
    ],
    'the end of a default group': [
      () =>
        ec2.DeleteSecurityGroup({ GroupId: cloud.cloud.state.now().vpcs.get(vpcId)!.defaultGroupId }, OWNER),
      'CannotDelete',
      /default/,
    ],
    'user data that is not in base64': [
      () =>
        ec2.RunInstances(
          { ImageId: AMI, MinCount: 1, MaxCount: 1, SubnetId: subnetId, UserData: '#!' },
          OWNER,
        ),
      'InvalidUserData.Malformed',
      /BASE64/,
    ],
  };
  for (const [what, [ask, code, message]] of Object.entries(refusals)) {
    test(what, async () => {
      const before = cloud.cloud.state.now();
      await assert.rejects(async () => ask(), refusedAs(code, message));
      assert.equal(cloud.cloud.state.now(), before, 'it has changed something');
    });
  }

  test('a dry run, which would have succeeded', async () => {
    const run = ec2.CreateVpc({ CidrBlock: '10.0.0.0/16', DryRun: true }, OWNER);
    await assert.rejects(run, (error: AwsError) => error.code === 'DryRunOperation' && error.status === 412);
  });

  test('an interface in a subnet that is full, and an instance there', async () => {
    const { Subnet } = await ec2.CreateSubnet({ VpcId: vpcId, CidrBlock: '10.0.7.0/28' }, OWNER);
    const SubnetId = Subnet!.SubnetId!;
    await ec2.CreateNetworkInterface({ SubnetId, SecondaryPrivateIpAddressCount: 8 }, OWNER);
    const launch = { ImageId: AMI, SubnetId };
    const { Instances } = await ec2.RunInstances({ ...launch, MinCount: 1, MaxCount: 5 }, OWNER);
    assert.equal(Instances!.length, 2);
    const full = refusedAs(
      'InsufficientFreeAddressesInSubnet',
      /There are not enough free addresses in subnet/,
    );
    await assert.rejects(ec2.CreateNetworkInterface({ SubnetId }, OWNER), full);
    await assert.rejects(ec2.RunInstances({ ...launch, MinCount: 1, MaxCount: 1 }, OWNER), full);
  });

  test('more interfaces than the type of the instance has', async () => {
    const last = { NetworkInterfaceId: eni, InstanceId: instanceId, DeviceIndex: 2 };
    await ec2.AttachNetworkInterface(last, OWNER);
    const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: subnetId }, OWNER);
    const { NetworkInterfaceId } = NetworkInterface!;
    await assert.rejects(
      ec2.AttachNetworkInterface({ ...last, NetworkInterfaceId, DeviceIndex: 3 }, OWNER),
      refusedAs('AttachmentLimitExceeded', /Interface count 4 exceeds the limit for t3\.medium/),
    );
  });

  test('to peer VPCs that overlap, which may be there side by side', async () => {
    const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' }, OWNER);
    const request = { VpcId: vpcId, PeerVpcId: Vpc!.VpcId };
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection(request, OWNER);
    assert.equal(VpcPeeringConnection!.Status!.Code, 'failed');
    assert.match(VpcPeeringConnection!.Status!.Message!, /overlapping CIDR range/);
    const { VpcPeeringConnectionId } = VpcPeeringConnection!;
    await assert.rejects(
      async () => ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId }, OWNER),
      refusedAs('InvalidStateTransition'),
    );
    assert.equal(cloud.fabric.remembered.peerings.size, 0);
  });

  test('to let anybody but the accepter accept a peering', async () => {
    const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.77.0.0/16' }, GUEST);
    const request = { VpcId: vpcId, PeerVpcId: Vpc!.VpcId, PeerOwnerId: GUEST.account };
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection(request, OWNER);
    const { VpcPeeringConnectionId } = VpcPeeringConnection!;
    await assert.rejects(
      async () => ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId }, OWNER),
      refusedAs('OperationNotPermitted'),
    );
  });
});

describe('A client token', () => {
  test('makes a second call give what the first one gave, and another one be refused', async () => {
    const cloud = makeCloud();
    const { subnetId: SubnetId } = await makeSubnet(cloud);
    const request = { SubnetId, ClientToken: 'once' };
    const first = await cloud.ec2.CreateNetworkInterface(request, OWNER);
    const again = await cloud.ec2.CreateNetworkInterface({ ...request }, OWNER);
    assert.equal(again.NetworkInterface!.NetworkInterfaceId, first.NetworkInterface!.NetworkInterfaceId);
    assert.equal(cloud.fabric.remembered.interfaces.size, 1);
    await assert.rejects(
      cloud.ec2.CreateNetworkInterface({ ...request, Description: 'other' }, OWNER),
      refusedAs('IdempotentParameterMismatch'),
    );
  });

  test('of a call that failed counts for nothing', async () => {
    const cloud = makeCloud();
    const { subnetId: SubnetId } = await makeSubnet(cloud);
    cloud.fabric.failOn = () => true;
    const request = { SubnetId, ClientToken: 'once' };
    await assert.rejects(cloud.ec2.CreateNetworkInterface(request, OWNER), refusedAs('InternalError'));
    cloud.fabric.failOn = () => false;
    await cloud.ec2.CreateNetworkInterface(request, OWNER);
    assert.equal(cloud.fabric.remembered.interfaces.size, 1);
  });
});
