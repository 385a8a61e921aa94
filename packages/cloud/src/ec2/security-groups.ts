import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { allowAllOut } from './default-group.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { listOwn } from './listing.ts';
import type { SecurityGroup } from './model.ts';
import { dependencyViolation, findOwn, invalidValue, missingParameter } from './resources.ts';
import { RULE_FIELDS, writeSecurityGroup } from './security-group-shapes.ts';
import { readTagSpecifications, writeTags } from './tag-specifications.ts';
import { underVpc } from './vpcs.ts';

const LONGEST_NAME = 255;
/** What a name and a description may be made of in a VPC. */
const NAME = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/;

export const createSecurityGroup = operation<aws.CreateSecurityGroupRequest, aws.CreateSecurityGroupResult>(
  ['GroupName', 'Description', 'VpcId', 'TagSpecifications'],
  (ec2, input, caller) => {
    if (input.VpcId === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
    return underVpc(ec2, input.VpcId, caller, async (vpc) => {
      const name = readText(input.GroupName, 'GroupName');
      const description = readText(input.Description, 'GroupDescription');
      if (name.startsWith('sg-')) throw invalidValue(name, 'groupName', "It must not begin with 'sg-'.");
      const groups = [...ec2.state.now().securityGroups.values()];
      if (groups.some((group) => group.vpcId === vpc.id && group.name === name)) {
        throw new AwsError(
          'InvalidGroup.Duplicate',
          `The security group '${name}' already exists for VPC '${vpc.id}'`,
        );
      }
      const tags = readTagSpecifications(input.TagSpecifications, 'security-group');
      const record: SecurityGroup = {
        id: ec2.makeId('sg', tags),
        account: caller.account,
        region: caller.region,
        tags,
        vpcId: vpc.id,
        name,
        description,
        rules: allowAllOut(ec2, vpc),
      };
      await commit(ec2, [{ table: 'securityGroups', id: record.id, record }]);
      return { GroupId: record.id, Tags: writeTags(tags) };
    });
  },
);

function readText(text: string | undefined, parameter: string): string {
  if (text === undefined || text === '') throw missingParameter(parameter);
  if (text.length > LONGEST_NAME || !NAME.test(text)) {
    throw invalidValue(text, parameter, 'Character sets beyond ASCII are not supported.');
  }
  return text;
}

const FIELDS: FilterFields<SecurityGroup> = {
  'group-id': ({ id }) => id,
  'group-name': ({ name }) => name,
  description: ({ description }) => description,
  'owner-id': ({ account }) => account,
  'vpc-id': ({ vpcId }) => vpcId,
  ...fieldsOf('ip-permission', false),
  ...fieldsOf('egress.ip-permission', true),
};

function fieldsOf(prefix: string, egress: boolean): FilterFields<SecurityGroup> {
  const entries = Object.entries(RULE_FIELDS).map(([name, read]) => [
    `${prefix}.${name}`,
    ({ rules }: SecurityGroup) => rules.filter((rule) => rule.egress === egress).map(read),
  ]);
  return Object.fromEntries(entries);
}

export const describeSecurityGroups = operation<
  aws.DescribeSecurityGroupsRequest,
  aws.DescribeSecurityGroupsResult
>(['GroupIds', 'GroupNames', ...PAGED], (ec2, input, caller) => {
  const { GroupNames = [], Filters = [] } = input;
  const byName = GroupNames.length > 0 ? [{ Name: 'group-name', Values: GroupNames }] : [];
  const request = { ...input, Filters: [...Filters, ...byName] };
  const { page, NextToken } = listOwn(ec2.state.seen(), request, caller, {
    table: 'securityGroups',
    ids: { name: 'groupIds', given: input.GroupIds },
    fields: FIELDS,
  });
  return { SecurityGroups: page.map(writeSecurityGroup), NextToken };
});

/** @throws AwsError DependencyViolation while an interface has it or a rule of another group names it */
export const deleteSecurityGroup = operation<aws.DeleteSecurityGroupRequest, aws.DeleteSecurityGroupResult>(
  ['GroupId'],
  (ec2, { GroupId }, caller) => {
    if (GroupId === undefined) throw missingParameter('GroupId');
    return underGroup(ec2, GroupId, caller, async (group) => {
      const { interfaces, securityGroups } = ec2.state.now();
      if (group.name === 'default') {
        throw new AwsError(
          'CannotDelete',
          `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
        );
      }
      const isUsed =
        [...interfaces.values()].some(({ groupIds }) => groupIds.includes(group.id)) ||
        [...securityGroups.values()].some(
          (other) => other.id !== group.id && other.rules.some((rule) => rule.group?.id === group.id),
        );
      if (isUsed) throw dependencyViolation(`resource ${group.id} has a dependent object`);
      await commit(ec2, [{ table: 'securityGroups', id: group.id, record: undefined }]);
      return { Return: true, GroupId: group.id };
    });
  },
);

/** Runs an action that changes a group of the caller while nobody else changes what is in its VPC. */
export function underGroup<Result>(
  ec2: Ec2,
  groupId: string | undefined,
  caller: Caller,
  action: (group: SecurityGroup) => Promise<Result>,
): Promise<Result> {
  const { id, vpcId } = findOwn(ec2.state.now(), 'securityGroups', groupId, caller);
  return underVpc(ec2, vpcId, caller, () => action(findOwn(ec2.state.now(), 'securityGroups', id, caller)));
}
