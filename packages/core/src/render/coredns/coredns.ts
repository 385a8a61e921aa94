import { formatEndpoint } from '../../address/index.ts';
import type { ForwarderConfig } from '../../config/index.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { showName } from '../../schema/path.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer, RenderProblem } from '../render.ts';
import {
  allRules,
  clientsOf,
  liesInside,
  readServer,
  type Scope,
  type ScopeRule,
  type Server,
  scopesOf,
} from '../scopes.ts';
import {
  aliasWarnings,
  budgetWarnings,
  deadlineWarnings,
  failed,
  listenProblems,
  nameProblems,
  policyWarnings,
  someOf,
} from '../shortfalls.ts';

/**
 * CoreDNS 1.10 or later: a Corefile of one server block for each suffix. https://coredns.io/manual/configuration/, and the pages of
 * the plugins acl, bind, cache, errors, forward and view.
 */
export const coredns: Renderer = { member: renderMember, authority: renderAuthority };

const NAME = 'CoreDNS';
/** https://coredns.io/plugins/forward/ */
const MOST_UPSTREAMS = 15;
/** About what one cached answer takes. */
const BYTES_PER_ENTRY = 500;
const FEWEST_ENTRIES = 1024;

function renderMember(config: ForwarderConfig, origins: Origins): Rendered {
  const scopes = scopesOf(config);
  const rules = scopes.flatMap(allRules);
  const listen = config.listen.map(readServer);
  const problems = [
    ...nameProblems(
      NAME,
      rules.map(({ suffix }) => suffix),
    ),
    ...listenProblems(NAME, listen),
    ...rules.flatMap(countProblems),
    ...viewClientProblems(scopes),
  ];
  if (problems.length > 0) return failed(problems);
  const warnings = [
    ...policyWarnings(NAME, scopes, ['ordered', 'spread'], 'asks any of them'),
    `${NAME} asks upstreams from whatever address the system chooses: firewalls have to admit that one.`,
    ...aliasWarnings(NAME, scopes),
    ...budgetWarnings(NAME, config),
    ...deadlineWarnings(NAME, config, 'it gives up after five seconds'),
  ];
  const entries = Math.max(
    FEWEST_ENTRIES,
    Math.floor(config.cache.bytes / BYTES_PER_ENTRY / Math.max(1, rules.length)),
  );
  const text = [
    ...header(
      '#',
      origins,
      ['To be the Corefile. The server block with the longest suffix is taken, whatever the order.'],
      warnings,
    ),
    ...memberSnippet(listen, scopes, entries),
    ...scopes.flatMap((scope, index) => scopeBlocks(scope, index, scopes, listen[0]!.port, origins)),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

/** What all server blocks have in common. */
function memberSnippet(listen: readonly Server[], scopes: readonly Scope[], entries: number): string[] {
  const [scope] = scopes as [Scope];
  const acl =
    scopes.length > 1
      ? []
      : [
          '    # Only the networks of the topology are served; everybody else is refused.',
          '    acl {',
          ...scope.clients.map((cidr) => `        allow net ${cidr}`),
          '        block',
          '    }',
        ];
  return [
    '(member) {',
    `    bind ${listen.map(({ address }) => address).join(' ')}`,
    ...acl,
    '    errors',
    '    # Stale answers are for when no upstream answers (RFC 8767).',
    '    cache 86400 {',
    `        success ${entries}`,
    `        denial ${entries} 3600`,
    '        serve_stale 24h verify',
    '    }',
    '}',
  ];
}

function scopeBlocks(
  scope: Scope,
  index: number,
  scopes: readonly Scope[],
  port: number,
  origins: Origins,
): string[] {
  const snippet = `clients_${index + 1}`;
  const hasViews = scopes.length > 1;
  const view = hasViews ? [`    import ${snippet}`] : [];
  const blocks = allRules(scope).flatMap((rule) => {
    const origin =
      rule === scope.otherwise ? 'names that no rule covers' : origins.rule(rule.suffix, scope.view);
    return [
      '',
      ...(origin === undefined ? [] : [`# ${commentText(origin)}`]),
      `${serverKey(rule.suffix, port)} {`,
      ...view,
      '    import member',
      ...forward(rule),
      '}',
    ];
  });
  return [
    ...(hasViews ? viewSnippet(scope, snippet, scopes) : []),
    ...blocks,
    ...(scope.otherwise ? [] : ['', '# Names that no rule covers are refused: no server block has them.']),
  ];
}

/** A view is known by a name of ours: its own is for people. */
function viewSnippet(scope: Scope, snippet: string, scopes: readonly Scope[]): string[] {
  return [
    '',
    `# ${commentText(scope.view === undefined ? 'clients outside of all views' : `view ${scope.view}`)}; the most specific network decides`,
    `(${snippet}) {`,
    `    view ${snippet} {`,
    `        expr ${viewExpression(scope, scopes)}`,
    '    }',
    '}',
  ];
}

/** In a network of this scope, but in none inside of that which another scope has. */
function viewExpression(scope: Scope, scopes: readonly Scope[]): string {
  const { own, others } = clientsOf(scope, scopes);
  const isIn = (cidr: string) => `incidr(client_ip(), '${cidr}')`;
  const terms = own.map((cidr) => {
    const inside = others.filter((other) => liesInside(other, cidr));
    return inside.length === 0
      ? isIn(cidr)
      : `(${[isIn(cidr), ...inside.map((other) => `!${isIn(other)}`)].join(' && ')})`;
  });
  return terms.length === 0 ? 'false' : terms.join(' || ');
}

const POLICIES = { fastest: 'random', ordered: 'sequential', spread: 'round_robin' };

function forward({ upstreams, policy, probe }: Pick<ScopeRule, 'upstreams' | 'policy' | 'probe'>): string[] {
  return [
    `    forward . ${upstreams.map(({ address, port }) => formatEndpoint(address, port)).join(' ')} {`,
    `        policy ${POLICIES[policy]}`,
    ...(probe ? [`        health_check 1s domain ${probe.name}`] : []),
    '    }',
  ];
}

function serverKey(suffix: string, port: number): string {
  return `${showName(suffix)}:${port}`;
}

function countProblems({ suffix, upstreams }: ScopeRule): RenderProblem[] {
  if (upstreams.length <= MOST_UPSTREAMS) return [];
  return [
    {
      code: 'too-many',
      message: `${NAME} forwards to ${MOST_UPSTREAMS} upstreams at most, and ${showName(suffix)} has ${upstreams.length}`,
      remedy: 'name fewer',
    },
  ];
}

/** `incidr` takes the text that `client_ip` gives, and that is in brackets for IPv6. */
function viewClientProblems(scopes: readonly Scope[]): RenderProblem[] {
  const clients = scopes.flatMap((scope) => scope.clients).filter((cidr) => cidr.includes(':'));
  if (scopes.length === 1 || clients.length === 0) return [];
  return [
    {
      code: 'views',
      message: `${NAME} cannot tell views of IPv6 clients apart, and there are ${someOf(clients)}`,
      remedy: 'render for bind, dnsdist or knot-resolver',
    },
  ];
}

function renderAuthority(authority: PlannedAuthority, origins: Origins): Rendered {
  const rules = authority.forwards.map(({ suffix, upstreams }) => ({
    suffix,
    upstreams: upstreams.map(readServer),
    policy: 'fastest' as const,
    probe: undefined,
  }));
  const problems = [
    ...nameProblems(
      NAME,
      rules.map(({ suffix }) => suffix),
    ),
    ...rules.flatMap(countProblems),
  ];
  if (problems.length > 0) return failed(problems);
  const advice = ['To be added to the Corefile, beside the server blocks of the zones held here.'];
  const text = [
    ...header('#', origins, advice, []),
    ...rules.flatMap((rule) => [
      '',
      `# ${commentText(origins.rule(rule.suffix) ?? rule.suffix)}`,
      `${serverKey(rule.suffix, 53)} {`,
      '    errors',
      '    cache',
      ...forward(rule),
      '}',
    ]),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings: [] };
}
