import { ROOT } from '../../dns/name.ts';
import type { PlannedAuthority } from '../../plan/index.ts';
import { commentText, header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer, RenderProblem } from '../render.ts';
import { DNS_PORT, readServer, type Server } from '../scopes.ts';
import { failed, nameProblems, someOf } from '../shortfalls.ts';

/**
 * systemd-resolved, the stub resolver of one host: resolved.conf(5). It is no member of a tier: it has one list of servers for all
 * its routing domains, and serves whoever can reach it.
 */
export const systemdResolved: Renderer = { member: refuseMember, authority: renderAuthority };

/** What resolved takes; it ignores the rest (`MANAGER_DNS_SERVERS_MAX`, `MANAGER_SEARCH_DOMAINS_MAX`). */
const MOST_DOMAINS = 256;
const MOST_SERVERS = 256;

const NAME = 'systemd-resolved';

function refuseMember(): Rendered {
  return failed([
    {
      code: 'no-such-form',
      message: `${NAME} cannot be a member of a tier: it asks one list of servers for all domains it routes, and it refuses no client`,
      remedy: 'render a member for another server; for the hosts of an authority, name it with --authority',
    },
  ]);
}

function renderAuthority({ forwards }: PlannedAuthority, origins: Origins): Rendered {
  const lists = new Map(forwards.map(({ upstreams }) => [upstreams.join(' '), upstreams]));
  const servers = [...lists.values()].flat().map(readServer);
  const problems = [
    ...nameProblems(
      NAME,
      forwards.map(({ suffix }) => suffix),
    ),
    ...listProblems([...lists.keys()]),
    ...countProblems(forwards.length, servers.length),
  ];
  if (problems.length > 0) return failed(problems);
  const warnings = [
    `${NAME} is the resolver of one host: this makes that host, and nobody who asks it, resolve these zones.`,
    `${NAME} sends a name to these servers besides those of a link that has the same or a longer routing domain.`,
    `${NAME} validates all zones alike, and private zones are not signed: DNSSEC=no holds for every name.`,
  ];
  const advice = [
    'To be put at /etc/systemd/resolved.conf.d/pointsman.conf; then: systemctl restart systemd-resolved',
    'The ~ makes a domain one for routing only: it is not searched.',
  ];
  const text = [
    ...header('#', origins, advice, warnings),
    '[Resolve]',
    ...(servers.length > 0 ? [`DNS=${servers.map(endpoint).join(' ')}`] : []),
    'DNSSEC=no',
    ...forwards.flatMap(({ suffix }) => [
      `# ${commentText(origins.rule(suffix) ?? suffix)}`,
      `Domains=~${suffix === ROOT ? '.' : suffix.slice(0, -1)}`,
    ]),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function endpoint({ address, port }: Server): string {
  if (port === DNS_PORT) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function listProblems(lists: readonly string[]): RenderProblem[] {
  if (lists.length < 2) return [];
  return [
    {
      code: 'too-many',
      message: `${NAME} asks one list of servers for all domains it routes, and these are several: ${someOf(lists)}`,
      remedy: 'forward all of them to one tier, or render for another server',
    },
  ];
}

function countProblems(domains: number, servers: number): RenderProblem[] {
  const problem = (count: number, what: string, most: number): RenderProblem[] =>
    count <= most
      ? []
      : [
          {
            code: 'too-many',
            message: `${NAME} takes ${most} ${what} at most, and there are ${count}`,
            remedy: 'name a zone that holds many of them, or render for another server',
          },
        ];
  return [...problem(domains, 'routing domains', MOST_DOMAINS), ...problem(servers, 'servers', MOST_SERVERS)];
}
