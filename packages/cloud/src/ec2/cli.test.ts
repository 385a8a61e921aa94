import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AWS, runAws } from '../../../../test/system/aws.ts';
import { skipWithout } from '../../../../test/system/packages.ts';
import { OWNER as KEY, REGION, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';
import { AMI, makeSubnet, OWNER } from './test-cloud.ts';

/** Debian's AWS CLI as somebody would type it; the SDK drives the rest of the operations. */
describe('EC2, driven by the AWS CLI', { skip: skipWithout(AWS) }, () => {
  let cloud: TestCloud;
  let vpcId: string;
  let subnetId: string;
  before(async () => {
    cloud = await startTestCloud();
    ({ vpcId, subnetId } = await makeSubnet(cloud.cloud));
  });
  after(() => cloud.stop());

  const ec2 = async (...args: string[]) => {
    const { code, stdout, stderr } = await runAws(
      { ...KEY, region: REGION, endpoint: cloud.server.endpoint },
      'ec2',
      ...args,
    );
    assert.equal(code, 0, stderr);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runAws(
      { ...KEY, region: REGION, endpoint: cloud.server.endpoint },
      'ec2',
      ...args,
    );
    assert.equal(code, 254, stderr);
    return stderr.trim();
  };

  test('modify-vpc-attribute turns DNS names of a VPC on', async () => {
    await ec2('modify-vpc-attribute', '--vpc-id', vpcId, '--enable-dns-hostnames');
    assert.equal(cloud.fabric.remembered.vpcs.get(vpcId)!.dnsHostnames, true);
  });

  test('create-dhcp-options and associate-dhcp-options name the resolvers of a VPC', async () => {
    const { DhcpOptions } = await ec2(
      'create-dhcp-options',
      '--dhcp-configurations',
      'Key=domain-name-servers,Values=10.0.1.53,10.0.2.53',
      'Key=domain-name,Values=cloud.example',
    );
    await ec2('associate-dhcp-options', '--dhcp-options-id', DhcpOptions.DhcpOptionsId, '--vpc-id', vpcId);
    assert.deepEqual(cloud.fabric.remembered.dhcpOptions.get(vpcId)!.domainNameServers, [
      '10.0.1.53',
      '10.0.2.53',
    ]);
  });

  test('create-vpc-peering-connection asks another VPC, which accepts', async () => {
    const { Vpc } = await cloud.cloud.ec2.CreateVpc({ CidrBlock: '10.1.0.0/16' }, OWNER);
    const peerVpcId = Vpc!.VpcId!;
    const { VpcPeeringConnection } = await ec2(
      'create-vpc-peering-connection',
      '--vpc-id',
      vpcId,
      '--peer-vpc-id',
      peerVpcId,
    );
    assert.equal(VpcPeeringConnection.Status.Code, 'pending-acceptance');
    const id = VpcPeeringConnection.VpcPeeringConnectionId;
    const accepted = await ec2('accept-vpc-peering-connection', '--vpc-peering-connection-id', id);
    assert.equal(accepted.VpcPeeringConnection.Status.Code, 'active');
    assert.deepEqual(cloud.fabric.remembered.peerings.get(id)!.vpcIds, [vpcId, peerVpcId]);
  });

  test('run-instances boots a machine on an interface that it is given, and describe-network-interfaces finds it', async () => {
    const { NetworkInterface } = await ec2(
      'create-network-interface',
      '--subnet-id',
      subnetId,
      '--private-ip-address',
      '10.0.1.53',
      '--description',
      'fixed',
      '--tag-specifications',
      'ResourceType=network-interface,Tags=[{Key=pointsman:member,Value=a}]',
    );
    const { Instances } = await ec2(
      'run-instances',
      '--image-id',
      AMI,
      '--instance-type',
      't3.small',
      '--user-data',
      '#!/bin/sh',
      '--iam-instance-profile',
      'Name=member',
      '--metadata-options',
      'HttpTokens=required,HttpPutResponseHopLimit=2',
      '--network-interfaces',
      `NetworkInterfaceId=${NetworkInterface.NetworkInterfaceId},DeviceIndex=0`,
    );
    await cloud.settled();
    const { NetworkInterfaces } = await ec2(
      'describe-network-interfaces',
      '--filters',
      'Name=tag:pointsman:member,Values=*',
      'Name=attachment.status,Values=attached',
    );
    assert.deepEqual(
      NetworkInterfaces.map((each: { PrivateIpAddress: string; Attachment: { InstanceId: string } }) => [
        each.PrivateIpAddress,
        each.Attachment.InstanceId,
      ]),
      [['10.0.1.53', Instances[0].InstanceId]],
    );
    const { userData, metadataHopLimit } = cloud.fabric.remembered.instances.get(Instances[0].InstanceId)!;
    assert.equal(Buffer.from(userData!).toString(), '#!/bin/sh');
    assert.equal(metadataHopLimit, 2);
  });

  test('describe-network-interfaces goes through pages by itself', async () => {
    for (let count = 0; count < 6; count++) {
      await cloud.cloud.ec2.CreateNetworkInterface({ SubnetId: subnetId, Description: 'paged' }, OWNER);
    }
    const { NetworkInterfaces } = await ec2(
      'describe-network-interfaces',
      '--page-size',
      '5',
      '--filters',
      'Name=description,Values=paged',
    );
    const ids = NetworkInterfaces.map((each: { NetworkInterfaceId: string }) => each.NetworkInterfaceId);
    assert.equal(new Set(ids).size, 6);
  });

  test('authorize-security-group-ingress opens port 53', async () => {
    const group = { GroupName: 'dns', Description: 'dns', VpcId: vpcId };
    const GroupId = (await cloud.cloud.ec2.CreateSecurityGroup(group, OWNER)).GroupId!;
    await ec2(
      'authorize-security-group-ingress',
      '--group-id',
      GroupId,
      '--protocol',
      'udp',
      '--port',
      '53',
      '--cidr',
      '10.0.0.0/8',
    );
    assert.deepEqual(cloud.fabric.remembered.securityGroups.get(GroupId)!.ingress, [
      { protocol: 'udp', fromPort: 53, toPort: 53, cidrs: ['10.0.0.0/8'], groupIds: [] },
    ]);
  });

  test('errors are those that EC2 gives', async () => {
    assert.equal(
      await refused('describe-network-interfaces', '--network-interface-ids', 'eni-0123456789abcdef0'),
      "An error occurred (InvalidNetworkInterfaceID.NotFound) when calling the DescribeNetworkInterfaces operation: The networkInterface ID 'eni-0123456789abcdef0' does not exist",
    );
    assert.equal(
      await refused('create-vpc', '--cidr-block', '10.0.0.0/16', '--dry-run'),
      'An error occurred (DryRunOperation) when calling the CreateVpc operation: Request would have succeeded, but DryRun flag is set.',
    );
    assert.match(
      await refused('create-subnet', '--vpc-id', vpcId, '--cidr-block', '10.0.1.128/25'),
      /InvalidSubnet\.Conflict/,
    );
  });
});
