import type { Tag } from '@aws-sdk/client-auto-scaling';
import type { GatedCall } from '@pointsman/aws-wire';
import { type GroupState, ownGroups } from '../../auto-scaling/auto-scaling.ts';
import type { Group } from '../../auto-scaling/group.ts';
import type { Ec2State } from '../../ec2/model.ts';
import type { Access } from '../authorize.ts';
import { makeContext, requestTags, resourceTags } from './context.ts';
import { passRoleAccess, templateData } from './ec2.ts';

type Input = {
  AutoScalingGroupName?: string;
  InstanceId?: string;
  Tags?: readonly Tag[];
  LaunchTemplate?: { LaunchTemplateId?: string; LaunchTemplateName?: string; Version?: string };
};

/**
 * The actions on groups, which a request names by their name, by an instance of theirs or in tags. Those that describe have no resources:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
 */
export function autoScalingAccesses(
  state: GroupState,
  ec2: Ec2State,
  { operation, input, caller }: GatedCall,
): Access[] {
  const action = `autoscaling:${operation}`;
  if (operation.startsWith('Describe')) return [{ action, resource: '*', context: makeContext([]) }];
  const { AutoScalingGroupName, InstanceId, Tags = [], LaunchTemplate } = input as Input;
  const own = ownGroups(state, caller);
  const hasInstance = ({ instances }: Group) => instances.some(({ id }) => id === InstanceId);
  const byInstance = AutoScalingGroupName === undefined ? own.find(hasInstance)?.name : undefined;
  const names = [AutoScalingGroupName ?? byInstance, ...Tags.map(({ ResourceId }) => ResourceId)];
  const named = [...new Set(names.filter((name) => name !== undefined))];
  const accesses = named.map((name): Access => {
    const group = own.find((each) => each.name === name);
    const unmade = `arn:aws:autoscaling:${caller.region}:${caller.account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
    const tags = Object.fromEntries((group?.tags ?? []).map(({ key, value }) => [key, value]));
    const context = makeContext([...resourceTags(tags, 'autoscaling'), ...requestTags(Tags)]);
    return { action, resource: group?.arn ?? unmade, context };
  });
  const profile = LaunchTemplate && templateData(ec2, LaunchTemplate, caller.account)?.IamInstanceProfile;
  const role = profile?.Name ?? profile?.Arn?.split('/').at(-1);
  if (role !== undefined) accesses.push(passRoleAccess(caller.account, role));
  return accesses.length > 0 ? accesses : [{ action, resource: '*', context: makeContext([]) }];
}
