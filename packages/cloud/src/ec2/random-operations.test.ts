import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { AwsError } from '@pointsman/aws-wire';
import { cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import fc from 'fast-check';
import { manualClock } from '../clock/clock.ts';
import type { Fabric } from '../fabric/fabric.ts';
import {
  compileInterface,
  compilePeering,
  compileSecurityGroup,
  compileSubnet,
  compileVpc,
} from './compile-fabric.ts';
import type { Ec2State } from './model.ts';
import { RANDOM_OPERATIONS } from './random-operations.fixture.ts';
import { makeCloud } from './test-cloud.ts';

/** One thing that happens: an operation, with the numbers that its choices are made by. */
type Happening = { name: string; seeds: number[] };
/** Things that happen at once, then time that passes. Some calls of the fabric fail meanwhile. */
type Round = { happenings: Happening[]; passes: number; failing: (keyof Fabric)[] };

const NAMES = Object.keys(RANDOM_OPERATIONS);
const FABRIC_CALLS: (keyof Fabric)[] = [
  'putVpc',
  'putSecurityGroup',
  'putSubnet',
  'putInterface',
  'deleteInterface',
  'attachInterface',
  'detachInterface',
  'startInstance',
  'stopInstance',
  'terminateInstance',
  'putPeering',
];

const happening: fc.Arbitrary<Happening> = fc.record({
  name: fc.oneof(
    fc.constantFrom(...NAMES),
    fc.constantFrom('createInterface', 'runInstances', 'attach', 'attach', 'detach', 'stop', 'start', 'peer'),
  ),
  seeds: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
});
const round: fc.Arbitrary<Round> = fc.record({
  happenings: fc.array(happening, { minLength: 1, maxLength: 4 }),
  passes: fc.constantFrom<number[]>(0, 0, 500, 1500, 10_000),
  failing: fc.oneof(
    { weight: 6, arbitrary: fc.constant<(keyof Fabric)[]>([]) },
    fc.subarray(FABRIC_CALLS, { maxLength: 3 }),
  ),
});

const DELAYS = { attachDelay: 1000, detachDelay: 1000, startDelay: 1000, stopDelay: 1000 };

test('EC2 keeps its promises whatever is asked of it, at once or in turn, also while the fabric fails', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 10, maxLength: 40, size: 'max' }), async (rounds) => {
      const clock = manualClock(Date.UTC(2026, 0, 1));
      const cloud = makeCloud({ clock, faults: DELAYS, random: makeRandom(seed) });
      const calls = watchCalls(cloud.fabric);
      const state = () => cloud.cloud.state.now();
      for (const name of ['createVpc', 'createSubnet', 'createInterface', 'runInstances']) {
        await happen(cloud, { name, seeds: [1, 1, 1, 1, 1, 1, 1, 1] });
      }
      for (const { happenings, passes, failing } of rounds) {
        cloud.fabric.failOn = (call) => failing.includes(call);
        await Promise.all(happenings.map((each) => happen(cloud, each)));
        clock.advance(passes);
        await cloud.core.background.settled();
        assert.deepEqual(calls.concurrent, []);
        checkAddresses(state());
        checkAttachments(state());
        checkFabric(state(), cloud);
      }
      await takeDown(cloud, clock);
    }),
    { numRuns: Number(process.env.RUNS ?? 60), seed },
  );
});

type TestCloud = ReturnType<typeof makeCloud>;

async function happen({ ec2, cloud }: TestCloud, { name, seeds }: Happening): Promise<void> {
  let drawn = 0;
  const number = (below: number) => seeds[drawn++ % seeds.length]! % below;
  const pick = <Item>(items: Iterable<Item>) => {
    const all = [...items];
    return all.length === 0 ? undefined : all[number(all.length)];
  };
  try {
    await RANDOM_OPERATIONS[name]!({ ec2, state: cloud.state.now(), pick, number });
  } catch (error) {
    assert.ok(error instanceof AwsError, String((error as Error).stack));
    if (error.code === 'InternalError') assert.match(String(error.cause), /was made to fail/);
  }
}

/** Makes the fabric take its time, and sees to it that it is not called twice at once for one ID. */
function watchCalls(fabric: TestCloud['fabric']): { concurrent: string[] } {
  const busy = new Set<string>();
  const seen: { concurrent: string[] } = { concurrent: [] };
  const before = fabric.remembered;
  for (const call of [...FABRIC_CALLS, 'deleteVpc', 'deleteSubnet', 'putDhcpOptions'] as const) {
    const original = fabric[call] as (...args: unknown[]) => Promise<void>;
    const slow = async (...args: unknown[]) => {
      const ids = idsOf(args[0]);
      seen.concurrent.push(...ids.filter((id) => busy.has(id)).map((id) => `${call} ${id}`));
      for (const id of ids) busy.add(id);
      await soon();
      try {
        await original(...args);
      } finally {
        for (const id of ids) busy.delete(id);
      }
    };
    Object.assign(fabric, { [call]: slow });
  }
  assert.equal(fabric.remembered, before);
  return seen;
}

function idsOf(argument: unknown): string[] {
  if (typeof argument === 'string') return [argument];
  const { id, interfaceId, instanceId } = argument as Record<string, string | undefined>;
  return [id, interfaceId, instanceId].filter((each) => each !== undefined);
}

