import type { ForwardingRule } from '../config/index.ts';
import type { Name } from '../dns/name.ts';
import type { ForwarderTier, TierRule, Topology } from '../topology/index.ts';
import type { AddressOf } from './addresses.ts';

/** A forwarding rule and why it is there. */
export type PlannedRule = { origin: 'private' | 'external' | 'file'; rule: ForwardingRule };

export type TierRules = ReadonlyMap<Name, PlannedRule>;

/** The rules that zones give to tiers, before the file's own. Rules of external zones are made once, for all tiers. */
export type DerivedRules = {
  external: readonly PlannedRule[];
  /** By network: the private zones that its VPC resolver answers. */
  privateZones: ReadonlyMap<string, readonly Name[]>;
};

export function deriveRules(topology: Topology, addresses: AddressOf): DerivedRules {
  const external: PlannedRule[] = [];
  const privateZones = new Map<string, Name[]>(topology.networks.map(({ name }) => [name, []]));
  for (const zone of topology.zones) {
    if (zone.kind === 'external') {
      const upstreams = addresses.ofAuthority(zone.authority);
      external.push({ origin: 'external', rule: { suffix: zone.name, upstreams } });
    } else if (zone.kind === 'private') {
      for (const network of zone.networks) privateZones.get(network)!.push(zone.name);
    }
  }
  return { external, privateZones };
}

/** Each private zone of the tier's network → its VPC resolver, each external zone → its authority, then what the file says. */
export function rulesOfTier(tier: ForwarderTier, derived: DerivedRules, addresses: AddressOf): TierRules {
  const rules = new Map<Name, PlannedRule>(derived.external.map((each) => [each.rule.suffix, each]));
  const resolver = addresses.ofVpcResolver(tier.network);
  for (const suffix of derived.privateZones.get(tier.network)!) {
    rules.set(suffix, { origin: 'private', rule: { suffix, upstreams: resolver } });
  }
  return overlay(rules, tier.rules, tier, addresses);
}

/** `rules` with those of the file in place of, or besides, them. */
export function overlay(
  rules: Map<Name, PlannedRule> | TierRules,
  own: readonly TierRule[],
  tier: ForwarderTier,
  addresses: AddressOf,
): TierRules {
  const result = new Map(rules);
  for (const { suffix, upstreams, policy, probe } of own) {
    const base = rules.get(suffix);
    const rule: ForwardingRule = upstreams
      ? { suffix, upstreams: addresses.ofUpstreams(upstreams, tier.network) }
      : { ...base!.rule };
    if (policy) rule.policy = policy;
    if (probe) rule.probe = probe;
    result.set(suffix, { origin: upstreams ? 'file' : base!.origin, rule });
  }
  return result;
}

/** In one order whatever the order of the file: a configuration changes only where what it says does. */
export function sortedRules(rules: TierRules): ForwardingRule[] {
  return [...rules.values()].map(({ rule }) => rule).sort((a, b) => compareNames(a.suffix, b.suffix));
}

export function compareNames(a: Name, b: Name): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
