import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeInstance } from './group.ts';
import { completeWait, recordHeartbeat } from './lifecycle.ts';
import { launchHook, startTestGroup, type TestGroup, terminateHook } from './test-group.ts';

const only = (test: TestGroup) => test.group.instances[0]!;
const complete = (test: TestGroup, result: 'CONTINUE' | 'ABANDON') => {
  const { id, waits } = only(test);
  test.group = completeWait(test.group, id, waits[0]!.token, result, test.moment());
};

describe('an Auto Scaling group', () => {
  test('launches what it lacks, evenly over its availability zones, and ends what is too much', () => {
    const places = ['a', 'b'].map((zone) => ({
      subnetId: `subnet-${zone}`,
      availabilityZone: `eu-west-1${zone}`,
    }));
    const world = startTestGroup({ desiredCapacity: 4, places });
    world.look();
    const zones = () => world.group.instances.map(({ availabilityZone }) => availabilityZone.at(-1)).join('');
    assert.equal(zones(), 'abab');
    assert.deepEqual(new Set(world.states()), new Set(['InService']));
    world.group = { ...world.group, desiredCapacity: 1 };
    world.look();
    world.look();
    assert.equal(zones().length, 1);
    assert.equal(world.terminated.length, 3);
  });

  test('tries again later when EC2 refuses, and tells why', () => {
    const world = startTestGroup();
    world.refusal = 'no capacity.';
    world.look();
    const [failed] = world.group.activities;
    assert.equal(failed!.status, 'Failed');
    assert.equal(failed!.statusMessage, 'no capacity. Launching EC2 instance failed.');
    assert.equal(world.wakeAt, world.now + 5000);
    world.refusal = undefined;
    world.look();
    assert.deepEqual(world.states(), []);
    world.pass(5);
    assert.deepEqual(world.states(), ['InService']);
    assert.deepEqual(
      world.group.activities.map(({ status }) => status),
      ['Successful', 'Failed'],
    );
  });

  test('waits a while with the next launch where an instance dies before it has been in service', () => {
    const world = startTestGroup({ hooks: [launchHook()] });
    world.look();
    world.cloud.set(only(world).id, { state: 'terminated', status: 'ok' });
    world.look();
    assert.deepEqual(world.states(), []);
    assert.equal(world.wakeAt, world.now + 5000);
    world.pass(5);
    assert.deepEqual(world.states(), ['Pending:Wait']);
  });

  test('waits until the instance runs', () => {
    const world = startTestGroup({ hooks: [launchHook()] });
    const { group } = world;
    world.look();
    world.cloud.set(only(world).id, { state: 'pending', status: 'initializing' });
    world.group = changeInstance(world.group, only(world).id, { state: 'Pending', waits: [] });
    world.look();
    assert.deepEqual(world.states(), ['Pending']);
    world.cloud.set(only(world).id, { state: 'running', status: 'initializing' });
    world.look();
    assert.deepEqual(world.states(), ['Pending:Wait']);
    assert.equal(group.instances.length, 0, 'a group that was handed in has been changed');
  });

  test('replaces an instance that does not run, is reported unhealthy or gone', () => {
    const ends: ((world: TestGroup) => void)[] = [
      (world) => world.cloud.set(only(world).id, { state: 'stopped', status: 'ok' }),
      (world) => world.cloud.delete(only(world).id),
      (world) => world.cloud.set(only(world).id, { state: 'running', status: 'impaired' }),
      (world) => {
        world.group = changeInstance(world.group, only(world).id, { health: 'Unhealthy' });
      },
    ];
    for (const end of ends) {
      const world = startTestGroup();
      world.look();
      const first = only(world).id;
      end(world);
      world.look();
      world.look();
      assert.deepEqual(world.states(), ['InService']);
      assert.notEqual(only(world).id, first);
      assert.deepEqual(world.terminated, [first]);
      assert.match(world.group.activities.map(({ cause }) => cause).join(), /health check failure/);
    }
  });

  test('looks past failed status checks in the grace period, and is awake when it ends', () => {
    const world = startTestGroup({ healthCheckGracePeriod: 30 });
    world.look();
    const first = only(world).id;
    world.cloud.set(first, { state: 'running', status: 'impaired' });
    world.pass(29);
    assert.equal(only(world).id, first);
    assert.equal(world.wakeAt, world.now + 1000);
    world.pass(1);
    assert.deepEqual(world.terminated, [first]);
  });

  test('does nothing of what is suspended', () => {
    const suspended = (process: string) => {
      const world = startTestGroup();
      world.look();
      world.group = { ...world.group, suspendedProcesses: [process] };
      return world;
    };
    const unwatched = suspended('HealthCheck');
    unwatched.cloud.clear();
    unwatched.look();
    assert.deepEqual(unwatched.states(), ['InService']);
    for (const process of ['ReplaceUnhealthy', 'Terminate']) {
      const kept = suspended(process);
      kept.cloud.clear();
      kept.look();
      assert.equal(only(kept).health, 'Unhealthy');
      assert.deepEqual(kept.states(), ['InService'], process);
    }
    const small = suspended('Launch');
    small.group = { ...small.group, desiredCapacity: 2 };
    small.look();
    assert.equal(small.group.instances.length, 1);
  });

  test('spares protected instances when it shrinks, not when they are unhealthy', () => {
    const world = startTestGroup({ newInstancesProtected: true });
    world.look();
    world.group = { ...world.group, desiredCapacity: 0 };
    world.look();
    assert.deepEqual(world.states(), ['InService']);
    world.group = changeInstance(world.group, only(world).id, { health: 'Unhealthy' });
    world.look();
    world.look();
    assert.deepEqual(world.states(), []);
  });

  test('that is being deleted ends its instances without hooks', () => {
    const world = startTestGroup({ hooks: [terminateHook()], newInstancesProtected: true });
    world.look();
    world.group = { ...world.group, deleting: true };
    world.look();
    world.look();
    assert.deepEqual(world.states(), []);
  });
});

