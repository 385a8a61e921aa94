import { cidrContains, parseCidr, parseEndpoint } from '../address/index.ts';
import type { ForwarderConfig, ForwardingRule, UpstreamPolicy } from '../config/index.ts';
import { labelsOf, type Name, ROOT } from '../dns/name.ts';

/** What some clients get: the rules outside of all views, or a view. */
export type Scope = {
  view: string | undefined;
  clients: readonly string[];
  /** Longest suffix first, so that the first one that covers a name is the one that holds. None has the root as its suffix. */
  rules: readonly ScopeRule[];
  /** Names that no rule covers; undefined where they are refused. */
  otherwise: ScopeRule | undefined;
};

export type ScopeRule = {
  suffix: Name;
  upstreams: readonly Server[];
  policy: UpstreamPolicy;
  probe: { name: Name; type: string } | undefined;
};

export type Server = { address: string; port: number };

export const DNS_PORT = 53;

/** The rules outside of all views first. A client outside of every view has those; the most specific CIDR decides. */
export function scopesOf(config: ForwarderConfig): Scope[] {
  return [scopeOf(config, undefined), ...(config.views ?? []).map((view) => scopeOf(view, view.name))];
}

function scopeOf(
  source: Pick<ForwarderConfig, 'clients' | 'rules' | 'otherwise'>,
  view: string | undefined,
): Scope {
  const rules = source.rules.map(readRule);
  const { otherwise } = source;
  return {
    view,
    clients: source.clients,
    rules: deepestFirst(rules.filter(({ suffix }) => suffix !== ROOT)),
    otherwise:
      rules.find(({ suffix }) => suffix === ROOT) ??
      (otherwise === 'refuse' ? undefined : readRule({ ...otherwise, suffix: ROOT })),
  };
}

function readRule({ suffix, upstreams, policy, probe }: ForwardingRule): ScopeRule {
  return { suffix, upstreams: upstreams.map(readServer), policy: policy ?? 'fastest', probe };
}

/** Keeps the order among suffixes of as many labels: none of those covers another. */
export function deepestFirst<T extends { suffix: Name }>(rules: readonly T[]): T[] {
  const depths = new Map(rules.map((rule) => [rule, labelsOf(rule.suffix).length]));
  return [...rules].sort((a, b) => depths.get(b)! - depths.get(a)!);
}

/**
 * Who is in a scope: those in `own`, but for those in `others`, which are networks inside of those of other scopes: the most specific
 * network that holds a client decides. A view wins over what is outside of all views.
 */
export function clientsOf(scope: Scope, scopes: readonly Scope[]): { own: string[]; others: string[] } {
  const elsewhere = new Set(scopes.filter((each) => each !== scope).flatMap(({ clients }) => clients));
  const own = scope.clients.filter((cidr) => !(scope.view === undefined && elsewhere.has(cidr)));
  return { own, others: [...elsewhere].filter((other) => own.some((cidr) => liesInside(other, cidr))) };
}

/** True where a network is a part of another one. */
export function liesInside(inner: string, outer: string): boolean {
  const [a, b] = [parseCidr(inner)!, parseCidr(outer)!];
  return a.prefix > b.prefix && cidrContains(b, a.bytes);
}

export function readServer(text: string): Server {
  const { address, port } = parseEndpoint(text)!;
  return { address, port: port ?? DNS_PORT };
}

/** All rules of a scope, that of the root last. */
export function allRules({ rules, otherwise }: Scope): readonly ScopeRule[] {
  return otherwise ? [...rules, otherwise] : rules;
}

/** Every upstream of a configuration, once. */
export function allUpstreams(scopes: readonly Scope[]): Server[] {
  const servers = scopes.flatMap(allRules).flatMap(({ upstreams }) => upstreams);
  return [...new Map(servers.map((each) => [`${each.address} ${each.port}`, each])).values()];
}

export function isIPv6({ address }: Server): boolean {
  return address.includes(':');
}

/**
 * The address that queries to an upstream leave from, as the native engine chooses it: firewalls and VPC resolvers know a member by the
 * address it listens on. Undefined where it listens on all, or where the loopback boundary lies between.
 */
export function sourceFor(upstream: Server, listen: readonly Server[]): string | undefined {
  return listen.find(
    (each) =>
      isIPv6(each) === isIPv6(upstream) &&
      each.address !== '0.0.0.0' &&
      each.address !== '::' &&
      isLoopback(each) === isLoopback(upstream),
  )?.address;
}

export function isLoopback({ address }: Server): boolean {
  return address.startsWith('127.') || address === '::1';
}
