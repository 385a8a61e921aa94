import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCloud, OWNER, refusedAs, type TestCloud } from './test-cloud.ts';

async function makeVpc({ ec2, cloud }: TestCloud, CidrBlock: string) {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock }, OWNER);
  const VpcId = Vpc!.VpcId!;
  return { VpcId, defaultGroupId: cloud.state.now().vpcs.get(VpcId)!.defaultGroupId };
}

async function makeGroup({ ec2 }: TestCloud, VpcId: string, GroupName: string): Promise<string> {
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName, Description: 'any', VpcId }, OWNER);
  return GroupId!;
}

const groupIn = ({ fabric }: TestCloud, id: string) => fabric.remembered.securityGroups.get(id)!;
const wayOut = (cloud: TestCloud, id: string) => groupIn(cloud, id).egress.flatMap(({ cidrs }) => cidrs);

describe('A security group', () => {
  test('lets everything out, of IPv6 from the day on when its VPC has it, unless somebody has changed that', async () => {
    const cloud = makeCloud();
    const { VpcId, defaultGroupId } = await makeVpc(cloud, '10.0.0.0/16');
    const changed = await makeGroup(cloud, VpcId, 'changed');
    const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await cloud.ec2.RevokeSecurityGroupEgress({ GroupId: changed, IpPermissions }, OWNER);
    assert.deepEqual(wayOut(cloud, defaultGroupId), ['0.0.0.0/0']);
    await cloud.ec2.AssociateVpcCidrBlock({ VpcId, AmazonProvidedIpv6CidrBlock: true }, OWNER);
    assert.deepEqual(wayOut(cloud, defaultGroupId), ['0.0.0.0/0', '::/0']);
    assert.deepEqual(wayOut(cloud, changed), []);
    assert.deepEqual(wayOut(cloud, await makeGroup(cloud, VpcId, 'later')), ['0.0.0.0/0', '::/0']);
  });

  test('names the members of a group of its VPC, or of one that is peered with it, and cannot go while it is named', async () => {
    const cloud = makeCloud();
    const { ec2 } = cloud;
    const here = await makeVpc(cloud, '10.0.0.0/16');
    const there = await makeVpc(cloud, '10.1.0.0/16');
    const GroupId = await makeGroup(cloud, here.VpcId, 'here');
    const named = await makeGroup(cloud, there.VpcId, 'there');
    const IpPermissions = [
      { IpProtocol: 'udp', FromPort: 53, ToPort: 53, UserIdGroupPairs: [{ GroupId: named }] },
    ];
    const authorize = () => ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, OWNER);
    await assert.rejects(authorize(), refusedAs('InvalidGroup.NotFound', new RegExp(named)));
    const request = { VpcId: here.VpcId, PeerVpcId: there.VpcId };
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection(request, OWNER);
    const { VpcPeeringConnectionId } = VpcPeeringConnection!;
    await ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId }, OWNER);
    await authorize();
    assert.deepEqual(groupIn(cloud, GroupId).ingress, [
      { protocol: 'udp', fromPort: 53, toPort: 53, cidrs: [], groupIds: [named] },
    ]);
    await assert.rejects(
      ec2.DeleteSecurityGroup({ GroupId: named }, OWNER),
      refusedAs('DependencyViolation', /has a dependent object/),
    );
  });

  const malformed: Record<string, [permission: object, code: string]> = {
    'a protocol that there is not': [
      { IpProtocol: 'dns', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      'InvalidPermission.Malformed',
    ],
    'no ports': [{ IpProtocol: 'tcp', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }, 'InvalidParameterValue'],
    'a port that is none': [
      { IpProtocol: '17', FromPort: 53, ToPort: 70_000, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      'InvalidParameterValue',
    ],
    'ports the wrong way round': [
      { IpProtocol: 'tcp', FromPort: 54, ToPort: 53, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      'InvalidParameterValue',
    ],
    'a CIDR with bits of hosts': [
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.1/8' }] },
      'InvalidParameterValue',
    ],
    'a CIDR of the other family': [
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '::/0' }] },
      'InvalidParameterValue',
    ],
    'nobody to let in': [{ IpProtocol: '-1' }, 'MissingParameter'],
  };
  test('takes no rule that would be half understood', async () => {
    const cloud = makeCloud();
    const { defaultGroupId: GroupId } = await makeVpc(cloud, '10.0.0.0/16');
    const before = cloud.cloud.state.now();
    for (const [what, [permission, code]] of Object.entries(malformed)) {
      const request = { GroupId, IpPermissions: [permission] };
      await assert.rejects(cloud.ec2.AuthorizeSecurityGroupIngress(request, OWNER), refusedAs(code), what);
    }
    assert.equal(cloud.cloud.state.now(), before);
  });
});
