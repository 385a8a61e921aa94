import { parseEndpoint } from '../address/index.ts';
import { type Name, parentOf } from '../dns/name.ts';
import type { Authority, ForwarderTier, Topology } from '../topology/index.ts';
import type { AddressOf } from './addresses.ts';
import type { PlannedAuthority } from './plan.ts';
import { compareNames, type PlannedRule, type TierRules } from './tier-rules.ts';

type Forward = { suffix: Name; upstreams: readonly string[]; rule: PlannedRule };

/** What each authority answers, and what it forwards to its tier. */
export function planAuthorities(
  topology: Topology,
  tierRules: ReadonlyMap<string, TierRules>,
  addresses: AddressOf,
): PlannedAuthority[] {
  const zones = new Map<string, Name[]>(topology.authorities.map(({ name }) => [name, []]));
  const elsewhere = new Set<Name>();
  for (const zone of topology.zones) {
    if (zone.kind === 'external') zones.get(zone.authority)!.push(zone.name);
    if (zone.kind !== 'public') elsewhere.add(zone.name);
  }
  const tiers = new Map(topology.forwarders.map((tier) => [tier.name, tier]));
  const candidates = [...elsewhere].sort(compareNames);
  const byTier = new Map<string, Forward[]>();
  const forwardsTo = (tier: string): Forward[] => {
    let forwards = byTier.get(tier);
    if (!forwards) {
      forwards = forwardsOfTier(candidates, tierRules.get(tier)!, addresses.ofTier(tier));
      byTier.set(tier, forwards);
    }
    return forwards;
  };
  return topology.authorities.map((authority) => {
    const own = zones.get(authority.name)!.sort(compareNames);
    return {
      name: authority.name,
      network: authority.network,
      addresses: authority.addresses,
      software: authority.software,
      zones: own,
      forwards:
        authority.forwards === undefined
          ? []
          : toMembers(
              withoutOwn(forwardsTo(authority.forwards), authority, new Set(own)),
              authority,
              tiers.get(authority.forwards)!,
            ),
    };
  });
}

/** The zones that a tier has a rule for, private ones and other authorities': every name is to be resolvable from every network. */
function forwardsOfTier(zones: readonly Name[], rules: TierRules, upstreams: readonly string[]): Forward[] {
  return zones.flatMap((suffix) => {
    const rule = coveringRule(suffix, rules);
    // A rule derived for a wider zone says nothing of a narrower one: that one is answered elsewhere.
    const isMeant = rule && (rule.rule.suffix === suffix || rule.origin === 'file');
    return isMeant ? [{ suffix, upstreams, rule }] : [];
  });
}

/** The rule of the longest suffix. */
export function coveringRule(name: Name, rules: TierRules): PlannedRule | undefined {
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    const rule = rules.get(at);
    if (rule) return rule;
  }
  return undefined;
}

/** An authority forwards neither what it holds nor what the tier would ask of it again. */
function withoutOwn(
  forwards: readonly Forward[],
  authority: Authority,
  own: ReadonlySet<Name>,
): PlannedAuthority['forwards'] {
  return forwards
    .filter(
      ({ suffix, rule }) =>
        !own.has(suffix) &&
        !rule.rule.upstreams.some((each) => authority.addresses.includes(parseEndpoint(each)!.address)),
    )
    .map(({ suffix, upstreams }) => ({ suffix, upstreams }));
}

/** Where an authority forwards to some members only, those are asked. */
function toMembers(
  forwards: PlannedAuthority['forwards'],
  { forwardsTo }: Authority,
  { members }: ForwarderTier,
): PlannedAuthority['forwards'] {
  if (forwardsTo.length === members.length) return forwards;
  const upstreams = members.filter(({ name }) => forwardsTo.includes(name)).map(({ address }) => address);
  return forwards.map(({ suffix }) => ({ suffix, upstreams }));
}
