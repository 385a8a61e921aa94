import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-ec2';
import { GUEST, REGION, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';
import { operations } from './operations.ts';
import { AMI, ZONE } from './test-cloud.ts';

/** The SDK drives all that is served, in the order in which somebody would build a network and take it down again. */
describe('EC2, driven by the SDK', () => {
  let cloud: TestCloud;
  let ec2: aws.EC2Client;
  /** IDs of what the tests before have made. */
  const made: Record<string, string> = {};
  before(async () => {
    cloud = await startTestCloud();
    ec2 = new aws.EC2Client(cloud.access());
  });
  after(async () => {
    ec2.destroy();
    await cloud.stop();
  });
  const settled = () => cloud.settled();

  test('knows regions and availability zones', async () => {
    const { Regions } = await ec2.send(new aws.DescribeRegionsCommand({ RegionNames: [REGION] }));
    assert.equal(Regions![0]!.RegionName, REGION);
    const { AvailabilityZones } = await ec2.send(new aws.DescribeAvailabilityZonesCommand({}));
    assert.equal(AvailabilityZones![0]!.ZoneName, ZONE);
    assert.equal(AvailabilityZones![0]!.ZoneId, 'euw1-az1');
  });

  test('makes VPCs and changes them', async () => {
    const { Vpc } = await ec2.send(
      new aws.CreateVpcCommand({
        CidrBlock: '10.0.0.0/16',
        AmazonProvidedIpv6CidrBlock: true,
        TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'main' }] }],
      }),
    );
    made.vpc = Vpc!.VpcId!;
    made.ipv6 = Vpc!.Ipv6CidrBlockAssociationSet![0]!.Ipv6CidrBlock!;
    assert.match(made.vpc, /^vpc-[0-9a-f]{17}$/);
    await ec2.send(
      new aws.ModifyVpcAttributeCommand({ VpcId: made.vpc, EnableDnsHostnames: { Value: true } }),
    );
    const { EnableDnsHostnames } = await ec2.send(
      new aws.DescribeVpcAttributeCommand({ VpcId: made.vpc, Attribute: 'enableDnsHostnames' }),
    );
    assert.equal(EnableDnsHostnames!.Value, true);
    const { CidrBlockAssociation } = await ec2.send(
      new aws.AssociateVpcCidrBlockCommand({ VpcId: made.vpc, CidrBlock: '10.1.0.0/16' }),
    );
    assert.deepEqual(cloud.fabric.remembered.vpcs.get(made.vpc)!.cidrs, ['10.0.0.0/16', '10.1.0.0/16']);
    await ec2.send(
      new aws.DisassociateVpcCidrBlockCommand({ AssociationId: CidrBlockAssociation!.AssociationId! }),
    );
    const { Vpcs } = await ec2.send(
      new aws.DescribeVpcsCommand({ Filters: [{ Name: 'tag:Name', Values: ['m?in'] }] }),
    );
    assert.deepEqual(
      Vpcs!.map(({ VpcId }) => VpcId),
      [made.vpc],
    );
    assert.equal(Vpcs![0]!.CidrBlockAssociationSet!.length, 1);
  });

  test('makes subnets and changes them', async () => {
    const { Subnet } = await ec2.send(
      new aws.CreateSubnetCommand({ VpcId: made.vpc, CidrBlock: '10.0.1.0/24', AvailabilityZone: ZONE }),
    );
    made.subnet = Subnet!.SubnetId!;
    assert.equal(Subnet!.AvailableIpAddressCount, 251);
    const Ipv6CidrBlock = made.ipv6!.replace('/56', '/64');
    await ec2.send(new aws.AssociateSubnetCidrBlockCommand({ SubnetId: made.subnet, Ipv6CidrBlock }));
    await ec2.send(
      new aws.ModifySubnetAttributeCommand({
        SubnetId: made.subnet,
        AssignIpv6AddressOnCreation: { Value: true },
      }),
    );
    const { Subnets } = await ec2.send(new aws.DescribeSubnetsCommand({ SubnetIds: [made.subnet] }));
    assert.equal(Subnets![0]!.AssignIpv6AddressOnCreation, true);
    const { RouteTables } = await ec2.send(
      new aws.DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [made.vpc!] }] }),
    );
    assert.equal(RouteTables![0]!.Routes![0]!.GatewayId, 'local');
  });

  test('makes DHCP options and gives them to a VPC', async () => {
    const { DhcpOptions } = await ec2.send(
      new aws.CreateDhcpOptionsCommand({
        DhcpConfigurations: [
          { Key: 'domain-name-servers', Values: ['10.0.1.53', 'AmazonProvidedDNS'] },
          { Key: 'domain-name', Values: ['cloud.example'] },
        ],
      }),
    );
    const DhcpOptionsId = DhcpOptions!.DhcpOptionsId!;
    await ec2.send(new aws.AssociateDhcpOptionsCommand({ DhcpOptionsId, VpcId: made.vpc }));
    assert.deepEqual(cloud.fabric.remembered.dhcpOptions.get(made.vpc!), {
      domainName: 'cloud.example',
      domainNameServers: ['10.0.1.53', 'AmazonProvidedDNS'],
      ntpServers: [],
    });
    const { DhcpOptions: known } = await ec2.send(
      new aws.DescribeDhcpOptionsCommand({ DhcpOptionsIds: [DhcpOptionsId] }),
    );
    assert.equal(known![0]!.DhcpConfigurations![1]!.Values![0]!.Value, 'cloud.example');
    await ec2.send(new aws.AssociateDhcpOptionsCommand({ DhcpOptionsId: 'default', VpcId: made.vpc }));
    assert.equal(cloud.fabric.remembered.dhcpOptions.get(made.vpc!), undefined);
    await ec2.send(new aws.DeleteDhcpOptionsCommand({ DhcpOptionsId }));
  });

  test('peers VPCs, of another account too', async () => {
    const guest = new aws.EC2Client(cloud.access(GUEST));
    const { Vpc } = await guest.send(new aws.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const request = new aws.CreateVpcPeeringConnectionCommand({
      VpcId: made.vpc,
      PeerVpcId: Vpc!.VpcId,
      PeerOwnerId: GUEST.account,
    });
    const { VpcPeeringConnection: refused } = await ec2.send(request);
    await guest.send(
      new aws.RejectVpcPeeringConnectionCommand({
        VpcPeeringConnectionId: refused!.VpcPeeringConnectionId,
      }),
    );
    const { VpcPeeringConnection } = await ec2.send(request);
    const { VpcPeeringConnectionId } = VpcPeeringConnection!;
    const { VpcPeeringConnection: accepted } = await guest.send(
      new aws.AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId }),
    );
    assert.equal(accepted!.Status!.Code, 'active');
    assert.ok(cloud.fabric.remembered.peerings.has(VpcPeeringConnectionId!));
    const { VpcPeeringConnections } = await ec2.send(
      new aws.DescribeVpcPeeringConnectionsCommand({
        Filters: [{ Name: 'status-code', Values: ['active'] }],
      }),
    );
    assert.equal(VpcPeeringConnections!.length, 1);
    await ec2.send(
      new aws.DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: VpcPeeringConnectionId! }),
    );
    assert.equal(cloud.fabric.remembered.peerings.size, 0);
    await guest.send(new aws.DeleteVpcCommand({ VpcId: Vpc!.VpcId }));
    guest.destroy();
  });

  test('makes security groups and their rules', async () => {
    const { GroupId } = await ec2.send(
      new aws.CreateSecurityGroupCommand({ GroupName: 'dns', Description: 'port 53', VpcId: made.vpc }),
    );
    made.group = GroupId!;
    const permission = {
      IpProtocol: 'udp',
      FromPort: 53,
      ToPort: 53,
      IpRanges: [{ CidrIp: '10.0.0.0/8' }],
      UserIdGroupPairs: [{ GroupId }],
    };
    const { SecurityGroupRules } = await ec2.send(
      new aws.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }),
    );
    assert.equal(SecurityGroupRules!.length, 2);
    const out = { IpProtocol: 'tcp', FromPort: 53, ToPort: 53, Ipv6Ranges: [{ CidrIpv6: '::/0' }] };
    await ec2.send(new aws.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [out] }));
    await ec2.send(new aws.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [out] }));
    await ec2.send(
      new aws.RevokeSecurityGroupIngressCommand({
        GroupId,
        SecurityGroupRuleIds: [SecurityGroupRules![1]!.SecurityGroupRuleId!],
      }),
    );
    const { SecurityGroupRules: left } = await ec2.send(
      new aws.DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId!] }] }),
    );
    assert.deepEqual(
      left!
        .filter(({ IsEgress }) => IsEgress)
        .map(({ CidrIpv4, CidrIpv6 }) => CidrIpv4 ?? CidrIpv6)
        .sort(),
      ['0.0.0.0/0', '::/0'],
    );
    assert.equal(left!.length, 3);
    const { SecurityGroups } = await ec2.send(
      new aws.DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }),
    );
    assert.deepEqual(
      SecurityGroups![0]!.IpPermissions!.map(({ FromPort, IpRanges }) => [FromPort, IpRanges![0]!.CidrIp]),
      [[53, '10.0.0.0/8']],
    );
  });

  test('makes network interfaces and changes them', async () => {
    const { NetworkInterface } = await ec2.send(
      new aws.CreateNetworkInterfaceCommand({
        SubnetId: made.subnet,
        PrivateIpAddress: '10.0.1.53',
        Groups: [made.group!],
        Description: 'fixed',
      }),
    );
    made.eni = NetworkInterface!.NetworkInterfaceId!;
    const NetworkInterfaceId = made.eni;
    assert.equal(NetworkInterface!.Status, 'available');
    assert.equal(NetworkInterface!.PrivateDnsName, `ip-10-0-1-53.${REGION}.compute.internal`);
    await ec2.send(
      new aws.ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId,
        SourceDestCheck: { Value: false },
      }),
    );
    const { SourceDestCheck } = await ec2.send(
      new aws.DescribeNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attribute: 'sourceDestCheck' }),
    );
    assert.equal(SourceDestCheck!.Value, false);
    const { AssignedPrivateIpAddresses } = await ec2.send(
      new aws.AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
    );
    const PrivateIpAddresses = AssignedPrivateIpAddresses!.map((each) => each.PrivateIpAddress!);
    await ec2.send(new aws.UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }));
    const { AssignedIpv6Addresses } = await ec2.send(
      new aws.AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6AddressCount: 1 }),
    );
    await ec2.send(
      new aws.UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: AssignedIpv6Addresses }),
    );
    const { NetworkInterfaces } = await ec2.send(
      new aws.DescribeNetworkInterfacesCommand({
        Filters: [{ Name: 'private-ip-address', Values: ['10.0.1.5*'] }],
      }),
    );
    assert.equal(NetworkInterfaces!.length, 1);
    assert.equal(NetworkInterfaces![0]!.Ipv6Addresses!.length, 1);
  });

  test('makes launch templates and their versions', async () => {
    const LaunchTemplateName = 'member';
    const { LaunchTemplate } = await ec2.send(
      new aws.CreateLaunchTemplateCommand({
        LaunchTemplateName,
        LaunchTemplateData: {
          ImageId: AMI,
          InstanceType: 't3.small',
          UserData: Buffer.from('#!/bin/sh\n').toString('base64'),
          IamInstanceProfile: { Name: 'member' },
          NetworkInterfaces: [{ DeviceIndex: 0, Groups: [made.group!] }],
        },
      }),
    );
    made.template = LaunchTemplate!.LaunchTemplateId!;
    await ec2.send(
      new aws.CreateLaunchTemplateVersionCommand({
        LaunchTemplateName,
        SourceVersion: '1',
        LaunchTemplateData: { InstanceType: 't3.medium' },
      }),
    );
    await ec2.send(new aws.ModifyLaunchTemplateCommand({ LaunchTemplateName, DefaultVersion: '2' }));
    const { LaunchTemplateVersions } = await ec2.send(
      new aws.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['$Default'] }),
    );
    assert.equal(LaunchTemplateVersions![0]!.LaunchTemplateData!.InstanceType, 't3.medium');
    assert.equal(LaunchTemplateVersions![0]!.LaunchTemplateData!.ImageId, AMI);
    const { LaunchTemplates } = await ec2.send(
      new aws.DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] }),
    );
    assert.equal(LaunchTemplates![0]!.LatestVersionNumber, 2);
  });

  test('runs instances, moves interfaces to them, and ends them', async () => {
    const { Instances } = await ec2.send(
      new aws.RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: made.template },
        SubnetId: made.subnet,
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      }),
    );
    const InstanceId = Instances![0]!.InstanceId!;
    const InstanceIds = [InstanceId];
    await settled();
    assert.equal(cloud.fabric.remembered.instances.get(InstanceId)!.metadataHopLimit, 2);
    const modified = await ec2.send(
      new aws.ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpPutResponseHopLimit: 3 }),
    );
    assert.equal(modified.InstanceMetadataOptions!.HttpPutResponseHopLimit, 3);
    assert.equal(cloud.fabric.remembered.instances.get(InstanceId)!.metadataHopLimit, 3);
    const { InstanceStatuses } = await ec2.send(new aws.DescribeInstanceStatusCommand({ InstanceIds }));
    assert.equal(InstanceStatuses![0]!.InstanceStatus!.Status, 'ok');
    const { AttachmentId } = await ec2.send(
      new aws.AttachNetworkInterfaceCommand({ NetworkInterfaceId: made.eni, InstanceId, DeviceIndex: 1 }),
    );
    await settled();
    assert.equal(cloud.fabric.remembered.attachments.get(made.eni!)!.instanceId, InstanceId);
    await ec2.send(new aws.StopInstancesCommand({ InstanceIds }));
    await settled();
    assert.equal(cloud.fabric.remembered.attachments.has(made.eni!), false);
    await ec2.send(new aws.StartInstancesCommand({ InstanceIds }));
    await settled();
    assert.equal(cloud.fabric.remembered.attachments.has(made.eni!), true);
    await ec2.send(new aws.DetachNetworkInterfaceCommand({ AttachmentId }));
    await settled();
    await ec2.send(new aws.RebootInstancesCommand({ InstanceIds }));
    await ec2.send(
      new aws.ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } }),
    );
    const { UserData } = await ec2.send(
      new aws.DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }),
    );
    assert.equal(Buffer.from(UserData!.Value!, 'base64').toString(), '#!/bin/sh\n');
    await ec2.send(new aws.CreateTagsCommand({ Resources: InstanceIds, Tags: [{ Key: 'a', Value: 'b' }] }));
    const { Tags } = await ec2.send(
      new aws.DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: InstanceIds }] }),
    );
    assert.deepEqual(Tags, [{ ResourceId: InstanceId, ResourceType: 'instance', Key: 'a', Value: 'b' }]);
    await ec2.send(new aws.DeleteTagsCommand({ Resources: InstanceIds, Tags: [{ Key: 'a' }] }));
    await ec2.send(new aws.TerminateInstancesCommand({ InstanceIds }));
    await settled();
    const { Reservations } = await ec2.send(new aws.DescribeInstancesCommand({ InstanceIds }));
    assert.equal(Reservations![0]!.Instances![0]!.State!.Name, 'terminated');
    assert.equal(cloud.fabric.remembered.instances.size, 0);
  });

  test('takes all of it down again', async () => {
    await ec2.send(new aws.DeleteLaunchTemplateCommand({ LaunchTemplateId: made.template }));
    await ec2.send(new aws.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: made.eni }));
    const { Subnets } = await ec2.send(new aws.DescribeSubnetsCommand({ SubnetIds: [made.subnet!] }));
    const { AssociationId } = Subnets![0]!.Ipv6CidrBlockAssociationSet![0]!;
    await ec2.send(new aws.DisassociateSubnetCidrBlockCommand({ AssociationId }));
    await ec2.send(new aws.DeleteSubnetCommand({ SubnetId: made.subnet }));
    await ec2.send(new aws.DeleteSecurityGroupCommand({ GroupId: made.group }));
    await ec2.send(new aws.DeleteVpcCommand({ VpcId: made.vpc }));
    for (const [what, left] of Object.entries(cloud.fabric.remembered)) assert.equal(left.size, 0, what);
    assert.deepEqual(cloud.failures, []);
  });

  test('leaves no operation out that is served', () => {
    const called = cloud.called('ec2');
    const left = Object.keys(operations).filter((name) => !called.includes(name));
    assert.deepEqual(left, []);
  });
});