describe('a lifecycle hook', () => {
  test('holds an instance that is launching until it is completed', () => {
    const world = startTestGroup({ hooks: [launchHook()] });
    world.look();
    assert.deepEqual(world.states(), ['Pending:Wait']);
    assert.equal(world.group.activities[0]!.status, 'MidLifecycleAction');
    world.pass(59);
    assert.deepEqual(world.states(), ['Pending:Wait']);
    complete(world, 'CONTINUE');
    world.look();
    assert.deepEqual(world.states(), ['InService']);
    assert.equal(world.group.activities[0]!.status, 'Successful');
  });

  test('that is abandoned ends the instance, and another one is launched', () => {
    const world = startTestGroup({ hooks: [launchHook()] });
    world.look();
    const first = only(world).id;
    complete(world, 'ABANDON');
    world.look();
    world.look();
    assert.deepEqual(world.terminated, [first]);
    assert.deepEqual(world.states(), ['Pending:Wait']);
    const cancelled = world.group.activities.find(({ status }) => status === 'Cancelled')!;
    assert.match(
      cancelled.statusMessage!,
      /^Lifecycle Action with token id-\d+ for hook ready was abandoned/,
    );
  });

  test('takes its default result when nobody completes it in time', () => {
    const given = startTestGroup({ hooks: [launchHook({ defaultResult: 'CONTINUE' })] });
    given.look();
    assert.equal(given.wakeAt, given.now + 60_000);
    given.pass(60);
    assert.deepEqual(given.states(), ['InService']);
    const refused = startTestGroup({ hooks: [launchHook({ defaultResult: 'ABANDON' })] });
    refused.look();
    refused.pass(60);
    assert.equal(refused.terminated.length, 1);
  });

  test('waits longer with each heartbeat, and not for ever', () => {
    const world = startTestGroup({ hooks: [launchHook({ defaultResult: 'CONTINUE' })] });
    world.look();
    let beats = 0;
    for (; beats < 500 && world.states()[0] === 'Pending:Wait'; beats++) {
      world.pass(50);
      const { id, waits } = only(world);
      if (waits[0]) world.group = recordHeartbeat(world.group, id, waits[0].token, world.moment());
    }
    assert.equal(beats, (100 * 60) / 50, 'a hook of 60 seconds waits 100 times as long at most');
  });

  test('holds an instance that is terminating, while its replacement is launched', () => {
    const world = startTestGroup({ hooks: [terminateHook()] });
    world.look();
    const first = only(world).id;
    world.cloud.set(first, { state: 'running', status: 'impaired' });
    world.look();
    assert.deepEqual(world.states(), ['Terminating:Wait', 'InService']);
    assert.deepEqual(world.terminated, []);
    complete(world, 'ABANDON');
    world.look();
    world.look();
    assert.deepEqual(world.terminated, [first]);
    assert.deepEqual(world.states(), ['InService']);
  });

  test('has others beside it, and all of them are waited for', () => {
    const world = startTestGroup({ hooks: [launchHook(), launchHook({ name: 'second' })] });
    world.look();
    complete(world, 'CONTINUE');
    world.look();
    assert.deepEqual(world.states(), ['Pending:Wait']);
    complete(world, 'CONTINUE');
    world.look();
    assert.deepEqual(world.states(), ['InService']);
  });
});