/** No address is twice in a subnet, and each is one of it that AWS leaves to its users. */
function checkAddresses({ interfaces, subnets }: Ec2State): void {
  const seen = new Set<string>();
  for (const { subnetId, addresses, mac } of interfaces.values()) {
    assert.ok(!seen.has(mac), mac);
    seen.add(mac);
    const cidr = parseCidr(subnets.get(subnetId)!.cidr)!;
    for (const address of addresses) {
      const key = `${subnetId} ${address}`;
      assert.ok(!seen.has(key), `${key} is taken twice`);
      seen.add(key);
      const bytes = parseAddress(address)!;
      const host = bytes[3]!;
      const isReserved = host < 4 || host >= 2 ** (32 - cidr.prefix) - 1;
      assert.ok(cidrContains(cidr, bytes) && !isReserved, address);
    }
  }
}

/** An interface is attached to an instance that is there, at an index of its own, in its own availability zone. */
function checkAttachments({ interfaces, instances }: Ec2State): void {
  const slots = new Set<string>();
  for (const { id, attachment, availabilityZone } of interfaces.values()) {
    if (!attachment) continue;
    const instance = instances.get(attachment.instanceId)!;
    assert.notEqual(instance.state, 'terminated', id);
    assert.equal(instance.availabilityZone, availabilityZone);
    const slot = `${attachment.instanceId} ${attachment.deviceIndex}`;
    assert.ok(!slots.has(slot), slot);
    slots.add(slot);
  }
}

/** The fabric was told exactly what the state says. */
function checkFabric(state: Ec2State, { fabric: { remembered } }: TestCloud): void {
  const told = <Kept, Told>(kept: ReadonlyMap<string, Kept>, compile: (each: Kept) => Told | undefined) =>
    new Map(
      [...kept].map(([id, each]) => [id, compile(each)] as const).filter(([, each]) => each !== undefined),
    );
  const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const same = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>) =>
    assert.deepEqual(sorted(a), sorted(b));
  same(remembered.vpcs, told(state.vpcs, compileVpc));
  same(remembered.subnets, told(state.subnets, compileSubnet));
  same(remembered.securityGroups, told(state.securityGroups, compileSecurityGroup));
  same(remembered.peerings, told(state.peerings, compilePeering));
  same(remembered.interfaces, told(state.interfaces, compileInterface));
  for (const { id, attachment } of state.interfaces.values()) {
    const inFabric = remembered.attachments.get(id);
    const instance = attachment && state.instances.get(attachment.instanceId)!;
    if (!attachment) assert.equal(inFabric, undefined, id);
    else if (instance!.state === 'running' && attachment.status === 'attached') {
      assert.equal(inFabric?.instanceId, instance!.id, id);
    } else if (instance!.state === 'stopped') {
      assert.equal(inFabric !== undefined, attachment.deviceIndex === 0, id);
    }
  }
  for (const { id, state: is } of state.instances.values()) {
    if (is === 'running') assert.equal(remembered.instances.get(id)?.running, true, id);
    if (is === 'stopped') assert.equal(remembered.instances.get(id)?.running, false, id);
    if (is === 'terminated') assert.equal(remembered.instances.has(id), false, id);
  }
}

/** When everything is ended and the fabric is well, nothing is left of it. */
async function takeDown({ cloud, ec2, fabric, core }: TestCloud, clock: ReturnType<typeof manualClock>) {
  fabric.failOn = () => false;
  const ownerOf = (each: { account: string; region: string }) => ({ ...each, accessKeyId: 'any' });
  for (const instance of cloud.state.now().instances.values()) {
    await ec2.TerminateInstances({ InstanceIds: [instance.id] }, ownerOf(instance));
  }
  for (let tries = 0; tries < 5; tries++) {
    clock.advance(5000);
    await core.background.settled();
  }
  const { interfaces, subnets, peerings, securityGroups, vpcs } = cloud.state.now();
  for (const each of interfaces.values()) {
    await ec2.DeleteNetworkInterface({ NetworkInterfaceId: each.id }, ownerOf(each));
  }
  for (const each of subnets.values()) await ec2.DeleteSubnet({ SubnetId: each.id }, ownerOf(each));
  for (const each of peerings.values()) {
    if (each.status !== 'active') continue;
    await ec2.DeleteVpcPeeringConnection({ VpcPeeringConnectionId: each.id }, ownerOf(each));
  }
  for (const each of securityGroups.values()) {
    const GroupId = each.id;
    const SecurityGroupRuleIds = each.rules.filter(({ egress }) => !egress).map(({ id }) => id);
    if (SecurityGroupRuleIds.length === 0) continue;
    await ec2.RevokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds }, ownerOf(each));
  }
  for (const each of securityGroups.values()) {
    if (each.name !== 'default') await ec2.DeleteSecurityGroup({ GroupId: each.id }, ownerOf(each));
  }
  for (const each of vpcs.values()) await ec2.DeleteVpc({ VpcId: each.id }, ownerOf(each));
  for (const [what, left] of Object.entries(fabric.remembered)) assert.equal(left.size, 0, what);
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
function makeRandom(seed: number): () => number {
  let at = seed;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
