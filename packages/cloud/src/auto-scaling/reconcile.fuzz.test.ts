import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { capacityOf, changeInstance, isLeaving, type LifecycleState } from './group.ts';
import { completeWait } from './lifecycle.ts';
import { reconcile } from './reconcile.ts';
import { launchHook, startTestGroup, type TestGroup, terminateHook } from './test-group.ts';

/** Where an instance may be, after where it was; it may also be forgotten. */
const NEXT: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  Pending: ['Pending:Wait', 'InService', 'Terminating:Wait', 'Terminating:Proceed'],
  'Pending:Wait': ['InService', 'Terminating:Wait', 'Terminating:Proceed'],
  'Pending:Proceed': [],
  InService: ['Terminating:Wait', 'Terminating:Proceed'],
  Terminating: [],
  'Terminating:Wait': ['Terminating:Proceed'],
  'Terminating:Proceed': [],
};

const pick = fc.nat(20);
const event = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ kind: fc.constant('desire' as const), capacity: fc.nat(4) }),
  fc.record({ kind: fc.constantFrom('CONTINUE' as const, 'ABANDON' as const), pick }),
  fc.record({ kind: fc.constantFrom('stop' as const, 'impair' as const, 'forget' as const), pick }),
  fc.record({ kind: fc.constant('report' as const), pick }),
  fc.record({ kind: fc.constant('refuse' as const), refusal: fc.constantFrom('no capacity', undefined) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function happen(world: TestGroup, event: Event): void {
  if (event.kind === 'pass') world.now += event.seconds * 1000;
  else if (event.kind === 'desire') world.group = { ...world.group, desiredCapacity: event.capacity };
  else if (event.kind === 'refuse') world.refusal = event.refusal;
  else happenTo(world, event);
}

function happenTo(world: TestGroup, { kind, pick }: Extract<Event, { pick: number }>): void {
  const { instances } = world.group;
  const instance = instances[pick % Math.max(1, instances.length)];
  if (!instance) return;
  const { id, waits } = instance;
  if (kind === 'stop') world.cloud.set(id, { state: 'stopped', status: 'ok' });
  else if (kind === 'impair') world.cloud.set(id, { state: 'running', status: 'impaired' });
  else if (kind === 'forget') world.cloud.delete(id);
  else if (kind === 'report') world.group = changeInstance(world.group, id, { health: 'Unhealthy' });
  else if (waits[0]) world.group = completeWait(world.group, id, waits[0].token, kind, world.moment());
}

function check(world: TestGroup, before: ReadonlyMap<string, LifecycleState>): void {
  const { group } = world;
  for (const { id, state } of group.instances) {
    const from = before.get(id);
    if (from && from !== state) assert.ok(NEXT[from].includes(state), `${id} went from ${from} to ${state}`);
  }
  assert.ok(capacityOf(group) <= group.desiredCapacity, 'more than desired');
  if (group.launchAfter <= world.now) assert.equal(capacityOf(group), group.desiredCapacity);
  assert.equal(new Set(world.terminated).size, world.terminated.length, 'one was ended twice');
  const again = reconcile(group, (id) => world.cloud.get(id), world.moment());
  assert.deepEqual(again.commands, []);
}

describe('an Auto Scaling group to which anything happens in any order', () => {
  test('goes its instances the ways that there are, keeps its size and comes to rest', () => {
    const hooks = fc.subarray([launchHook(), launchHook({ name: 'b' }), terminateHook()]);
    const history = fc.array(event, { maxLength: 40 });
    fc.assert(
      fc.property(hooks, history, (hooks, events) => {
        const world = startTestGroup({ hooks, healthCheckGracePeriod: 20 });
        world.look();
        for (const event of events) {
          const before = new Map(world.group.instances.map(({ id, state }) => [id, state]));
          happen(world, event);
          world.look();
          check(world, before);
        }
        world.refusal = undefined;
        rest(world);
        assert.equal(world.group.instances.length, world.group.desiredCapacity);
        assert.ok(world.group.activities.every(({ endedAt }) => endedAt !== undefined));
      }),
      { numRuns: 500 },
    );
  });
});

/** Completes what waits, until time brings nothing new. */
function rest(world: TestGroup): void {
  for (let round = 0; round < 50; round++) {
    for (const { id, waits } of world.group.instances) {
      for (const { token } of waits) {
        world.group = completeWait(world.group, id, token, 'CONTINUE', world.moment());
      }
    }
    world.pass(100);
    if (world.group.instances.every((each) => !isLeaving(each) && each.state === 'InService')) return;
  }
  assert.fail(`it does not come to rest: ${JSON.stringify(world.group.instances)}`);
}
