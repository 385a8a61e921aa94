import { compareCidrs, parseCidr } from '../../address/index.ts';
import type { ForwarderConfig } from '../../config/index.ts';
import { isAtOrBelow, labelsOf } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { commentText, header } from '../comments.ts';
import { luaList, luaName, luaString } from '../lua.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer } from '../render.ts';
import {
  allUpstreams,
  clientsOf,
  DNS_PORT,
  deepestFirst,
  isIPv6,
  readServer,
  type Scope,
  type Server,
  scopesOf,
  sourceFor,
} from '../scopes.ts';
import { aliasWarnings, budgetWarnings, deadlineWarnings, policyWarnings } from '../shortfalls.ts';

/** Knot Resolver 5, which is configured in Lua: https://knot-resolver.readthedocs.io/en/stable/modules-policy.html */
export const knotResolver: Renderer = { member: renderMember, authority: renderAuthority };

const NAME = 'Knot Resolver';

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const scopes = scopesOf(config);
  const hasViews = scopes.length > 1;
  const warnings = [
    ...(hasViews
      ? [`${NAME} has one cache for all clients: because there are views, it answers nothing from it.`]
      : []),
    ...policyWarnings(NAME, scopes, ['fastest'], 'asks the fastest of them'),
    ...aliasWarnings(NAME, scopes),
    ...budgetWarnings(NAME, config),
    ...deadlineWarnings(NAME, config, 'it asks on until its own time-outs are over'),
  ];
  const advice = [
    `To be put at /etc/knot-resolver/kresd.conf, in the place of what is there. For ${NAME} 5.`,
  ];
  const text = [
    ...header('--', origins, advice, warnings),
    ...settings(config, scopes),
    '',
    '-- The first rule that fits is taken, so longer suffixes come first.',
    ...FUNCTIONS,
    ...scopes.flatMap((scope) => scopeLines(scope, origins)),
    '',
    ...(hasViews ? ["policy.add(policy.all(policy.FLAGS({ 'NO_CACHE' })))"] : []),
    ...clientLines(scopes),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function settings(config: ForwarderConfig, scopes: readonly Scope[]): string[] {
  const listen = config.listen.map(readServer);
  const upstreams = allUpstreams(scopes);
  return [
    ...listen.map(({ address, port }) => `net.listen(${luaString(address)}, ${port}, { kind = 'dns' })`),
    ...sourceLines(upstreams, listen),
    '-- Every name goes to an upstream or is refused: the root servers are never asked, and private zones are not signed.',
    "modules.unload('priming')",
    "modules.unload('detect_time_skew')",
    "modules.unload('ta_update')",
    "modules.unload('ta_signal_query')",
    "trust_anchors.remove('.')",
    "modules.load('view')",
    "modules.load('policy')",
    '-- Stale answers are for when no upstream answers (RFC 8767).',
    "modules.load('serve_stale < cache')",
    `cache.size = ${config.cache.bytes}`,
    'cache.max_ttl(86400)',
  ];
}

/** It has one address of each family to ask from: only where all upstreams of a family are reached from the same one. */
function sourceLines(upstreams: readonly Server[], listen: readonly Server[]): string[] {
  return ([4, 6] as const).flatMap((family) => {
    const ofFamily = upstreams.filter((each) => isIPv6(each) === (family === 6));
    const sources = new Set(ofFamily.map((each) => sourceFor(each, listen)));
    const [source] = sources;
    return sources.size === 1 && source !== undefined
      ? [`net.outgoing_v${family}(${luaString(source)})`]
      : [];
  });
}

const FUNCTIONS = [
  'local scopes = {}',
  'local function first_of(rules)',
  '  return function(request, query)',
  '    for _, rule in ipairs(rules) do',
  '      local action = rule(request, query)',
  '      if action then return action end',
  '    end',
  '  end',
  'end',
  '-- By a policy and not by view:addr, after which names of private addresses would still be denied as special ones.',
  'local function for_clients(subnet, rule)',
  '  local is_client = view.rule_src(policy.PASS, subnet)',
  '  return function(request, query)',
  '    if is_client(request, query) then return rule(request, query) end',
  '  end',
  'end',
];

function scopeLines(scope: Scope, origins: Origins): string[] {
  const groups = new Map<string, { upstreams: readonly Server[]; names: string[] }>();
  for (const { suffix, upstreams } of scope.rules) {
    const key = `${labelsOf(suffix).length} ${stub(upstreams)}`;
    const group = groups.get(key) ?? { upstreams, names: [] };
    const origin = origins.rule(suffix, scope.view);
    group.names.push(`    ${luaName(suffix)},${origin === undefined ? '' : ` -- ${commentText(origin)}`}`);
    groups.set(key, group);
  }
  return [
    `-- ${commentText(scope.view === undefined ? 'clients outside of all views' : `view ${scope.view}`)}`,
    `scopes[${scopeKey(scope)}] = first_of({`,
    ...[...groups.values()].flatMap(({ upstreams, names }) => [
      `  policy.suffix(${stub(upstreams)}, policy.todnames({`,
      ...names,
      '  })),',
    ]),
    scope.otherwise
      ? `  policy.all(${stub(scope.otherwise.upstreams)}), -- names that no rule covers`
      : '  policy.all(policy.REFUSE), -- names that no rule covers',
    '})',
  ];
}

function scopeKey({ view }: Scope): string {
  return view === undefined ? luaString('') : luaString(view);
}

/** STUB passes responses on without validating them. */
function stub(upstreams: readonly Server[]): string {
  return `policy.STUB(${luaList(upstreams.map((each) => luaString(endpoint(each))))})`;
}

function endpoint({ address, port }: Server): string {
  return port === DNS_PORT ? address : `${address}@${port}`;
}

/** The first network that holds the client decides, so the narrower ones come first. */
function clientLines(scopes: readonly Scope[]): string[] {
  const entries = scopes.flatMap((scope) => clientsOf(scope, scopes).own.map((cidr) => ({ cidr, scope })));
  const narrowFirst = entries
    .map((each) => ({ ...each, parsed: parseCidr(each.cidr)! }))
    .sort((a, b) => b.parsed.prefix - a.parsed.prefix || compareCidrs(a.parsed, b.parsed));
  return [
    '-- Only the networks of the topology are served. The first network that holds a client decides.',
    ...narrowFirst.map(
      ({ cidr, scope }) => `policy.add(for_clients(${luaString(cidr)}, scopes[${scopeKey(scope)}]))`,
    ),
    'policy.add(policy.all(policy.REFUSE))',
  ];
}

function renderAuthority({ zones, forwards }: PlannedAuthority, origins: Origins): Rendered {
  const advice = [
    `To be included in /etc/knot-resolver/kresd.conf, before its other policies. For ${NAME} 5.`,
    'Zones held here are left to those.',
  ];
  const text = [
    ...header('--', origins, advice, []),
    "modules.load('policy')",
    'local function but_for(names, rule)',
    '  local is_held = policy.suffix(policy.PASS, policy.todnames(names))',
    '  return function(request, query)',
    '    if not is_held(request, query) then return rule(request, query) end',
    '  end',
    'end',
    '-- The first rule that fits is taken, so longer suffixes come first. STUB does not validate: private zones are not signed.',
    ...deepestFirst(forwards).flatMap(({ suffix, upstreams }) => {
      const rule = `policy.suffix(${stub(upstreams.map(readServer))}, policy.todnames({ ${luaName(suffix)} }))`;
      const held = zones.filter((zone) => isAtOrBelow(zone, suffix));
      return [
        `-- ${commentText(origins.rule(suffix) ?? suffix)}`,
        `policy.add(${held.length === 0 ? rule : `but_for(${luaList(held.map(luaName))}, ${rule})`})`,
      ];
    }),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings: [] };
}
