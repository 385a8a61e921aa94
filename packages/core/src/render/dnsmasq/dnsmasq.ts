import type { ForwarderConfig } from '../../config/index.ts';
import { type Name, ROOT } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer } from '../render.ts';
import { allRules, readServer, type Scope, type Server, scopesOf, sourceFor } from '../scopes.ts';
import {
  aliasWarnings,
  budgetWarnings,
  deadlineWarnings,
  failed,
  listenProblems,
  nameProblems,
  policyWarnings,
  someOf,
  viewProblems,
} from '../shortfalls.ts';
import { forwardLine, listenPort } from './quoting.ts';

/** dnsmasq 2.86 or later, which prefers the longest suffix whatever the order: dnsmasq(8). */
export const dnsmasq: Renderer = { member: renderMember, authority: renderAuthority };

/** More entries make its cache no faster (dnsmasq(8), `cache-size`). */
const MOST_CACHE_ENTRIES = 10_000;
/** About what one cached record takes. */
const BYTES_PER_ENTRY = 90;

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const scopes = scopesOf(config);
  const [scope] = scopes as [Scope];
  const listen = config.listen.map(readServer);
  const problems = [
    ...viewProblems('dnsmasq', config),
    ...nameProblems(
      'dnsmasq',
      scope.rules.map(({ suffix }) => suffix),
    ),
    ...listenProblems('dnsmasq', listen),
  ];
  if (problems.length > 0) return failed(problems);
  const many = allRules(scope).filter(({ upstreams }) => upstreams.length > 1);
  const strict = many.some(({ policy }) => policy === 'ordered');
  const warnings = [
    ...clientWarnings(config),
    ...policyWarnings('dnsmasq', scopes, ['fastest', 'ordered'], 'asks the one that answered first of late'),
    ...(strict && many.some(({ policy }) => policy !== 'ordered')
      ? ['dnsmasq has one policy for all rules: because some are ordered, all of them are.']
      : []),
    ...aliasWarnings('dnsmasq', scopes),
    ...budgetWarnings('dnsmasq', config),
    ...deadlineWarnings(
      'dnsmasq',
      config,
      'it asks once more when the client does, and gives up after ten seconds',
    ),
  ];
  const text = [
    ...header('#', origins, ['To be put at /etc/dnsmasq.conf, in the place of what is there.'], warnings),
    ...globalLines(config, listen, strict),
    '',
    ...ruleLines(scope, listen, origins),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function globalLines(config: ForwarderConfig, listen: readonly Server[], strict: boolean): string[] {
  const entries = Math.min(MOST_CACHE_ENTRIES, Math.floor(config.cache.bytes / BYTES_PER_ENTRY));
  return [
    ...listen.map(({ address }) => `listen-address=${address}`),
    `port=${listenPort(listen)}`,
    'bind-interfaces',
    '# Nothing is answered or forwarded but by the lines below.',
    'no-resolv',
    'no-poll',
    'no-hosts',
    ...(strict ? ['strict-order'] : []),
    `cache-size=${entries}`,
    '# From an alias whose target the upstream did not follow, dnsmasq would learn that the target does not exist.',
    'no-negcache',
    'dns-forward-max=1000',
    'edns-packet-max=1232',
  ];
}

function ruleLines(scope: Scope, listen: readonly Server[], origins: Origins): string[] {
  const lines = (suffix: Name, upstreams: readonly Server[], origin: string | undefined) => [
    ...(origin === undefined ? [] : [`# ${commentText(origin)}`]),
    ...upstreams.map((each) => forwardLine(suffix, each, sourceFor(each, listen))),
  ];
  return [
    ...scope.rules.flatMap(({ suffix, upstreams }) => lines(suffix, upstreams, origins.rule(suffix))),
    ...(scope.otherwise
      ? lines(ROOT, scope.otherwise.upstreams, 'names that no rule covers')
      : ['# Names that no rule covers are refused: there is no server for them.']),
  ];
}

function clientWarnings({ clients }: ForwarderConfig): string[] {
  return [
    `dnsmasq refuses nobody by address: let a security group or a firewall admit only ${someOf(clients)} to port 53.`,
  ];
}

function renderAuthority(authority: PlannedAuthority, origins: Origins): Rendered {
  const problems = nameProblems(
    'dnsmasq',
    authority.forwards.map(({ suffix }) => suffix),
  );
  if (problems.length > 0) return failed(problems);
  const warnings = authority.forwards.some(({ suffix }) => suffix.endsWith('.arpa.'))
    ? [
        'with bogus-priv or stop-dns-rebind in its configuration, dnsmasq answers or drops private addresses itself: leave them out.',
      ]
    : [];
  const text = [
    ...header('#', origins, ['To be put at /etc/dnsmasq.d/pointsman.conf, beside what is there.'], warnings),
    ...authority.forwards.flatMap(({ suffix, upstreams }) => [
      `# ${commentText(origins.rule(suffix) ?? suffix)}`,
      ...upstreams.map((each) => forwardLine(suffix, readServer(each), undefined)),
      ...(suffix.endsWith('.arpa.')
        ? []
        : [`rebind-domain-ok=/${suffix === ROOT ? '' : suffix.slice(0, -1)}/`]),
    ]),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}
