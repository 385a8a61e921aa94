import type { Name } from '../dns/name.ts';
import { showName, showValue } from '../schema/path.ts';
import type { Report } from './problem.ts';
import type { ForwarderTier, Topology } from './topology.ts';

/** Mistakes that show only where a tier's rules meet the zones they are derived from. */
export function checkTiers(topology: Topology, report: Report): void {
  const external = new Map(
    topology.zones.flatMap((zone) => (zone.kind === 'external' ? [[zone.name, zone] as const] : [])),
  );
  const privateNames = new Map<string, Set<Name>>(topology.networks.map(({ name }) => [name, new Set()]));
  for (const zone of topology.zones) {
    if (zone.kind === 'private')
      for (const network of zone.networks) privateNames.get(network)!.add(zone.name);
  }
  for (const tier of topology.forwarders) {
    const own = privateNames.get(tier.network)!;
    checkPolicyRules(tier, (suffix) => external.has(suffix) || own.has(suffix), report);
    const decided = new Set(tier.rules.filter(({ upstreams }) => upstreams).map(({ suffix }) => suffix));
    for (const name of own) {
      const rival = external.get(name);
      if (!rival || decided.has(name)) continue;
      report({
        code: 'ambiguous-zone',
        path: tier.path,
        at: 'key',
        value: name,
        message: `${showName(name)} is both a private zone of ${showValue(tier.network)} and an external zone of ${showValue(rival.authority)}`,
        remedy: `say which is asked: add a rule for ${showName(name)} with its upstreams to this tier`,
      });
    }
  }
}

/** A rule without upstreams sets the policy of another one, which must be there. */
function checkPolicyRules(tier: ForwarderTier, isDerived: (suffix: Name) => boolean, report: Report): void {
  const suffixes = new Set(tier.rules.map(({ suffix }) => suffix));
  const scopes = [
    { rules: tier.rules, exists: isDerived },
    ...tier.views.map(({ rules }) => ({
      rules,
      exists: (suffix: Name) => isDerived(suffix) || suffixes.has(suffix),
    })),
  ];
  for (const { rules, exists } of scopes) {
    for (const rule of rules) {
      if (rule.upstreams || exists(rule.suffix)) continue;
      report({
        code: 'rule-without-upstreams',
        path: [...rule.path, 'suffix'],
        value: rule.suffix,
        message: `${showName(rule.suffix)} has no derived rule in this tier that this one could change`,
        remedy: 'add upstreams, or correct the suffix',
      });
    }
  }
}
