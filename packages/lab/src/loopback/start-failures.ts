import { WorldError } from './world-error.ts';
import type { WorldPlan } from './world-plan.ts';

/** A server of the world that could not start: what it is, in words, and where. */
export type StartFailure = { what: string; loopback: string; error: Error & { code?: string } };

/** One sentence about all failures of a start: the first of them by name, the rest by number. */
export function explainStartFailures(failures: readonly StartFailure[], plan: WorldPlan): WorldError {
  const [{ what, loopback, error }, ...rest] = failures as [StartFailure, ...StartFailure[]];
  const alike = rest.filter((each) => each.error.code === error.code).length;
  const code = error.code ?? 'unknown';
  const reason = bindReason(code, plan);
  if (reason !== undefined) {
    const more = alike === 0 ? '' : `, nor at ${alike} more`;
    return new WorldError(code, `${what} cannot listen at ${loopback} port ${plan.port}${more}: ${reason}`);
  }
  const verb = code === MEMBER_ENDED ? 'ended while it started' : 'cannot start';
  const more = alike === 0 ? '' : ` (and ${alike} more)`;
  return new WorldError(code, `${what} ${verb}: ${error.message}${more}`);
}

/** The code of a member whose process ended before it said anything. */
export const MEMBER_ENDED = 'member-ended';

/** Why a place cannot be listened at; undefined where it is something else that failed. */
function bindReason(code: string, plan: WorldPlan): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program has that port (another world, perhaps); end it, or choose another port';
    case 'EACCES':
      return plan.port < 1024
        ? 'ports below 1024 need the right to bind them; choose one above'
        : 'the system does not allow it';
    case 'EADDRNOTAVAIL': {
      const all = addressesOf(plan).join(' ');
      return `this system has no such address yet. On macOS, add all of them first: for a in ${all}; do sudo ifconfig lo0 alias $a up; done`;
    }
    default:
      return undefined;
  }
}

/** Every address that something listens at or asks from. */
export function addressesOf({ clients, resolvers, authorities, forwarders, outside }: WorldPlan): string[] {
  const places = [
    ...resolvers,
    ...authorities.flatMap(({ servers }) => servers),
    ...forwarders,
    ...outside,
    ...clients,
  ];
  return [...new Set(places.map(({ loopback }) => loopback))];
}
