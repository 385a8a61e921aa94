import type { Name, RecordSet } from '@pointsman/core/dns';
import type { Policy } from '../records/record-sets.ts';
import type { ResourceRecordSet } from '../store/model.ts';
import { type FindLocation, selectCandidates } from './policies.ts';
import type { Querier } from './querier.ts';

/** The record sets of one name and type that are chosen from for each query: by a routing policy, by an alias, or both. */
export type RoutedSet = {
  name: Name;
  type: string;
  policy: Policy;
  candidates: readonly Candidate[];
  /** All that one name and type of the same zone has: where aliases lead. */
  find(name: Name, type: string): RecordSet | RoutedSet | undefined;
};

export type Candidate = {
  source: ResourceRecordSet;
  /** Undefined for an alias. */
  records: RecordSet | undefined;
};

/** What decides one answer. `random` gives numbers from 0 up to, not including, 1. */
export type Choice = {
  querier: Querier;
  random: () => number;
  /** The address that asks, where an authority is asked. */
  client: string | undefined;
  /** True when an answer has depended on the client. */
  askedForClient: boolean;
  /** How many record sets that aliases lead to may still be looked at. */
  looks: number;
};

/**
 * Aliases of groups of aliases would multiply: one query looks at so many record sets, some hundred microseconds' worth. Those that are left count as
 * unhealthy.
 */
export const MOST_LOOKS = 1000;

export function newChoice(
  querier: Querier,
  random: () => number,
  client?: string,
  looks: number = MOST_LOOKS,
): Choice {
  return { querier, random, client, askedForClient: false, looks };
}

/** What a look at an AWS resource counts for, which may itself be chosen from groups of record sets: a group of 100 such aliases is looked at whole. */
const TARGET_LOOKS = 10;

/** Aliases may be changed to lead to each other: this many steps, then there is no answer. */
const MOST_STEPS = 16;

export function isRouted(set: RecordSet | RoutedSet): set is RoutedSet {
  return 'candidates' in set;
}

/** The records that answer a query; undefined where the policy, or an alias, leads to none. */
export function chooseRecords(set: RecordSet | RoutedSet, choice: Choice, step = 0): RecordSet | undefined {
  if (!isRouted(set)) return set;
  if (step > MOST_STEPS) return undefined;
  const judged = set.candidates.map((candidate) => ({
    source: candidate.source,
    candidate,
    healthy: set.policy === 'simple' || isHealthy(set, candidate, choice, step),
  }));
  const findLocation = set.policy === 'ip-based' ? locationsFor(choice) : undefined;
  const chosen = selectCandidates(set.policy, judged, choice.querier.region, choice.random, findLocation);
  const found = chosen.flatMap(({ candidate }) => recordsOf(set, candidate, choice, step) ?? []);
  return found.length > 1 ? merge(found) : found[0];
}

/** Each collection is searched once for an answer. */
function locationsFor(choice: Choice): FindLocation {
  choice.askedForClient = true;
  const found = new Map<string, string | undefined>();
  return (collectionId) => {
    if (!found.has(collectionId))
      found.set(collectionId, choice.querier.findLocation(collectionId, choice.client));
    return found.get(collectionId);
  };
}

function recordsOf(
  set: RoutedSet,
  { source, records }: Candidate,
  choice: Choice,
  step: number,
): RecordSet | undefined {
  const { alias } = source;
  if (alias === undefined) return records;
  const target = set.find(alias.dnsName, set.type);
  if (target !== undefined) return chooseRecords(target, choice, step + 1);
  return choice.querier.findTarget(alias, set.type)?.set;
}

/** A record set without a health check is healthy; an alias that evaluates its target is so if any of the target's record sets is. */
function isHealthy(set: RoutedSet, { source }: Candidate, choice: Choice, step: number): boolean {
  if (step > 0 && --choice.looks < 0) return false;
  const { healthCheckId, alias } = source;
  if (healthCheckId !== undefined && !choice.querier.isHealthy(healthCheckId)) return false;
  return !alias?.evaluateTargetHealth || isTargetHealthy(set, source, choice, step + 1);
}

function isTargetHealthy(
  set: RoutedSet,
  { alias }: ResourceRecordSet,
  choice: Choice,
  step: number,
): boolean {
  if (step > MOST_STEPS) return false;
  const target = set.find(alias!.dnsName, set.type);
  if (target === undefined) {
    choice.looks -= TARGET_LOOKS;
    return choice.looks >= 0 && (choice.querier.findTarget(alias!, set.type)?.healthy ?? false);
  }
  if (!isRouted(target)) return true;
  return target.candidates.some((candidate) => isHealthy(target, candidate, choice, step));
}

/** One record set of several: a response can have one TTL for it (RFC 2181 §5.2), and the shortest keeps what each was promised. */
function merge(sets: readonly RecordSet[]): RecordSet {
  const { name, type } = sets[0]!;
  const ttl = Math.min(...sets.map((set) => set.ttl));
  const data = new Map(sets.flatMap((set) => set.data.map((each) => [each.join(), each])));
  return { name, type, ttl, data: [...data.values()] };
}
