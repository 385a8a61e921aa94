import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import { compileFilters, type FilterFields } from './filters.ts';
import type { SecurityGroup, SecurityGroupRule } from './model.ts';
import { pageOf } from './paging.ts';
import { isOwn, missingParameter } from './resources.ts';
import {
  makeRule,
  type PermissionRequest,
  type RuleRequest,
  readPermissions,
  ruleKey,
} from './security-group-permissions.ts';
import { writeRule } from './security-group-shapes.ts';
import { underGroup } from './security-groups.ts';
import { readTagSpecifications } from './tag-specifications.ts';

/** Rules of each direction: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const MOST_RULES = 60;

const PERMISSIONS = [
  'GroupId',
  'IpPermissions.IpProtocol',
  'IpPermissions.FromPort',
  'IpPermissions.ToPort',
  'IpPermissions.IpRanges',
  'IpPermissions.Ipv6Ranges',
  'IpPermissions.UserIdGroupPairs.GroupId',
  'IpPermissions.UserIdGroupPairs.GroupName',
  'IpPermissions.UserIdGroupPairs.UserId',
  'IpPermissions.UserIdGroupPairs.VpcPeeringConnectionId',
  'IpPermissions.UserIdGroupPairs.Description',
  'IpProtocol',
  'FromPort',
  'ToPort',
  'CidrIp',
] as const;

export const authorizeIngress = operation<
  aws.AuthorizeSecurityGroupIngressRequest,
  aws.AuthorizeSecurityGroupIngressResult
>([...PERMISSIONS, 'TagSpecifications'], (ec2, input, caller) => authorize(ec2, input, false, caller));

export const authorizeEgress = operation<
  aws.AuthorizeSecurityGroupEgressRequest,
  aws.AuthorizeSecurityGroupEgressResult
>([...PERMISSIONS, 'TagSpecifications'], (ec2, input, caller) => authorize(ec2, input, true, caller));

export const revokeIngress = operation<
  aws.RevokeSecurityGroupIngressRequest,
  aws.RevokeSecurityGroupIngressResult
>([...PERMISSIONS, 'SecurityGroupRuleIds'], (ec2, input, caller) => revoke(ec2, input, false, caller));

export const revokeEgress = operation<
  aws.RevokeSecurityGroupEgressRequest,
  aws.RevokeSecurityGroupEgressResult
>([...PERMISSIONS, 'SecurityGroupRuleIds'], (ec2, input, caller) => revoke(ec2, input, true, caller));

function authorize(
  ec2: Ec2,
  input: PermissionRequest & {
    GroupId?: string | undefined;
    TagSpecifications?: aws.TagSpecification[] | undefined;
  },
  egress: boolean,
  caller: Caller,
): Promise<aws.AuthorizeSecurityGroupIngressResult> {
  if (input.GroupId === undefined) throw missingParameter('GroupId');
  return underGroup(ec2, input.GroupId, caller, async (group) => {
    const tags = readTagSpecifications(input.TagSpecifications, 'security-group-rule');
    const asked = readPermissions(ec2.state.now(), group, input, egress, caller);
    requireNew(group, asked);
    const added = asked.map((request) => makeRule(ec2, request, tags));
    const record: SecurityGroup = { ...group, rules: [...group.rules, ...added] };
    if (record.rules.filter((rule) => rule.egress === egress).length > MOST_RULES) {
      throw new AwsError(
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      );
    }
    await commit(ec2, [{ table: 'securityGroups', id: group.id, record }]);
    return { Return: true, SecurityGroupRules: added.map((rule) => writeRule(group, rule)) };
  });
}

function requireNew({ rules }: SecurityGroup, asked: readonly RuleRequest[]): void {
  const keys = new Set(rules.map(ruleKey));
  for (const request of asked) {
    const key = ruleKey(request);
    if (keys.has(key)) {
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "${describeRule(request)}" already exists`,
      );
    }
    keys.add(key);
  }
}

function describeRule({ protocol, fromPort, toPort, cidr, ipv6Cidr, group }: RuleRequest): string {
  const ports = fromPort === undefined ? '' : `, from port: ${fromPort}, to port: ${toPort}`;
  const name = protocol === '-1' ? 'ALL' : protocol.toUpperCase();
  return `peer: ${cidr ?? ipv6Cidr ?? group?.id}, ${name}${ports}, ALLOW`;
}

function revoke(
  ec2: Ec2,
  input: PermissionRequest & { GroupId?: string | undefined; SecurityGroupRuleIds?: string[] | undefined },
  egress: boolean,
  caller: Caller,
): Promise<{ Return: boolean }> {
  const { GroupId, SecurityGroupRuleIds: ids = [] } = input;
  if (GroupId === undefined) throw missingParameter('GroupId');
  return underGroup(ec2, GroupId, caller, async (group) => {
    const own = group.rules.filter((rule) => rule.egress === egress);
    const gone = new Set(
      ids.length > 0
        ? ids.map((id) => findRule(own, id))
        : findRules(own, readPermissions(ec2.state.now(), group, input, egress, caller)),
    );
    const record: SecurityGroup = { ...group, rules: group.rules.filter((rule) => !gone.has(rule)) };
    await commit(ec2, [{ table: 'securityGroups', id: group.id, record }]);
    return { Return: true };
  });
}

function findRule(rules: readonly SecurityGroupRule[], id: string): SecurityGroupRule {
  const found = rules.find((rule) => rule.id === id);
  if (!found) throw unknownRules([id]);
  return found;
}

function findRules(rules: readonly SecurityGroupRule[], asked: readonly RuleRequest[]): SecurityGroupRule[] {
  const byKey = new Map(rules.map((rule) => [ruleKey(rule), rule]));
  return asked.map((request) => {
    const found = byKey.get(ruleKey(request));
    if (found) return found;
    throw new AwsError(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    );
  });
}

function unknownRules(ids: readonly string[]): AwsError {
  return new AwsError(
    'InvalidSecurityGroupRuleId.NotFound',
    `The security group rule ID '${ids.join(', ')}' does not exist`,
  );
}

type ListedRule = {
  id: string;
  group: SecurityGroup;
  rule: SecurityGroupRule;
  tags: SecurityGroupRule['tags'];
};

const FIELDS: FilterFields<ListedRule> = {
  'group-id': ({ group }) => group.id,
  'security-group-rule-id': ({ id }) => id,
};

export const describeSecurityGroupRules = operation<
  aws.DescribeSecurityGroupRulesRequest,
  aws.DescribeSecurityGroupRulesResult
>(['SecurityGroupRuleIds', ...PAGED], (ec2, input, caller) => {
  const { SecurityGroupRuleIds: given = [], Filters } = input;
  const passes = compileFilters(Filters, FIELDS);
  const rules: ListedRule[] = [...ec2.state.seen().securityGroups.values()]
    .filter((group) => isOwn(group, caller))
    .flatMap((group) => group.rules.map((rule) => ({ id: rule.id, group, rule, tags: rule.tags })));
  const missing = given.filter((id) => !rules.some((rule) => rule.id === id));
  if (missing.length > 0) throw unknownRules(missing);
  const asked = rules.filter((each) => (given.length === 0 || given.includes(each.id)) && passes(each));
  const { page, NextToken } = pageOf(asked, input, { name: 'securityGroupRuleIds', given });
  return { SecurityGroupRules: page.map(({ group, rule }) => writeRule(group, rule)), NextToken };
});
