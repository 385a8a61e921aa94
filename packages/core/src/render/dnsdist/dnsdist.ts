import type { ForwarderConfig } from '../../config/index.ts';
import { isAtOrBelow, labelsOf, type Name } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { commentText, header } from '../comments.ts';
import { luaList, luaName, luaString } from '../lua.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer } from '../render.ts';
import {
  clientsOf,
  deepestFirst,
  readServer,
  type Scope,
  type ScopeRule,
  type Server,
  scopesOf,
  sourceFor,
} from '../scopes.ts';
import { aliasWarnings, budgetWarnings } from '../shortfalls.ts';
import { formatServer, type Pool, poolsOf } from './pools.ts';

/** dnsdist 1.7 or later, which is configured in Lua: https://dnsdist.org/reference/config.html */
export const dnsdist: Renderer = { member: renderMember, authority: renderAuthority };

/** About what one cached answer takes. */
const BYTES_PER_ENTRY = 400;

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const scopes = scopesOf(config);
  const listen = config.listen.map(readServer);
  const { pools, poolOf } = poolsOf(scopes);
  const entries = Math.max(
    1000,
    Math.floor(config.cache.bytes / BYTES_PER_ENTRY / Math.max(1, pools.length)),
  );
  const warnings = [
    'dnsdist asks one upstream for each query: one that goes down between two probes costs some queries.',
    ...aliasWarnings('dnsdist', scopes),
    ...budgetWarnings('dnsdist', config),
  ];
  const advice = ['To be put at /etc/dnsdist/dnsdist.conf, in the place of what is there.'];
  const text = [
    ...header('--', origins, advice, warnings),
    ...listen.map(
      (each, index) => `${index === 0 ? 'setLocal' : 'addLocal'}(${luaString(formatServer(each))})`,
    ),
    '-- Only the networks of the topology are served.',
    `setACL(${luaList(allClients(scopes).map(luaString))})`,
    `setUDPTimeout(${Math.max(1, Math.round(config.deadline / 1000))})`,
    'setStaleCacheEntriesTTL(86400)',
    'setServFailWhenNoServer(true)',
    'setVerboseHealthChecks(true)',
    'setSecurityPollSuffix("")',
    ...pools.flatMap((pool) => ['', ...poolLines(pool, listen, entries)]),
    '',
    '-- The first action that fits is taken, so longer suffixes come first.',
    ...scopes.flatMap((scope) => scopeLines(scope, scopes, poolOf, origins)),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

const POLICIES = { fastest: 'leastOutstanding', ordered: 'firstAvailable', spread: 'roundrobin' };

function poolLines(pool: Pool, listen: readonly Server[], entries: number): string[] {
  const name = luaString(pool.name);
  return [
    ...pool.upstreams.map((upstream, index) => {
      const source = sourceFor(upstream, listen);
      const fields = [
        `address=${luaString(formatServer(upstream))}`,
        `pool=${name}`,
        // Among equals, the order decides before what was measured does.
        ...(pool.policy === 'ordered' ? [`order=${index + 1}`] : []),
        ...(source === undefined ? [] : [`source=${luaString(source)}`]),
        `checkName=${luaName(pool.probe.name)}`,
        `checkType=${luaString(pool.probe.type)}`,
        'maxCheckFailures=2',
      ];
      return `newServer({ ${fields.join(', ')} })`;
    }),
    `setPoolServerPolicy(${POLICIES[pool.policy]}, ${name})`,
    `getPool(${name}):setCache(newPacketCache(${entries}, { maxTTL=86400, maxNegativeTTL=3600, keepStaleData=true }))`,
  ];
}

/** The rules of some clients, in a block of their own: Lua takes 200 local variables in one. */
function scopeLines(
  scope: Scope,
  scopes: readonly Scope[],
  poolOf: (scope: Scope, rule: ScopeRule) => Pool,
  origins: Origins,
): string[] {
  const hasViews = scopes.length > 1;
  const when = (rule: string) => (hasViews ? `AndRule({ NetmaskGroupRule(clients), ${rule} })` : rule);
  const otherwise = scope.otherwise
    ? `PoolAction(${luaString(poolOf(scope, scope.otherwise).name)})`
    : 'RCodeAction(DNSRCode.REFUSED)';
  return [
    ...(hasViews ? viewLines(scope, scopes) : []),
    ...groupByDepthAndPool(scope, poolOf).flatMap(([pool, rules]) => [
      'do',
      '  local suffixes = newSuffixMatchNode()',
      '  suffixes:add({',
      ...rules.map((rule) => `    ${luaName(rule.suffix)},${originComment(rule, scope, origins)}`),
      '  })',
      `  addAction(${when('SuffixMatchNodeRule(suffixes)')}, PoolAction(${luaString(pool.name)}))`,
      'end',
    ]),
    `-- Names that no rule covers${scope.otherwise ? '' : ' are refused'}.`,
    `addAction(${when('AllRule()')}, ${otherwise})`,
    ...(hasViews ? ['end'] : []),
  ];
}

function viewLines(scope: Scope, scopes: readonly Scope[]): string[] {
  const { own, others } = clientsOf(scope, scopes);
  return [
    `do -- ${commentText(scope.view === undefined ? 'clients outside of all views' : `view ${scope.view}`)}`,
    '-- The most specific network decides.',
    'local clients = newNMG()',
    ...[...own, ...others.map((cidr) => `!${cidr}`)].map((mask) => `clients:addMask(${luaString(mask)})`),
  ];
}

function originComment({ suffix }: ScopeRule, { view }: Scope, origins: Origins): string {
  const origin = origins.rule(suffix, view);
  return origin === undefined ? '' : ` -- ${commentText(origin)}`;
}

/** Deepest first; none of the suffixes of one depth covers another, so that those of a pool go together. */
function groupByDepthAndPool(
  scope: Scope,
  poolOf: (scope: Scope, rule: ScopeRule) => Pool,
): [pool: Pool, rules: ScopeRule[]][] {
  const groups = new Map<string, [Pool, ScopeRule[]]>();
  for (const rule of scope.rules) {
    const pool = poolOf(scope, rule);
    const key = `${labelsOf(rule.suffix).length} ${pool.name}`;
    const group = groups.get(key);
    if (group) group[1].push(rule);
    else groups.set(key, [pool, [rule]]);
  }
  return [...groups.values()];
}

function allClients(scopes: readonly Scope[]): string[] {
  return [...new Set(scopes.flatMap(({ clients }) => clients))];
}

function renderAuthority({ zones, forwards }: PlannedAuthority, origins: Origins): Rendered {
  const pools = Map.groupBy(forwards, ({ upstreams }) => upstreams.join(' '));
  const poolNames = new Map(
    [...pools.keys()].map((key, index) => [key, luaString(`pointsman-${index + 1}`)]),
  );
  const advice = [
    'To be included in /etc/dnsdist/dnsdist.conf, before its other actions. Zones held here are left to those.',
  ];
  const text = [
    ...header('--', origins, advice, []),
    ...[...pools].flatMap(([key, [first]]) =>
      first!.upstreams.map(
        (upstream) =>
          `newServer({ address=${luaString(formatServer(readServer(upstream)))}, pool=${poolNames.get(key)}, checkName=${luaName(first!.suffix)}, checkType="SOA" })`,
      ),
    ),
    '-- The first action that fits is taken, so longer suffixes come first.',
    ...deepestFirst(forwards).flatMap(({ suffix, upstreams }) => [
      `-- ${commentText(origins.rule(suffix) ?? suffix)}`,
      `addAction(${forwardRule(suffix, zones)}, PoolAction(${poolNames.get(upstreams.join(' '))}))`,
    ]),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings: [] };
}

/** A suffix, but for the zones below it that are held here. */
function forwardRule(suffix: Name, zones: readonly Name[]): string {
  const rule = `makeRule({ ${luaName(suffix)} })`;
  const held = zones.filter((zone) => isAtOrBelow(zone, suffix));
  return held.length === 0 ? rule : `AndRule({ ${rule}, NotRule(makeRule(${luaList(held.map(luaName))})) })`;
}
