import { isIPv4 } from 'node:net';
import type * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '@pointsman/aws-wire';
import type { Ec2State } from '../ec2/model.ts';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { findOwn } from './find.ts';
import type { LoadBalancing, Target, TargetGroup } from './model.ts';
import { balancersOf } from './target-groups.ts';

export const registerTargets: Operation<LoadBalancing, aws.RegisterTargetsInput, object> = (
  { state, ec2State },
  { TargetGroupArn, Targets },
  caller,
) => {
  const group = findOwn(state.now(), 'targetGroups', TargetGroupArn, caller);
  const added = Targets!.map((each) => readTarget(group, each));
  for (const target of added) checkTarget(group, target, ec2State.now());
  const kept = group.targets.filter((each) => !added.some((target) => isSame(each, target)));
  const record = { ...group, targets: [...kept, ...added] };
  state.write([{ table: 'targetGroups', id: group.arn, record }]);
  return {};
};

export const deregisterTargets: Operation<LoadBalancing, aws.DeregisterTargetsInput, object> = (
  { state },
  { TargetGroupArn, Targets },
  caller,
) => {
  const group = findOwn(state.now(), 'targetGroups', TargetGroupArn, caller);
  const isMeant = (target: Target) =>
    Targets!.some(({ Id, Port }) => Id === target.id && (Port === undefined || Port === target.port));
  const record = { ...group, targets: group.targets.filter((target) => !isMeant(target)) };
  state.write([{ table: 'targetGroups', id: group.arn, record }]);
  return {};
};

/** Nobody looks at the targets: one is as healthy as its instance runs. */
export const describeTargetHealth: Operation<
  LoadBalancing,
  aws.DescribeTargetHealthInput,
  aws.DescribeTargetHealthOutput
> = ({ state, ec2State }, { TargetGroupArn, Targets, ...others }, caller) => {
  refuseOthers(others);
  const seen = state.seen();
  const group = findOwn(seen, 'targetGroups', TargetGroupArn, caller);
  const isUsed = balancersOf(seen, group.arn, caller).length > 0;
  const asked = Targets?.length ? Targets.map((each) => readTarget(group, each)) : group.targets;
  return {
    TargetHealthDescriptions: asked.map((target) => ({
      Target: { Id: target.id, Port: target.port },
      TargetHealth: healthOf(group, target, isUsed, ec2State.seen()),
    })),
  };
};

function healthOf(
  group: TargetGroup,
  target: Target,
  isUsed: boolean,
  { instances }: Ec2State,
): aws.TargetHealth {
  if (!group.targets.some((each) => isSame(each, target))) {
    const Description = 'Target is not registered to the target group';
    return { State: 'unused', Reason: 'Target.NotRegistered', Description };
  }
  if (!isUsed) {
    const Description = 'Target group is not configured to receive traffic from the load balancer';
    return { State: 'unused', Reason: 'Target.NotInUse', Description };
  }
  if (group.targetType === 'instance' && instances.get(target.id)?.state !== 'running') {
    const Description = 'Target is in the stopped state or is terminated';
    return { State: 'unused', Reason: 'Target.InvalidState', Description };
  }
  return { State: 'healthy' };
}

function readTarget({ port }: TargetGroup, { Id, Port, ...others }: aws.TargetDescription): Target {
  refuseOthers(others);
  return { id: Id!, port: Port ?? port };
}

/** @throws AwsError InvalidTarget */
function checkTarget({ targetType, vpcId }: TargetGroup, { id }: Target, { instances }: Ec2State): void {
  if (targetType === 'ip') {
    if (isIPv4(id)) return;
    throw new AwsError('InvalidTarget', `The IP address '${id}' is not a valid IPv4 address`);
  }
  const instance = instances.get(id);
  if (instance?.vpcId !== vpcId) {
    throw new AwsError(
      'InvalidTarget',
      `The following targets are not in the target group VPC '${vpcId}': '${id}'`,
    );
  }
  if (instance.state !== 'running') {
    throw new AwsError(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  }
}

function isSame(a: Target, b: Target): boolean {
  return a.id === b.id && a.port === b.port;
}
