import type { ForwarderConfig } from '../../config/index.ts';
import { isAtOrBelow, type Name, ROOT } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer } from '../render.ts';
import {
  allRules,
  allUpstreams,
  isIPv6,
  isLoopback,
  readServer,
  type Scope,
  type ScopeRule,
  type Server,
  scopesOf,
  sourceFor,
} from '../scopes.ts';
import { budgetWarnings, deadlineWarnings, failed, policyWarnings, viewProblems } from '../shortfalls.ts';
import { localZonesInTheWay, SPECIAL_ZONES } from './local-zones.ts';
import { endpoint, quotedName } from './quoting.ts';

/** Unbound 1.16 or later: `unbound.conf(5)`. */
export const unbound: Renderer = { member: renderMember, authority: renderAuthority };

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const problems = viewProblems('Unbound', config);
  if (problems.length > 0) return failed(problems);
  const scopes = scopesOf(config);
  const [scope] = scopes as [Scope];
  const spreads = allRules(scope).some(
    ({ policy, upstreams }) => policy === 'spread' && upstreams.length > 1,
  );
  const warnings = [
    ...policyWarnings('Unbound', scopes, ['fastest', 'spread'], 'asks the fastest of them'),
    ...(spreads &&
    allRules(scope).some(({ policy, upstreams }) => policy !== 'spread' && upstreams.length > 1)
      ? [
          'Unbound has one policy for all rules: because some spread, all of them ask any upstream that is not slow.',
        ]
      : []),
    ...budgetWarnings('Unbound', config),
    ...deadlineWarnings('Unbound', config, 'it asks on until its own time-outs are over'),
  ];
  const advice = ['To be put at /etc/unbound/unbound.conf, in the place of what is there.'];
  const text = [
    ...header('#', origins, advice, warnings),
    ...serverSection(config, scope, spreads),
    ...localZoneLines(scope),
    '',
    'remote-control:',
    '    control-enable: no',
    '',
    ...forwardZones(scope, origins),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function serverSection(config: ForwarderConfig, scope: Scope, spreads: boolean): string[] {
  const listen = config.listen.map(readServer);
  const upstreams = allUpstreams([scope]);
  return [
    'server:',
    ...listen.map((each) => `    interface: ${endpoint(each)}`),
    ...sourcesOf(upstreams, listen).map((address) => `    outgoing-interface: ${address}`),
    ...(upstreams.some(isLoopback) ? ['    do-not-query-localhost: no'] : []),
    '    # Only the networks of the topology are served; everybody else is refused.',
    ...LOOPBACK.filter((cidr) => !config.clients.includes(cidr)).map(
      (cidr) => `    access-control: ${cidr} refuse`,
    ),
    ...config.clients.map((cidr) => `    access-control: ${cidr} allow`),
    '    # Private zones are not signed, and whoever is asked has validated what is: nothing is validated here.',
    '    module-config: "iterator"',
    '    qname-minimisation: no',
    '    minimal-responses: yes',
    '    hide-identity: yes',
    '    hide-version: yes',
    `    msg-cache-size: ${Math.floor(config.cache.bytes / 3)}`,
    `    rrset-cache-size: ${config.cache.bytes - Math.floor(config.cache.bytes / 3)}`,
    '    # Stale answers are for when no upstream answers in time (RFC 8767).',
    '    serve-expired: yes',
    '    serve-expired-ttl: 86400',
    `    serve-expired-client-timeout: ${Math.round(config.deadline * 0.9)}`,
    ...OUTAGE.map((line) => `    ${line}`),
    ...(spreads
      ? []
      : [
          '    # The fastest upstream is asked, but for one query in twenty.',
          '    fast-server-num: 1',
          '    fast-server-permil: 950',
        ]),
  ];
}

/** What Unbound knows of an upstream is kept for 15 minutes unless told otherwise, also that it is down (`infra-host-ttl`). */
const OUTAGE = [
  '# An upstream that is back after an outage is asked again within seconds, not after a quarter of an hour.',
  'infra-host-ttl: 5',
];

/** Unbound serves these unless told otherwise; the most specific network decides. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** Unbound has one list of addresses to ask from: only where all upstreams of a family are reached from the same one. */
function sourcesOf(upstreams: readonly Server[], listen: readonly Server[]): string[] {
  return [false, true].flatMap((v6) => {
    const sources = new Set(
      upstreams.filter((each) => isIPv6(each) === v6).map((each) => sourceFor(each, listen)),
    );
    const [source] = sources;
    return sources.size === 1 && source !== undefined ? [source] : [];
  });
}

/** Zones that Unbound would answer by itself; and, where names without a rule are refused, who is not. */
function localZoneLines(scope: Scope): string[] {
  // A zone may be declared once.
  const opened = new Set(scope.otherwise ? [] : scope.rules.map(({ suffix }) => suffix));
  return [
    '    # Answered by upstreams, not by Unbound itself: reverse zones of private addresses, and special names.',
    '    unblock-lan-zones: yes',
    ...SPECIAL_ZONES.filter((zone) => !opened.has(zone)).map(nodefault),
    ...(scope.otherwise
      ? []
      : [
          '    # Names that no rule covers are refused.',
          `    local-zone: ${quotedName(ROOT)} refuse`,
          ...scope.rules.map(({ suffix }) => `    local-zone: ${quotedName(suffix)} transparent`),
        ]),
  ];
}

function nodefault(zone: Name): string {
  return `    local-zone: ${quotedName(zone)} nodefault`;
}

function forwardZones(scope: Scope, origins: Origins): string[] {
  const nowhere = [
    '# Without an address: an alias to a name that no rule covers is not followed, and the root servers are never asked.',
    'forward-zone:',
    `    name: ${quotedName(ROOT)}`,
  ];
  return [
    ...scope.rules.flatMap((rule) => [...forwardZone(rule, origins.rule(rule.suffix)), '']),
    ...(scope.otherwise ? forwardZone(scope.otherwise, 'names that no rule covers') : nowhere),
  ];
}

function forwardZone(
  { suffix, upstreams }: Pick<ScopeRule, 'suffix' | 'upstreams'>,
  origin: string | undefined,
): string[] {
  return [
    ...(origin === undefined ? [] : [`# ${commentText(origin)}`]),
    'forward-zone:',
    `    name: ${quotedName(suffix)}`,
    ...upstreams.map((each) => `    forward-addr: ${endpoint(each)}`),
    '    forward-first: no',
  ];
}

/** The setting is the whole server's, so this is for whoever runs it to decide. */
const OUTAGE_ADVICE = [
  'Once all members have been down, it may take 15 minutes until they are asked again; with this, for all servers that Unbound asks,',
  'seconds:',
  '  infra-host-ttl: 5',
];

function renderAuthority(authority: PlannedAuthority, origins: Origins): Rendered {
  const rules = authority.forwards.map(({ suffix, upstreams }) => ({
    suffix,
    upstreams: upstreams.map(readServer),
  }));
  const suffixes = rules.map(({ suffix }) => suffix);
  const blocked = localZonesInTheWay(suffixes);
  const advice = ['To be put at /etc/unbound/unbound.conf.d/pointsman.conf, beside what is there.'];
  const text = [
    ...header('#', origins, advice, []),
    'server:',
    '    # Private zones are not signed, and hold private addresses.',
    ...suffixes.map((suffix) => `    domain-insecure: ${quotedName(suffix)}`),
    ...suffixes
      .filter((suffix) => !isAtOrBelow(suffix, 'arpa.'))
      .map((suffix) => `    private-domain: ${quotedName(suffix)}`),
    ...(blocked.length > 0
      ? ['    # Answered by the tier, not by Unbound itself.', ...blocked.map(nodefault)]
      : []),
    ...(suffixes.length > 0 ? OUTAGE_ADVICE.map((line) => `    # ${line}`) : []),
    ...(rules.flatMap(({ upstreams }) => upstreams).some(isLoopback)
      ? ['    do-not-query-localhost: no']
      : []),
    '',
    ...rules.flatMap((rule) => [...forwardZone(rule, origins.rule(rule.suffix)), '']),
  ];
  return { ok: true, text: `${text.join('\n').trimEnd()}\n`, warnings: [] };
}
