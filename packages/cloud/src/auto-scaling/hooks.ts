import type * as aws from '@aws-sdk/client-auto-scaling';
import { AwsError } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { type AutoScaling, findGroup, invalid, keepGroup } from './auto-scaling.ts';
import type { Group, GroupInstance, Hook, LifecycleResult, Transition, Wait } from './group.ts';
import { isLeaving } from './group.ts';
import { completeWait, recordHeartbeat } from './lifecycle.ts';

const TRANSITIONS: readonly string[] = [
  'autoscaling:EC2_INSTANCE_LAUNCHING',
  'autoscaling:EC2_INSTANCE_TERMINATING',
] satisfies Transition[];
const RESULTS: readonly string[] = ['CONTINUE', 'ABANDON'] satisfies LifecycleResult[];

const MOST_HOOKS = 50;
/** Seconds. */
const DEFAULT_TIMEOUT = 3600;
const LEAST_TIMEOUT = 30;
const MOST_TIMEOUT = 7200;

/** Who waits already goes on waiting as it was. */
export const putHook: Operation<AutoScaling, aws.PutLifecycleHookType, object> = (
  autoScaling,
  { AutoScalingGroupName, ...given },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const known = group.hooks.find(({ name }) => name === given.LifecycleHookName);
  const hook = readHook(given, known);
  if (!known && group.hooks.length >= MOST_HOOKS) {
    throw new AwsError('LimitExceeded', `A group has at most ${MOST_HOOKS} lifecycle hooks.`);
  }
  keepGroup(autoScaling, { ...group, hooks: [...group.hooks.filter((each) => each !== known), hook] });
  return {};
};

/** Who waits for it waits no longer: launches are given up, terminations go on. */
export const deleteHook: Operation<AutoScaling, aws.DeleteLifecycleHookType, object> = (
  autoScaling,
  { AutoScalingGroupName, LifecycleHookName },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  if (!group.hooks.some(({ name }) => name === LifecycleHookName)) {
    throw invalid(`No lifecycle hook found with name ${LifecycleHookName}`);
  }
  let next: Group = { ...group, hooks: group.hooks.filter(({ name }) => name !== LifecycleHookName) };
  for (const instance of group.instances) {
    const wait = instance.waits.find(({ hook }) => hook.name === LifecycleHookName);
    const result = isLeaving(instance) ? 'CONTINUE' : 'ABANDON';
    if (wait) next = completeWait(next, instance.id, wait.token, result, autoScaling.moment());
  }
  keepGroup(autoScaling, next);
  return {};
};

export const describeHooks: Operation<
  AutoScaling,
  aws.DescribeLifecycleHooksType,
  aws.DescribeLifecycleHooksAnswer
> = (autoScaling, { AutoScalingGroupName, LifecycleHookNames }, caller) => {
  const { name, hooks } = findGroup(autoScaling, AutoScalingGroupName, caller);
  const asked = hooks.filter((hook) => !LifecycleHookNames?.length || LifecycleHookNames.includes(hook.name));
  return {
    LifecycleHooks: asked.map((hook) => ({
      LifecycleHookName: hook.name,
      AutoScalingGroupName: name,
      LifecycleTransition: hook.transition,
      HeartbeatTimeout: hook.heartbeatTimeout,
      GlobalTimeout: Math.min(hook.heartbeatTimeout * 100, 172_800),
      DefaultResult: hook.defaultResult,
      NotificationMetadata: hook.notificationMetadata,
    })),
  };
};

export const completeAction: Operation<AutoScaling, aws.CompleteLifecycleActionType, object> = (
  autoScaling,
  input,
  caller,
) => {
  const { AutoScalingGroupName, LifecycleActionResult: result } = input;
  if (!RESULTS.includes(result!)) {
    throw invalid(`Result ${result} is not valid: it is ${RESULTS.join(' or ')}`);
  }
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const { instance, wait } = findWait(group, input);
  keepGroup(
    autoScaling,
    completeWait(group, instance.id, wait.token, result as LifecycleResult, autoScaling.moment()),
  );
  return {};
};

export const recordActionHeartbeat: Operation<AutoScaling, aws.RecordLifecycleActionHeartbeatType, object> = (
  autoScaling,
  input,
  caller,
) => {
  const group = findGroup(autoScaling, input.AutoScalingGroupName, caller);
  const { instance, wait } = findWait(group, input);
  keepGroup(autoScaling, recordHeartbeat(group, instance.id, wait.token, autoScaling.moment()));
  return {};
};

/** By its token or by the instance, and by the hook. @throws AwsError ValidationError */
function findWait(
  { instances }: Group,
  {
    LifecycleHookName,
    LifecycleActionToken: token,
    InstanceId,
  }: aws.CompleteLifecycleActionType | aws.RecordLifecycleActionHeartbeatType,
): { instance: GroupInstance; wait: Wait } {
  if (token === undefined && InstanceId === undefined) {
    throw invalid('Either LifecycleActionToken or InstanceId has to be given');
  }
  for (const instance of instances) {
    if (InstanceId !== undefined && instance.id !== InstanceId) continue;
    const wait = instance.waits.find(
      (each) => each.hook.name === LifecycleHookName && (token === undefined || each.token === token),
    );
    if (wait) return { instance, wait };
  }
  const what = token === undefined ? `instance ID ${InstanceId}` : `token ${token}`;
  throw invalid(`No active Lifecycle Action found with ${what}`);
}

type GivenHook = Omit<aws.PutLifecycleHookType, 'AutoScalingGroupName'>;

/** @param known the hook of this name as it is: what a request does not say stays */
export function readHook(given: GivenHook, known: Hook | undefined): Hook {
  const {
    LifecycleHookName: name,
    LifecycleTransition,
    HeartbeatTimeout,
    DefaultResult,
    NotificationMetadata,
    ...others
  } = given;
  refuseOthers(others);
  const transition = LifecycleTransition ?? known?.transition;
  if (!name || name.length > 255 || !/^[A-Za-z0-9\-_/]+$/.test(name)) {
    throw invalid(`Lifecycle hook name ${name} is invalid: letters, digits, - _ and /, at most 255 of them`);
  }
  if (transition === undefined || !TRANSITIONS.includes(transition)) {
    throw invalid(`Lifecycle transition ${transition} is invalid: it is ${TRANSITIONS.join(' or ')}`);
  }
  const defaultResult = DefaultResult ?? known?.defaultResult ?? 'ABANDON';
  if (!RESULTS.includes(defaultResult)) {
    throw invalid(`Default result ${defaultResult} is invalid: it is ${RESULTS.join(' or ')}`);
  }
  const heartbeatTimeout = HeartbeatTimeout ?? known?.heartbeatTimeout ?? DEFAULT_TIMEOUT;
  if (heartbeatTimeout < LEAST_TIMEOUT || heartbeatTimeout > MOST_TIMEOUT) {
    throw invalid(
      `Heartbeat timeout ${heartbeatTimeout} is invalid: it is from ${LEAST_TIMEOUT} to ${MOST_TIMEOUT} seconds`,
    );
  }
  return {
    name,
    transition: transition as Transition,
    heartbeatTimeout,
    defaultResult: defaultResult as LifecycleResult,
    notificationMetadata: NotificationMetadata ?? known?.notificationMetadata,
  };
}
