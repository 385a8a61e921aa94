/**
 * An Auto Scaling group and all that it remembers: immutable, so that what happens to it is a function from one group to the next. Times are milliseconds
 * since 1970, periods seconds as in the API.
 */
export type Group = {
  name: string;
  arn: string;
  account: string;
  region: string;
  createdAt: number;
  launchTemplate: LaunchTemplate;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  places: readonly Place[];
  healthCheckType: string;
  healthCheckGracePeriod: number;
  defaultCooldown: number;
  newInstancesProtected: boolean;
  terminationPolicies: readonly string[];
  tags: readonly GroupTag[];
  suspendedProcesses: readonly string[];
  hooks: readonly Hook[];
  launches: readonly Launch[];
  /** No launch before: the last one failed. */
  launchAfter: number;
  instances: readonly GroupInstance[];
  /** The newest first, at most `MOST_ACTIVITIES`. */
  activities: readonly Activity[];
  /** Its instances end without hooks, and then it is gone. */
  deleting: boolean;
};

/** Where instances may be: a subnet, and its availability zone. */
export type Place = { subnetId: string; availabilityZone: string };

/** As the group was given it: `version` may be `$Latest` or `$Default`. */
export type LaunchTemplate = { id: string; name: string; version: string };

export type GroupTag = { key: string; value: string; propagateAtLaunch: boolean };

export type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
export type LifecycleResult = 'CONTINUE' | 'ABANDON';

export type Hook = {
  name: string;
  transition: Transition;
  heartbeatTimeout: number;
  defaultResult: LifecycleResult;
  notificationMetadata: string | undefined;
};

/** An instance that EC2 was asked for, or is about to be. */
export type Launch = Place & { activityId: string; asked: boolean };

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed';

export type GroupInstance = Place & {
  id: string;
  instanceType: string;
  launchTemplate: LaunchTemplate;
  state: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  protectedFromScaleIn: boolean;
  inServiceAt: number | undefined;
  /** The hooks that have not been completed yet. */
  waits: readonly Wait[];
  /** What brings it to where it is going, or has brought it there. */
  activityId: string;
  terminateAsked: boolean;
};

export type Wait = {
  hook: Hook;
  token: string;
  /** When the hook's default result is taken: each heartbeat moves it on. */
  until: number;
  /** The latest that heartbeats can move it to. */
  latest: number;
};

export type Activity = {
  id: string;
  description: string;
  cause: string;
  details: Place;
  startedAt: number;
  endedAt: number | undefined;
  status: 'PreInService' | 'InProgress' | 'MidLifecycleAction' | ActivityEnd;
  statusMessage: string | undefined;
};
export type ActivityEnd = 'Successful' | 'Failed' | 'Cancelled';

export const MOST_ACTIVITIES = 100;

/** Milliseconds until what EC2 has refused, or what came to nothing, is tried again. */
export const RETRY_DELAY = 5000;

/** What a step of a group needs from outside: the time, and names for what begins with it. */
export type Moment = { now: number; newId: () => string };

export function isLeaving({ state }: GroupInstance): boolean {
  return state.startsWith('Terminating');
}

export function isSuspended({ suspendedProcesses }: Group, process: string): boolean {
  return suspendedProcesses.includes(process);
}

/** How many instances there are, or will be once what is under way has ended well. */
export function capacityOf({ instances, launches }: Group): number {
  return launches.length + instances.filter((each) => !isLeaving(each)).length;
}

export function changeInstance(group: Group, id: string, change: Partial<GroupInstance>): Group {
  return {
    ...group,
    instances: group.instances.map((each) => (each.id === id ? { ...each, ...change } : each)),
  };
}
