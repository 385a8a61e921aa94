import { type AwsService, awsQuery, schemasOf } from '@pointsman/aws-wire';
import type { Ec2Api } from '../ec2/api.ts';
import type { Ec2State } from '../ec2/model.ts';
import { type Api, bindOperations } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import type { GroupState } from './auto-scaling.ts';
import { describeActivities } from './describe-activities.ts';
import { startDriver } from './driver.ts';
import { isLeaving, type Moment } from './group.ts';
import { createGroup, deleteGroup, describeGroups, updateGroup } from './groups.ts';
import { completeAction, deleteHook, describeHooks, putHook, recordActionHeartbeat } from './hooks.ts';
import {
  describeInstances,
  setDesiredCapacity,
  setInstanceHealth,
  setInstanceProtection,
  terminateInstance,
} from './instances.ts';
import { attachInstances, detachInstances } from './membership.ts';
import { describeProcessTypes, resumeProcesses, suspendProcesses } from './processes.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './tags.ts';
import { uuidOf } from './uuid.ts';

/** Every operation of Auto Scaling that there is here, by its name in AWS's model. */
const operations = {
  CreateAutoScalingGroup: createGroup,
  UpdateAutoScalingGroup: updateGroup,
  DeleteAutoScalingGroup: deleteGroup,
  DescribeAutoScalingGroups: describeGroups,
  SetDesiredCapacity: setDesiredCapacity,
  DescribeAutoScalingInstances: describeInstances,
  SetInstanceHealth: setInstanceHealth,
  SetInstanceProtection: setInstanceProtection,
  TerminateInstanceInAutoScalingGroup: terminateInstance,
  AttachInstances: attachInstances,
  DetachInstances: detachInstances,
  DescribeScalingActivities: describeActivities,
  PutLifecycleHook: putHook,
  DeleteLifecycleHook: deleteHook,
  DescribeLifecycleHooks: describeHooks,
  CompleteLifecycleAction: completeAction,
  RecordLifecycleActionHeartbeat: recordActionHeartbeat,
  SuspendProcesses: suspendProcesses,
  ResumeProcesses: resumeProcesses,
  DescribeScalingProcessTypes: describeProcessTypes,
  CreateOrUpdateTags: createOrUpdateTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
};

export type AutoScalingApi = Api<typeof operations>;

/** EC2 Auto Scaling, the API of 2011-01-01, over EC2: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/ */
export function createAutoScaling(core: CloudCore, ec2: Ec2Api, ec2State: Versions<Ec2State>) {
  const { clock, faults, random } = core;
  const empty: GroupState = { groups: new Map() };
  const state = createVersions(empty, { now: clock.now, lag: () => faults.consistencyLag });
  const moment = (): Moment => ({ now: clock.now(), newId: () => uuidOf(random) });
  const driver = startDriver({ ...core, state, ec2, ec2State, moment });
  const api: AutoScalingApi = bindOperations({ ...core, state, ec2, ec2State, driver, moment }, operations);
  return { api, state, service: autoScalingService(api) };
}

/** Where a group wants an instance, as its metadata says it; undefined for one that is in no group. */
export function targetLifecycleState({ groups }: GroupState, instanceId: string): string | undefined {
  for (const { instances } of groups.values()) {
    const instance = instances.find(({ id }) => id === instanceId);
    if (instance) return isLeaving(instance) ? 'Terminated' : 'InService';
  }
  return undefined;
}

function autoScalingService(api: AutoScalingApi): AwsService {
  return {
    name: 'autoscaling',
    protocol: async () =>
      awsQuery({
        ...schemasOf(await import('@aws-sdk/client-auto-scaling'), Object.keys(operations)),
        namespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
        version: '2011-01-01',
      }),
    handlers: api,
  };
}
