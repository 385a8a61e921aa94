import type { Name, RecordSet } from '@pointsman/core/dns';
import { resolve } from '../resolve.ts';
import type { ZoneSet } from '../zone-set.ts';
import type { Querier } from './querier.ts';

/** Seconds: what Route 53 answers for an alias to a load balancer. */
const TARGET_TTL = 60;

/** One answer may look at a hundred targets: each has so many looks of its own. */
const LOOKS = 100;

/** AWS resources that aliases may name, with their addresses by type; a name that is not among them is looked for by `otherwise`. */
export function statedTargets(
  stated: ReadonlyMap<Name, ReadonlyMap<string, readonly Uint8Array[]>>,
  otherwise: Querier['findTarget'],
): Querier['findTarget'] {
  return (alias, type) => {
    const target = stated.get(alias.dnsName);
    if (target === undefined) return otherwise(alias, type);
    const data = target.get(type);
    return data && { set: { name: alias.dnsName, type, ttl: TARGET_TTL, data: [...data] }, healthy: true };
  };
}

/**
 * AWS resources as public zones name them, as one that stands for `elb.amazonaws.com` does. An alias there that leads out of its zone is followed no
 * further: there is no end to that otherwise.
 */
export function targetsInZones(zones: () => ZoneSet): Querier['findTarget'] {
  return ({ dnsName }, type) => {
    const { privateZones, otherZones, querier } = zones();
    const within = { privateZones, otherZones, querier: { ...querier, findTarget: () => undefined } };
    const { answers: all } = resolve(within, dnsName, type, () => 0, undefined, LOOKS);
    const answers = all.filter((each) => each.type === type);
    if (answers.length === 0) return undefined;
    const set: RecordSet = {
      name: dnsName,
      type,
      ttl: Math.min(...answers.map(({ ttl }) => ttl)),
      data: answers.map(({ data }) => data),
    };
    return { set, healthy: true };
  };
}
