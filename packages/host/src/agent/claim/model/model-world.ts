import assert from 'node:assert/strict';
import type { MemberInterface } from '../../cloud/address-cloud.ts';
import { type ModelAgent, startModelAgent } from './model-agent.ts';
import { type ModelCloud, makeModelCloud } from './model-cloud.ts';
import { makeVirtualClock, type VirtualClock } from './virtual-clock.ts';

const HOST = { tier: 'acme/main', member: undefined, availabilityZone: 'z-1a', vpcId: 'vpc-1' };
/** Milliseconds from the end of an instance to the start of the one that replaces it. */
const BOOT = 20_000;

/** An availability zone: members' interfaces, and instances with an agent on each. */
export type ModelWorld = {
  clock: VirtualClock;
  cloud: ModelCloud;
  /** By instance; those that are dead are not among them. */
  agents: ReadonlyMap<string, ModelAgent>;
  boot: () => string;
  killAgent: (instanceId: string, restartAfter: number) => void;
  /** Terminated, and replaced. */
  endInstance: (instanceId: string) => void;
  /** Frozen for ever, and replaced. */
  freezeInstance: (instanceId: string) => void;
  /** Lets time pass; no address may be on two machines at any moment. */
  pass: (milliseconds: number) => Promise<void>;
  /** Every address is on one machine, and its agent knows. */
  checkAllHeld: () => void;
  /** Addresses that are on no machine now. */
  countUnheld: () => number;
};

export function makeModelWorld(members: number, spares: number, random: () => number): ModelWorld {
  const clock = makeVirtualClock();
  const cloud = makeModelCloud(
    clock,
    random,
    Array.from({ length: members }, (_, index) => interfaceOf(index)),
  );
  const agents = new Map<string, ModelAgent>();
  const dead = new Set<string>();
  let instances = 0;
  const startAgent = (id: string) => {
    if (!dead.has(id) && !agents.has(id)) agents.set(id, startModelAgent(id, { cloud, clock, random }, HOST));
  };
  const boot = () => {
    const id = `i-${++instances}`;
    cloud.addInstance(id);
    startAgent(id);
    return id;
  };
  const stopAgent = (id: string) => {
    agents.get(id)?.kill();
    agents.delete(id);
  };
  const lose = (id: string, state: 'ended' | 'impaired') => {
    dead.add(id);
    stopAgent(id);
    cloud.setInstance(id, state);
    clock.at(clock.now() + BOOT, boot);
  };
  for (let index = 0; index < members + spares; index++) boot();
  return {
    clock,
    cloud,
    agents,
    boot,
    killAgent: (id, restartAfter) => {
      stopAgent(id);
      clock.at(clock.now() + restartAfter, () => startAgent(id));
    },
    endInstance: (id) => lose(id, 'ended'),
    freezeInstance: (id) => lose(id, 'impaired'),
    pass: async (milliseconds) => {
      for (let left = milliseconds; left > 0; left -= 500) {
        await clock.pass(Math.min(500, left));
        for (const each of cloud.interfaces)
          assert.ok(servers(each).length <= 1, `${each.id} is on two machines`);
      }
    },
    countUnheld: () => cloud.interfaces.filter((each) => servers(each).length === 0).length,
    checkAllHeld: () => {
      for (const each of cloud.interfaces)
        assert.equal(servers(each).length, 1, `${each.id} is nowhere: ${JSON.stringify(cloud.interfaces)}`);
    },
  };

  /** Instances that have the interface, and whose agents believe so. */
  function servers({ id, mac }: MemberInterface): string[] {
    return [...agents.values()]
      .filter((agent) => agent.held()?.id === id && cloud.macsOf(agent.instanceId).has(mac))
      .map(({ instanceId }) => instanceId);
  }
}

function interfaceOf(index: number): MemberInterface {
  return {
    id: `eni-${index}`,
    member: 'abc'[index],
    mac: `02:00:00:00:00:0${index}`,
    availabilityZone: HOST.availabilityZone,
    vpcId: HOST.vpcId,
    subnetId: 'subnet-1',
    subnetCidrs: ['10.0.0.0/24'],
    addresses: [`10.0.0.${53 + index}`],
    attachment: undefined,
  };
}

/** Mulberry32: from 0 to 1, the same for the same seed. */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
