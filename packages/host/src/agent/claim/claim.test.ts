import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MemberInterface } from '../cloud/address-cloud.ts';
import { type ClaimMemory, type ClaimView, decideClaim, NO_MEMORY } from './decide-claim.ts';
import { makeModelWorld, makeRandom } from './model/model-world.ts';

const HOST = {
  tier: 'acme/main',
  member: undefined,
  instanceId: 'i-me',
  availabilityZone: 'z-1a',
  vpcId: 'vpc-1',
};
const ENI: MemberInterface = {
  id: 'eni-a',
  member: 'a',
  mac: '02:00:00:00:00:0a',
  availabilityZone: 'z-1a',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  subnetCidrs: ['10.0.0.0/24'],
  addresses: ['10.0.0.53'],
  attachment: undefined,
};
const attachedTo = (instanceId: string, state: 'attaching' | 'attached' | 'detaching' = 'attached') => ({
  ...ENI,
  attachment: { id: 'attach-1', instanceId, state },
});
const view = (changes: Partial<ClaimView>): ClaimView => ({
  host: HOST,
  fitness: 'fit',
  macs: new Set(),
  interfaces: [ENI],
  holders: new Map(),
  ...changes,
});
/** The step after the same view has been seen again and again for so long. */
const stepAfter = (milliseconds: number, seen: ClaimView) => {
  let memory: ClaimMemory = NO_MEMORY;
  for (let now = 0; now < milliseconds; now += 500) ({ memory } = decideClaim(memory, seen, now));
  return decideClaim(memory, seen, milliseconds).step;
};
const problemsOf = (changes: Partial<ClaimView>) =>
  decideClaim(NO_MEMORY, view(changes), 0).problems.map(({ code, message }) => `${code}: ${message}`);

describe('a claim', () => {
  test('takes an interface that is free', () => {
    assert.equal(stepAfter(0, view({})).do, 'attach');
  });

  test('holds what the kernel has, whatever the cloud says of it yet', () => {
    const macs = new Set([ENI.mac]);
    assert.equal(stepAfter(60_000, view({ macs })).do, 'hold');
    assert.equal(stepAfter(60_000, view({ macs, interfaces: [attachedTo('i-me')] })).do, 'hold');
    assert.equal(stepAfter(5000, view({ macs, interfaces: [attachedTo('i-other')] })).do, 'hold');
  });

  test('believes that it has lost an interface once the cloud says so for longer than it lags', () => {
    const lost = view({ macs: new Set([ENI.mac]), interfaces: [attachedTo('i-other')] });
    assert.equal(stepAfter(11_000, lost).do, 'wait');
  });

  test('stands by while the holder is alive, however long', () => {
    const seen = view({ interfaces: [attachedTo('i-other')], holders: new Map([['i-other', 'alive']]) });
    assert.deepEqual(stepAfter(600_000, seen), {
      do: 'wait',
      pace: 'calm',
      why: 'every address has its host: stands by',
    });
  });

  for (const [state, after] of [
    ['ended', 0],
    ['impaired', 2000],
    ['missing', 61_000],
  ] as const)
    test(`takes an interface from a holder that is ${state}${after > 0 ? `, when it has been so for ${after} ms` : ' at once'}`, () => {
      const seen = view({ interfaces: [attachedTo('i-other')], holders: new Map([['i-other', state]]) });
      const step = stepAfter(after, seen);
      assert.ok(step.do === 'detach' && !step.force && step.attachmentId === 'attach-1');
      if (after > 0) assert.equal(stepAfter(after - 2000, seen).do, 'wait');
    });

  test('forces a detach that hangs, of a dead holder only', () => {
    const of = (state: 'ended' | 'alive') =>
      view({ interfaces: [attachedTo('i-other', 'detaching')], holders: new Map([['i-other', state]]) });
    assert.equal(stepAfter(7000, of('ended')).do, 'wait');
    const step = stepAfter(9000, of('ended'));
    assert.ok(step.do === 'detach' && step.force);
    assert.equal(stepAfter(600_000, of('alive')).do, 'wait');
  });

  test('starts again where an attachment does not arrive', () => {
    const seen = view({ interfaces: [attachedTo('i-me', 'attaching')] });
    assert.equal(stepAfter(29_000, seen).do, 'wait');
    const step = stepAfter(31_000, seen);
    assert.ok(step.do === 'detach' && step.force);
  });

  test('lets go of its own, and takes none, while the host is not fit', () => {
    const step = stepAfter(
      0,
      view({ fitness: 'failing', macs: new Set([ENI.mac]), interfaces: [attachedTo('i-me')] }),
    );
    assert.ok(step.do === 'detach' && !step.force);
    assert.equal(stepAfter(60_000, view({ fitness: 'failing' })).do, 'wait');
  });

  test('changes nothing where the interfaces are wrong, and says what to do', () => {
    assert.deepEqual(problemsOf({ interfaces: [] }), [
      'no-interface: no interface has the tags pointsman:tier=acme/main; create one for each member in its availability zone, and give it these tags',
    ]);
    assert.deepEqual(problemsOf({ host: { ...HOST, member: 'b' } }), [
      'no-interface: no interface has the tags pointsman:tier=acme/main and pointsman:member=b; the tier has a (eni-a in z-1a): correct "member", or tag the interface',
    ]);
    assert.deepEqual(problemsOf({ interfaces: [{ ...ENI, availabilityZone: 'z-1b' }] }), [
      'other-zone: this instance is in z-1a, and an interface can be attached only in its own availability zone (a (eni-a in z-1b)); start the instance there',
    ]);
    assert.deepEqual(problemsOf({ interfaces: [{ ...ENI, vpcId: 'vpc-2' }] }), [
      'other-vpc: a (eni-a in z-1a) is in vpc-2, and this instance is in vpc-1; start the instance in a subnet of vpc-2',
    ]);
    assert.deepEqual(problemsOf({ interfaces: [ENI, { ...ENI, id: 'eni-b', availabilityZone: 'z-1b' }] }), [
      'duplicate-member: eni-a and eni-b all have the tag pointsman:member=a of acme/main; take it from all but one',
    ]);
    assert.deepEqual(problemsOf({ interfaces: [{ ...ENI, member: undefined }] }), [
      'no-member: eni-a has no tag pointsman:member with the name of a member; give it one, or take its tag pointsman:tier away',
    ]);
    const strange = { ...ENI, addresses: ['10.0.0.53', 'fd00::53'] };
    assert.deepEqual(problemsOf({ interfaces: [strange] }), [
      'outside-subnet: fd00::53 of a (eni-a) is in none of the ranges of its subnet subnet-1 (10.0.0.0/24), and is not served; give the subnet its range, or take the address from the interface',
    ]);
    assert.equal(stepAfter(0, view({ interfaces: [strange] })).do, 'attach');
    for (const interfaces of [[], [{ ...ENI, vpcId: 'vpc-2' }], [ENI, { ...ENI, id: 'eni-b' }]])
      assert.equal(stepAfter(60_000, view({ interfaces })).do, 'wait');
  });
});

