import type * as aws from '@aws-sdk/client-ec2';
import type { SecurityGroup, SecurityGroupRule } from './model.ts';
import { writeTags } from './tag-specifications.ts';

/** What filters of groups know of their rules. */
export const RULE_FIELDS: Readonly<Record<string, (rule: SecurityGroupRule) => string | undefined>> = {
  cidr: ({ cidr }) => cidr,
  'ipv6-cidr': ({ ipv6Cidr }) => ipv6Cidr,
  'from-port': ({ fromPort }) => fromPort?.toString(),
  'to-port': ({ toPort }) => toPort?.toString(),
  protocol: ({ protocol }) => protocol,
  'group-id': ({ group }) => group?.id,
  'user-id': ({ group }) => group?.account,
};

export function writeSecurityGroup(group: SecurityGroup): aws.SecurityGroup {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    OwnerId: group.account,
    VpcId: group.vpcId,
    SecurityGroupArn: `arn:aws:ec2:${group.region}:${group.account}:security-group/${group.id}`,
    IpPermissions: writePermissions(group.rules.filter(({ egress }) => !egress)),
    IpPermissionsEgress: writePermissions(group.rules.filter(({ egress }) => egress)),
    Tags: writeTags(group.tags),
  };
}

/** Rules of the same protocol and ports stand together. */
function writePermissions(rules: readonly SecurityGroupRule[]): aws.IpPermission[] {
  const groups = Map.groupBy(rules, ({ protocol, fromPort, toPort }) =>
    JSON.stringify([protocol, fromPort, toPort]),
  );
  return [...groups.values()].map((alike) => ({
    IpProtocol: alike[0]!.protocol,
    FromPort: alike[0]!.fromPort,
    ToPort: alike[0]!.toPort,
    IpRanges: alike.flatMap(({ cidr, description }) =>
      cidr === undefined ? [] : [{ CidrIp: cidr, Description: description }],
    ),
    Ipv6Ranges: alike.flatMap(({ ipv6Cidr, description }) =>
      ipv6Cidr === undefined ? [] : [{ CidrIpv6: ipv6Cidr, Description: description }],
    ),
    PrefixListIds: [],
    UserIdGroupPairs: alike.flatMap(({ group, description }) =>
      group
        ? [
            {
              GroupId: group.id,
              UserId: group.account,
              VpcPeeringConnectionId: group.peeringId,
              Description: description,
            },
          ]
        : [],
    ),
  }));
}

export function writeRule(group: SecurityGroup, rule: SecurityGroupRule): aws.SecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: group.account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    CidrIpv4: rule.cidr,
    CidrIpv6: rule.ipv6Cidr,
    ReferencedGroupInfo: rule.group && {
      GroupId: rule.group.id,
      UserId: rule.group.account,
      VpcPeeringConnectionId: rule.group.peeringId,
    },
    Description: rule.description,
    SecurityGroupRuleArn: `arn:aws:ec2:${group.region}:${group.account}:security-group-rule/${rule.id}`,
    Tags: writeTags(rule.tags),
  };
}
