import type { ForwardingRule } from '../config/index.ts';
import { type Name, parentOf } from '../dns/name.ts';
import type { ExternalZone, PrivateZone, PublicZone } from '../topology/topology.ts';
import type { BuiltIn } from './built-in-zones.ts';
import type { AuthorityPlayer, ResolverPlayer, Scope } from './players.ts';

/** A name and the names above it that matter, longest first: for one name all of them, for a class those that zones and rules mention. */
export type Suffixes = readonly Name[];

export function suffixesOf(name: Name): Name[] {
  const suffixes: Name[] = [];
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) suffixes.push(at);
  return suffixes;
}

/** What a resolver, an authority or public DNS does with a name. */
export type Coverage =
  | { kind: 'zone'; zone: PrivateZone | ExternalZone | PublicZone }
  | { kind: 'forward'; suffix: Name; upstreams: readonly string[] }
  | { kind: 'built-in'; zone: Name; from: BuiltIn }
  | { kind: 'public' };

const PUBLIC: Coverage = { kind: 'public' };

/** A private zone of the VPC, however short its name, comes before anything else; then the most specific of the public ones and its own. */
export function coverageAtResolver(
  { zones, builtIn }: Pick<ResolverPlayer, 'zones' | 'builtIn'>,
  publicZones: ReadonlyMap<Name, PublicZone>,
  suffixes: Suffixes,
): Coverage {
  const own = first(zones, suffixes);
  if (own) return { kind: 'zone', zone: own };
  for (const suffix of suffixes) {
    const standIn = publicZones.get(suffix);
    if (standIn) return { kind: 'zone', zone: standIn };
    const from = builtIn.get(suffix);
    if (from) return { kind: 'built-in', zone: suffix, from };
  }
  return PUBLIC;
}

/** The most specific of what it holds, what it forwards, and public zones. */
export function coverageAtAuthority(
  { zones, forwards }: Pick<AuthorityPlayer, 'zones' | 'forwards'>,
  publicZones: ReadonlyMap<Name, PublicZone>,
  suffixes: Suffixes,
): Coverage {
  for (const suffix of suffixes) {
    const zone = zones.get(suffix);
    if (zone) return { kind: 'zone', zone };
    const upstreams = forwards.get(suffix);
    if (upstreams) return { kind: 'forward', suffix, upstreams };
    const known = publicZones.get(suffix);
    if (known) return { kind: 'zone', zone: known };
  }
  return PUBLIC;
}

export function coverageInPublic(publicZones: ReadonlyMap<Name, PublicZone>, suffixes: Suffixes): Coverage {
  const zone = first(publicZones, suffixes);
  return zone ? { kind: 'zone', zone } : PUBLIC;
}

/** The rule with the longest suffix; `otherwise` is a rule for the root. Undefined where the tier refuses the name. */
export function ruleFor(scope: Scope, suffixes: Suffixes): ForwardingRule | undefined {
  const rule = first(rulesOf(scope), suffixes);
  return rule ?? otherwiseOf(scope);
}

/** The rules of a scope that cover a name, the winner first. */
export function rulesCovering(scope: Scope, name: Name): ForwardingRule[] {
  const rules = rulesOf(scope);
  const covering = suffixesOf(name).flatMap((suffix) => rules.get(suffix) ?? []);
  const otherwise = otherwiseOf(scope);
  return otherwise && !rules.has('.') ? [...covering, otherwise] : covering;
}

const compiled = new WeakMap<
  Scope,
  { rules: Map<Name, ForwardingRule>; otherwise: ForwardingRule | undefined }
>();

function compile(scope: Scope) {
  let known = compiled.get(scope);
  if (!known) {
    const { otherwise } = scope;
    known = {
      rules: new Map(scope.rules.map((rule) => [rule.suffix, rule])),
      otherwise: otherwise === 'refuse' ? undefined : { suffix: '.', ...otherwise },
    };
    compiled.set(scope, known);
  }
  return known;
}

const rulesOf = (scope: Scope) => compile(scope).rules;
/** The rule for all names that no other covers; undefined where the tier refuses them. */
export function otherwiseOf(scope: Scope): ForwardingRule | undefined {
  return compile(scope).otherwise;
}

function first<T>(entries: ReadonlyMap<Name, T>, suffixes: Suffixes): T | undefined {
  if (entries.size === 0) return undefined;
  for (const suffix of suffixes) {
    const entry = entries.get(suffix);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
