import { DEFAULT_DEADLINE, type ForwarderConfig, type UpstreamPolicy } from '../config/index.ts';
import { showName } from '../schema/path.ts';
import { commentText } from './comments.ts';
import { isPlainName } from './names.ts';
import type { Rendered, RenderProblem } from './render.ts';
import { allRules, DNS_PORT, type Scope, type Server } from './scopes.ts';

/** What several servers do less well than the native engine, in the same words for each; `server` is its name. */

export function policyWarnings(
  server: string,
  scopes: readonly Scope[],
  kept: readonly UpstreamPolicy[],
  instead: string,
): string[] {
  const rules = scopes.flatMap(allRules).filter(({ upstreams }) => upstreams.length > 1);
  const lost = (['fastest', 'ordered', 'spread'] as const).filter(
    (policy) => !kept.includes(policy) && rules.some((rule) => rule.policy === policy),
  );
  return lost.map((policy) => {
    const suffixes = rules.filter((rule) => rule.policy === policy).map(({ suffix }) => showName(suffix));
    return `${server} has no policy "${policy}", and ${instead} (${someOf(suffixes)}).`;
  });
}

export function budgetWarnings(server: string, { budgets }: ForwarderConfig): string[] {
  return (budgets ?? []).map(
    ({ upstreams, packetsPerSecond }) =>
      `${server} does not keep to ${packetsPerSecond} packets a second to ${upstreams.join(' and ')}, which drops what exceeds that.`,
  );
}

export function deadlineWarnings(server: string, { deadline }: ForwarderConfig, instead: string): string[] {
  return deadline === DEFAULT_DEADLINE ? [] : [`${server} keeps no deadline of ${deadline} ms: ${instead}.`];
}

/** A forwarder that passes responses on as they come leaves the second half of some aliases to nobody. */
export function aliasWarnings(server: string, scopes: readonly Scope[]): string[] {
  const manyPlaces = scopes.some((scope) => new Set(allRules(scope).map(placeOf)).size > 1);
  if (!manyPlaces) return [];
  return [
    `${server} passes a response on as it comes: an alias (CNAME) to a name that another rule covers is answered without the records of that name, where its upstream does not follow it.`,
  ];
}

export function viewProblems(server: string, { views }: ForwarderConfig): RenderProblem[] {
  if (!views || views.length === 0) return [];
  return [
    {
      code: 'views',
      message: `${server} has one set of forwarding rules for all clients, and there are views: ${someOf(views.map(({ name }) => commentText(name)))}`,
      remedy: 'render for bind, coredns, dnsdist or knot-resolver, or run a server for each view',
    },
  ];
}

/** Names that are more than letters, digits, - and _. */
export function nameProblems(server: string, names: readonly string[]): RenderProblem[] {
  const odd = names.filter((name) => !isPlainName(name)).map(showName);
  if (odd.length === 0) return [];
  return [
    {
      code: 'name',
      message: `${server} can be told names of letters, digits, - and _ only, and not ${someOf(odd)}`,
      remedy: 'render for bind, unbound, dnsdist or knot-resolver',
    },
  ];
}

export function listenProblems(server: string, listen: readonly Server[]): RenderProblem[] {
  const ports = [...new Set(listen.map(({ port }) => port))];
  if (ports.length === 1) return [];
  return [
    {
      code: 'endpoint',
      message: `${server} is written with one port to listen on, and there are ${ports.join(' and ')}`,
      remedy: 'listen on one port',
    },
  ];
}

export function portProblems(server: string, servers: readonly Server[]): RenderProblem[] {
  return servers
    .filter(({ port }) => port !== DNS_PORT)
    .map(({ address, port }) => ({
      code: 'endpoint',
      message: `${server} asks upstreams on port 53 only, and ${address} is to be asked on port ${port}`,
      remedy: `let ${address} listen on port 53`,
    }));
}

/** Each problem once: views repeat the rules of their tier. */
export function failed(problems: readonly RenderProblem[]): Rendered {
  return { ok: false, problems: [...new Map(problems.map((each) => [each.message, each])).values()] };
}

/** Names that a message shows; the rest is counted. */
const SHOWN = 5;

export function someOf(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const shown = unique.slice(0, SHOWN).join(', ');
  return unique.length > SHOWN ? `${shown} and ${unique.length - SHOWN} more` : shown;
}

function placeOf({ upstreams }: { upstreams: readonly Server[] }): string {
  return upstreams.map(({ address, port }) => `${address} ${port}`).join(' ');
}
