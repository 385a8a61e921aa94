import { noteLaunched, noteLaunchFailed } from './capacity.ts';
import type { Group, Hook, Moment } from './group.ts';
import type { Seen } from './health.ts';
import { reconcile } from './reconcile.ts';

/** A group and its EC2 on a clock of the test's own: what the tests of the rules look at. */
export type TestGroup = ReturnType<typeof startTestGroup>;

export const TEMPLATE = { id: 'lt-1', name: 'forwarder', version: '1' };

export function launchHook(rest: Partial<Hook> = {}): Hook {
  return {
    name: 'ready',
    transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    heartbeatTimeout: 60,
    defaultResult: 'ABANDON',
    notificationMetadata: undefined,
    ...rest,
  };
}

export function terminateHook(rest: Partial<Hook> = {}): Hook {
  return launchHook({ name: 'drain', transition: 'autoscaling:EC2_INSTANCE_TERMINATING', ...rest });
}

export function makeGroup(rest: Partial<Group> = {}): Group {
  return {
    name: 'main',
    arn: 'arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:1:autoScalingGroupName/main',
    account: '111111111111',
    region: 'eu-west-1',
    createdAt: 0,
    launchTemplate: TEMPLATE,
    minSize: 0,
    maxSize: 9,
    desiredCapacity: 1,
    places: [{ subnetId: 'subnet-a', availabilityZone: 'eu-west-1a' }],
    healthCheckType: 'EC2',
    healthCheckGracePeriod: 0,
    defaultCooldown: 300,
    newInstancesProtected: false,
    terminationPolicies: ['Default'],
    tags: [],
    suspendedProcesses: [],
    hooks: [],
    launches: [],
    launchAfter: 0,
    instances: [],
    activities: [],
    deleting: false,
    ...rest,
  };
}

export function startTestGroup(rest: Partial<Group> = {}) {
  const cloud = new Map<string, Seen>();
  let ids = 0;
  const test = {
    group: makeGroup(rest),
    /** Milliseconds. */
    now: 1_000_000,
    cloud,
    terminated: [] as string[],
    /** What EC2 says to launches; undefined: yes. */
    refusal: undefined as string | undefined,
    wakeAt: undefined as number | undefined,
    moment: (): Moment => ({ now: test.now, newId: () => `id-${++ids}` }),
    /** Looks, and does what follows, until nothing more does. */
    look(): void {
      for (;;) {
        const { group, commands, wakeAt } = reconcile(test.group, (id) => cloud.get(id), test.moment());
        test.group = group;
        test.wakeAt = wakeAt;
        if (commands.length === 0) return;
        for (const command of commands) {
          if (command.kind === 'launch') launch(command.launch.activityId);
          else terminate(command.instanceId);
        }
      }
    },
    states: () => test.group.instances.map(({ state }) => state),
    pass(seconds: number): void {
      test.now += seconds * 1000;
      test.look();
    },
  };
  function launch(activityId: string): void {
    if (test.refusal !== undefined) {
      test.group = noteLaunchFailed(test.group, activityId, test.refusal, test.moment());
      return;
    }
    const id = `i-${++ids}`;
    cloud.set(id, { state: 'running', status: 'ok' });
    test.group = noteLaunched(test.group, activityId, {
      id,
      instanceType: 't3.micro',
      launchTemplate: TEMPLATE,
    });
  }
  function terminate(id: string): void {
    test.terminated.push(id);
    cloud.set(id, { state: 'terminated', status: 'ok' });
  }
  return test;
}