test('a host goes on serving its own where a second interface gets the same tags', () => {
  const twins = [attachedTo('i-me'), { ...ENI, id: 'eni-b', mac: '02:00:00:00:00:0b' }];
  const decided = decideClaim(NO_MEMORY, view({ macs: new Set([ENI.mac]), interfaces: twins }), 0);
  assert.ok(decided.step.do === 'hold' && decided.step.interface.id === ENI.id);
  assert.equal(decided.problems[0]!.code, 'duplicate-member');
});

describe('an agent that is killed', () => {
  /** Every 100 ms of a take-over: before, between and after all of its calls. */
  for (const kill of ['ended', 'frozen'] as const)
    test(`at any moment of taking over from a machine that is ${kill}, goes on when it starts again`, async () => {
      for (let moment = 0; moment < 15_000; moment += 100) {
        const world = makeModelWorld(1, 1, makeRandom(moment));
        world.cloud.faults.hangDetach = kill === 'frozen';
        await world.pass(20_000);
        const holder = [...world.agents.values()].find((agent) => agent.held())!;
        if (kill === 'ended') world.endInstance(holder.instanceId);
        else world.freezeInstance(holder.instanceId);
        await world.clock.pass(moment);
        const [heir] = world.agents.keys();
        world.killAgent(heir!, 500);
        await world.pass(30_000);
        world.checkAllHeld();
        assert.deepEqual(world.cloud.robberies, []);
      }
    });

  test('while it holds an address, finds that it does', async () => {
    const world = makeModelWorld(1, 0, makeRandom(1));
    await world.pass(20_000);
    world.killAgent([...world.agents.keys()][0]!, 100);
    await world.pass(2000);
    world.checkAllHeld();
  });
});

test('a warm spare has a dead member’s address within eight seconds, with 2 s for a detach and 2 s for an attach', async () => {
  for (let seed = 0; seed < 50; seed++) {
    const world = makeModelWorld(1, 1, makeRandom(seed));
    await world.pass(20_000);
    const holder = [...world.agents.values()].find((agent) => agent.held())!;
    world.endInstance(holder.instanceId);
    const heir = [...world.agents.values()][0]!;
    const start = world.clock.now();
    while (!heir.held()) await world.pass(100);
    const took = world.clock.now() - start;
    assert.ok(took < 8000, `${took} ms`);
  }
});
