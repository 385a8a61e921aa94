import { setTimeout as wait } from 'node:timers/promises';
import type { Cloud } from '@pointsman/cloud';
import { WorldError } from '../../loopback/world-error.ts';
import type { FindMachine } from '../world/find-machines.ts';
import { callerOf } from '../world/lab-cloud.ts';
import type { LabMember, LabTier, NamespacePlan } from '../world/plan.ts';
import { TIER_TAG } from '../world/seed-tags.ts';
import { lastLinesOf } from './console.ts';
import { fleetOf } from './fleet.ts';
import type { AnswerWatch } from './watch-answers.ts';

/** Milliseconds for all machines of all tiers to boot and to serve, on a busy machine; and between two looks. */
const PATIENCE = 180_000;
const INTERVAL = 100;

export type AwaitedTiers = {
  lab: string;
  cloud: Cloud;
  plan: NamespacePlan;
  findMachine: FindMachine;
  answers: AnswerWatch['answers'];
};

/**
 * Resolves when every member answers at its address, and every other instance stands by.
 * @throws WorldError `agent-failed` where that does not come about, with the last words of a machine; what the signal says where it aborts
 */
export async function waitForTiers(
  tiers: AwaitedTiers,
  signal: AbortSignal | undefined,
  patience = PATIENCE,
): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    signal?.throwIfAborted();
    const missing = await findMissing(tiers);
    if (!missing) return;
    if (performance.now() > end) throw failed(tiers.lab, missing, patience);
    await wait(INTERVAL);
  }
}

/** What is not yet as it should be; `machine`: whose console may say why. */
type Missing = { what: string; machine: string | undefined };

async function findMissing(tiers: AwaitedTiers): Promise<Missing | undefined> {
  for (const member of tiers.plan.members) {
    const { name, address } = member;
    if (tiers.answers(name)) continue;
    const holder = tiers.findMachine(name);
    const what = `${name} does not answer at ${address}, which ${holder ?? 'no machine'} has`;
    return { what, machine: holder ?? candidateFor(member, tiers.cloud) };
  }
  for (const tier of tiers.plan.tiers) {
    const missing = await findMissingInstance(tiers, tier);
    if (missing) return missing;
  }
  return undefined;
}

/** A machine that could have taken the member's address, and may say why it did not. */
function candidateFor({ tier, availabilityZone }: LabMember, { state }: Cloud): string | undefined {
  return [...state.now().instances.values()].find(
    (each) =>
      each.tags[TIER_TAG] === tier && each.availabilityZone === availabilityZone && each.state === 'running',
  )?.id;
}

async function findMissingInstance(
  { cloud, plan }: AwaitedTiers,
  tier: LabTier,
): Promise<Missing | undefined> {
  const caller = callerOf(plan.vpcs.find(({ network }) => network === tier.network)!);
  const { instances } = cloud.state.now();
  const fleet = await fleetOf(cloud.autoScaling, caller);
  const own = fleet.filter(({ id }) => instances.get(id)?.tags[TIER_TAG] === tier.tag);
  const late = own.find(({ lifecycle }) => lifecycle !== 'InService');
  if (late) return { what: `${late.id} of the tier ${tier.name} is not in service`, machine: late.id };
  const wanted = tier.zones.reduce((sum, zone) => sum + zone.instances, 0);
  if (own.length >= wanted) return undefined;
  return { what: `the tier ${tier.name} has ${own.length} of ${wanted} instances`, machine: undefined };
}

function failed(lab: string, { what, machine }: Missing, patience: number): WorldError {
  const lines = machine === undefined ? [] : lastLinesOf(lab, machine);
  const console =
    lines.length === 0 ? '' : `; its console ends:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new WorldError('agent-failed', `${what}, after ${patience / 1000} s${console}`);
}
