import type { Name } from '../dns/name.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { BuildContext } from './names.ts';
import { readEndpoint, readReferences, readUpstream } from './references.ts';
import type { OtherwiseSource, RuleSource } from './schema.ts';
import type { TierOtherwise, TierRule, UpstreamReference } from './topology.ts';
import { readZoneNames } from './zones.ts';

/** The forwarding rules that a tier or a view states; one named by a CIDR becomes a rule for each reverse zone. */
export function buildRules(
  context: BuildContext,
  tier: string,
  source: readonly (RuleSource | undefined)[],
  path: Path,
): readonly TierRule[] {
  const holders = new Map<Name, number>();
  const rules = source.flatMap((rule, index) => {
    if (!rule) return [];
    const at: Path = Object.freeze([...path, index]);
    const upstreams =
      rule.upstreams === undefined
        ? undefined
        : readUpstreams(context, tier, rule.upstreams, [...at, 'upstreams']);
    return readZoneNames(context, rule.suffix, [...at, 'suffix'], 'value').map((suffix) => {
      const holder = holders.get(suffix);
      if (holder !== undefined) {
        const message = `${showValue(rule.suffix)} has a rule already (rules.${holder})`;
        context.report({
          code: 'duplicate-rule',
          path: [...at, 'suffix'],
          value: rule.suffix,
          message,
          remedy: 'list all its upstreams in one rule',
        });
      }
      holders.set(suffix, holder ?? index);
      return Object.freeze({ suffix, path: at, upstreams, policy: rule.policy });
    });
  });
  return Object.freeze(rules);
}

function readUpstreams(
  context: BuildContext,
  tier: string,
  source: string | readonly string[],
  path: Path,
): readonly UpstreamReference[] {
  const upstreams = readReferences(context, source, path, readUpstream);
  if (upstreams.some((each) => each.kind === 'tier' && each.name === tier)) {
    const message = 'a tier cannot be its own upstream';
    context.report({
      code: 'self-reference',
      path,
      value: source,
      message,
      remedy: 'name who is authoritative for the suffix',
    });
  }
  return upstreams;
}

/** What happens to names that no rule covers. */
export function readOtherwise(context: BuildContext, source: OtherwiseSource, path: Path): TierOtherwise {
  if (typeof source === 'string') return Object.freeze({ kind: source });
  const endpoints = source.map((text, index) => {
    const endpoint = readEndpoint(text);
    if (endpoint !== undefined) return endpoint;
    const message = `${showValue(text)} is not an address`;
    context.report({
      code: 'bad-address',
      path: [...path, index],
      value: text,
      message,
      remedy: 'write IP or IP:PORT',
    });
    return text;
  });
  return Object.freeze({ kind: 'endpoints', endpoints: Object.freeze(endpoints) });
}
