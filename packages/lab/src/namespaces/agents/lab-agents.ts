import type { Cloud } from '@pointsman/cloud';
import type { AgentMember } from '../../loopback/member.ts';
import type { WorldForwarder } from '../../loopback/world-plan.ts';
import { findMachines } from '../world/find-machines.ts';
import { callerOf } from '../world/lab-cloud.ts';
import type { LabMembers } from '../world/lab-members.ts';
import type { LabNetworks } from '../world/make-networks.ts';
import type { LabTier, NamespacePlan } from '../world/plan.ts';
import { type AgentSetup, setUpAgents } from './agent-setup.ts';
import { seedTier } from './seed-tier.ts';
import { waitForTiers } from './wait-for-tiers.ts';
import { type AnswerWatch, watchAnswers } from './watch-answers.ts';
import { type WatchedTier, watchTiers } from './watch-tiers.ts';

export type LabAgentsOptions = {
  lab: string;
  cloud: Cloud;
  plan: NamespacePlan;
  networks: LabNetworks;
  /** The namespace of a network's router. */
  routerOf: (network: string) => string;
  /** What runs `pointsman` on a machine. */
  command: readonly string[];
  signal: AbortSignal | undefined;
};

/** Members as they are on AWS: agents on instances of Auto Scaling groups take their addresses, and nobody else looks after them. @throws WorldError */
export function makeLabAgents(options: LabAgentsOptions): LabMembers {
  const { lab, cloud, plan, networks, signal } = options;
  const tiers = plan.tiers.map((tier) => describeTier(options, tier));
  const findMachine = findMachines(cloud, networks.seeded.interfaces);
  let members: AgentMember[] = [];
  let asked: AnswerWatch | undefined;
  return {
    all: () => members,
    start: async (forwarders) => {
      const answering = watchAnswers(
        plan.members.map((each) => ({ ...each, namespace: options.routerOf(each.network) })),
      );
      asked = answering;
      members = forwarders.map((forwarder) => memberOf(forwarder, answering, findMachine));
      await seedBuckets(cloud, tiers);
      for (const { tier, setup, members: own, caller } of tiers) {
        const subnetIds = networks.seeded.subnetIds.get(tier.network)!;
        await seedTier(cloud, tier, setup, own, subnetIds, caller);
      }
      await waitForTiers({ lab, cloud, plan, findMachine, answers: answering.answers }, signal);
    },
    restart: undefined,
    reconfigure: undefined,
    watch: (tell) => watchTiers(cloud, tiers.map(watchedTier(networks)), tell),
    stop: async () => asked?.stop(),
  };
}

type DescribedTier = {
  tier: LabTier;
  setup: AgentSetup;
  members: NamespacePlan['members'];
  caller: ReturnType<typeof callerOf>;
};

function describeTier({ lab, plan, command }: LabAgentsOptions, tier: LabTier): DescribedTier {
  const caller = callerOf(plan.vpcs.find(({ network }) => network === tier.network)!);
  const members = plan.members.filter((each) => each.tier === tier.tag);
  return { tier, setup: setUpAgents(lab, tier, caller, command), members, caller };
}

/** One in each account. */
async function seedBuckets({ objects }: Cloud, tiers: readonly DescribedTier[]): Promise<void> {
  const buckets = new Map(tiers.map(({ setup, caller }) => [setup.bucket, caller]));
  for (const [Bucket, caller] of buckets) await objects.CreateBucket({ Bucket }, caller);
}

function watchedTier({ seeded }: LabNetworks) {
  return ({ tier, setup, members, caller }: DescribedTier): WatchedTier => ({
    tag: tier.tag,
    caller,
    members: members.map(({ name, member }) => ({
      name,
      interfaceId: seeded.interfaces.get(name)!,
      statusParameter: setup.statusOf(member),
    })),
  });
}

function memberOf(
  forwarder: WorldForwarder,
  { answers }: AnswerWatch,
  findMachine: (member: string) => string | undefined,
): AgentMember {
  const { name } = forwarder;
  const instanceId = () => findMachine(name);
  return {
    forwarder,
    instanceId,
    death: () => {
      if (answers(name)) return undefined;
      const id = instanceId();
      return id === undefined ? 'no machine has its address' : `${id} does not answer`;
    },
    // The figures of an engine are on its machine alone.
    stats: async () => undefined,
  };
}
