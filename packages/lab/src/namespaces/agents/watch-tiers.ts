import type { Change, Cloud, Ec2State } from '@pointsman/cloud';
import { type AgentStatus, parseStatus } from '@pointsman/host';
import type { Notice } from '../control/messages.ts';
import type { Caller } from '../world/seed.ts';
import { TIER_TAG } from '../world/seed-tags.ts';
import { fleetOf } from './fleet.ts';
import { newsOfStatus } from './status-news.ts';

/** A tier whose agents are watched, and where they publish. */
export type WatchedTier = { tag: string; members: readonly WatchedMember[]; caller: Caller };
export type WatchedMember = { name: string; interfaceId: string; statusParameter: string };

type Tell = (notice: Notice) => void;

/** Milliseconds between two looks at what cannot be watched. */
const INTERVAL = 200;

/** Tells what the cloud and the agents do for the members of tiers, in the cloud's own words, until it is ended by what it gives. */
export function watchTiers(cloud: Cloud, tiers: readonly WatchedTier[], tell: Tell): () => void {
  const unwatch = cloud.state.watch((changes) => {
    for (const change of changes) {
      const what = newsOfInterface(change, tiers) ?? newsOfInstance(change, tiers);
      if (what !== undefined) tell({ what });
    }
  });
  const looks = tiers.flatMap((tier) => [lookAtFleet(cloud, tier, tell), lookAtStatuses(cloud, tier, tell)]);
  let isLooking = false;
  const look = () => {
    if (isLooking) return;
    isLooking = true;
    Promise.all(looks.map((each) => each()))
      .catch((error: Error) => process.emitWarning(error))
      .finally(() => {
        isLooking = false;
      });
  };
  look();
  const timer = setInterval(look, INTERVAL);
  return () => {
    unwatch();
    clearInterval(timer);
  };
}

function newsOfInterface(change: Change<Ec2State>, tiers: readonly WatchedTier[]): string | undefined {
  if (change.table !== 'interfaces') return undefined;
  const member = tiers.flatMap(({ members }) => members).find(({ interfaceId }) => interfaceId === change.id);
  if (!member) return undefined;
  const [before, after] = [change.before?.attachment, change.after?.attachment];
  const subject = `${member.name}: ${change.id}`;
  if (before && !after) return `${subject} is detached from ${before.instanceId}`;
  if (!after || before?.status === after.status) return undefined;
  switch (after.status) {
    case 'attaching':
      return `${subject} is being attached to ${after.instanceId}`;
    case 'attached':
      return `${subject} is attached to ${after.instanceId}`;
    case 'detaching':
      return `${subject} is being detached from ${after.instanceId}`;
  }
}

function newsOfInstance(change: Change<Ec2State>, tiers: readonly WatchedTier[]): string | undefined {
  if (change.table !== 'instances') return undefined;
  const { before, after, id } = change;
  if (!after || before?.state === after.state) return undefined;
  if (!tiers.some(({ tag }) => after.tags[TIER_TAG] === tag)) return undefined;
  switch (after.state) {
    case 'pending':
      return `${after.tags['aws:autoscaling:groupName'] ?? 'somebody'} launches ${id}`;
    case 'running':
      return `${id} runs`;
    case 'shutting-down':
      return `${id} is being terminated`;
    default:
      return `${id} is ${after.state}`;
  }
}

/** What Auto Scaling finds of the tier's instances. */
function lookAtFleet({ autoScaling, state }: Cloud, { tag, caller }: WatchedTier, tell: Tell) {
  const known = new Map<string, { health: string; lifecycle: string }>();
  return async () => {
    for (const { id, health, lifecycle } of await fleetOf(autoScaling, caller)) {
      if (state.now().instances.get(id)?.tags[TIER_TAG] !== tag) continue;
      const before = known.get(id);
      known.set(id, { health, lifecycle });
      if (!before) continue;
      if (health !== before.health) tell({ what: `${id} is ${health.toLowerCase()} to Auto Scaling` });
      if (lifecycle !== before.lifecycle && lifecycle === 'InService') tell({ what: `${id} is in service` });
    }
  };
}

/** What the agents publish. */
function lookAtStatuses({ parameters }: Cloud, { members, caller }: WatchedTier, tell: Tell) {
  const known = new Map<string, AgentStatus>();
  return async () => {
    for (const { name, statusParameter } of members) {
      const status = await readStatus(parameters, statusParameter, caller);
      if (!status) continue;
      const before = known.get(name);
      known.set(name, status);
      if (before) for (const what of newsOfStatus(name, before, status)) tell({ what });
    }
  };
}

async function readStatus(
  parameters: Cloud['parameters'],
  Name: string,
  caller: Caller,
): Promise<AgentStatus | undefined> {
  const { Parameters = [] } = await parameters.GetParameters({ Names: [Name] }, caller);
  return parseStatus(Parameters[0]?.Value);
}
