import type { Name } from '../dns/name.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { BuildContext } from './names.ts';
import { readEndpoint, readReferences, readUpstream } from './references.ts';
import type { OtherwiseSource, RuleSource } from './schema.ts';
import type { TierOtherwise, TierRule, UpstreamReference } from './topology.ts';
import { readZoneNames } from './zones.ts';

/** The tier that rules belong to; `silentVpc` is its VPC where that has no resolver. */
export type TierScope = { tier: string; silentVpc: string | undefined };

/** The forwarding rules that a tier or a view states; one named by a CIDR becomes a rule for each reverse zone. */
export function buildRules(
  context: BuildContext,
  scope: TierScope,
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
        : readUpstreams(context, scope, rule.upstreams, [...at, 'upstreams']);
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
      return Object.freeze({
        suffix,
        path: at,
        upstreams,
        policy: rule.policy,
        probe: Object.freeze(rule.probe),
      });
    });
  });
  return Object.freeze(rules);
}

function readUpstreams(
  context: BuildContext,
  scope: TierScope,
  source: string | readonly string[],
  path: Path,
): readonly UpstreamReference[] {
  const upstreams = readReferences(context, source, path, readUpstream);
  if (upstreams.some((each) => each.kind === 'tier' && each.name === scope.tier)) {
    const message = 'a tier cannot be its own upstream';
    context.report({
      code: 'self-reference',
      path,
      value: source,
      message,
      remedy: 'name who is authoritative for the suffix',
    });
  }
  if (upstreams.some((each) => each.kind === 'vpc-resolver')) needResolver(context, scope, path);
  const count = upstreams.reduce((sum, each) => sum + serversOf(context, each), 0);
  if (count > MOST_UPSTREAMS) {
    const message = `these are ${count} servers`;
    context.report({
      code: 'bad-count',
      path,
      value: source,
      message,
      remedy: `name ${MOST_UPSTREAMS} at most`,
    });
  }
  return upstreams;
}

/** As many as a forwarder's configuration takes for one rule. */
const MOST_UPSTREAMS = 16;

function serversOf({ source }: BuildContext, reference: UpstreamReference): number {
  if (reference.kind === 'authority') return source.authorities[reference.name]?.addresses.length ?? 1;
  return reference.kind === 'tier' ? (source.forwarders[reference.name]?.members.length ?? 1) : 1;
}

function needResolver(context: BuildContext, { silentVpc }: TierScope, path: Path): void {
  if (silentVpc === undefined) return;
  context.report({
    code: 'no-vpc-resolver',
    path,
    value: 'vpc-resolver',
    message: `asks the VPC resolver, and ${showValue(silentVpc)} has none: its dnsSupport is false`,
    remedy: 'name addresses, or set dnsSupport: true there',
  });
}

/** What happens to names that no rule covers. */
export function readOtherwise(
  context: BuildContext,
  scope: TierScope,
  source: OtherwiseSource,
  path: Path,
): TierOtherwise {
  if (typeof source !== 'object' || Array.isArray(source)) return readTargets(context, scope, source, path);
  const { upstreams, policy, probe } = source;
  const targets = readTargets(context, scope, upstreams, [...path, 'upstreams']);
  return Object.freeze({
    ...targets,
    ...(policy && { policy }),
    ...(probe && { probe: Object.freeze(probe) }),
  });
}

function readTargets(
  context: BuildContext,
  scope: TierScope,
  source: Exclude<OtherwiseSource, { upstreams: unknown }>,
  path: Path,
): TierOtherwise {
  if (source === 'vpc-resolver') needResolver(context, scope, path);
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
