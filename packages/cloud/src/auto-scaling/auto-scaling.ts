import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { Ec2Api } from '../ec2/api.ts';
import type { Ec2State } from '../ec2/model.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { PageWords } from '../endpoint/paging.ts';
import type { Versions } from '../state/versions.ts';
import type { Driver } from './driver.ts';
import type { Group, GroupInstance, Moment } from './group.ts';

export type GroupState = { readonly groups: ReadonlyMap<string, Group> };

/** What the operations of Auto Scaling work with. */
export type AutoScaling = CloudCore & {
  state: Versions<GroupState>;
  ec2: Ec2Api;
  ec2State: Versions<Ec2State>;
  driver: Driver;
  moment: () => Moment;
};

/** Where a group stands in the state. */
export function groupId({ account, region }: Pick<Group, 'account' | 'region'>, name: string): string {
  return `${account} ${region} ${name}`;
}

/** @throws AwsError ValidationError */
export function findGroup(
  { state }: Pick<AutoScaling, 'state'>,
  name: string | undefined,
  caller: Pick<Caller, 'account' | 'region'>,
): Group {
  const group = state.now().groups.get(groupId(caller, name ?? ''));
  if (group) return group;
  throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
}

export function ownGroups({ groups }: GroupState, { account, region }: Caller): Group[] {
  return [...groups.values()].filter((each) => each.account === account && each.region === region);
}

/** The group that an instance is in. @throws AwsError ValidationError */
export function findMember(
  { state }: Pick<AutoScaling, 'state'>,
  instanceId: string | undefined,
  caller: Caller,
): { group: Group; instance: GroupInstance } {
  for (const group of ownGroups(state.now(), caller)) {
    const instance = group.instances.find(({ id }) => id === instanceId);
    if (instance) return { group, instance };
  }
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
}

/** Keeps what a group has become, and has what follows from it done. */
export function keepGroup({ state, driver }: Pick<AutoScaling, 'state' | 'driver'>, group: Group): void {
  const id = groupId(group, group.name);
  state.write([{ table: 'groups', id, record: group }]);
  driver.wake(id);
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** How Auto Scaling speaks of pages. */
export const PAGE_WORDS: PageWords = { size: 'maxRecords', invalid };
