import { WorldError } from './world-error.ts';

type Place = { what: string; loopback: string };

/** One sentence about everything that could not start: the first of it by name, the rest by number. */
export function explainBindErrors(
  failures: readonly { player: Place; error: Error & { code?: string } }[],
  port: number,
): WorldError {
  const [{ player, error }, ...rest] = failures as [(typeof failures)[0], ...typeof failures];
  const alike = rest.filter((each) => each.error.code === error.code);
  const more = alike.length === 0 ? '' : `, nor at ${alike.length} more`;
  const what = `${player.what} cannot listen at ${player.loopback} port ${port}${more}`;
  return new WorldError(error.code ?? 'unknown', `${what}: ${reason(error, port, failures)}`);
}

function reason(
  error: Error & { code?: string },
  port: number,
  failures: readonly { player: Place }[],
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program has that port (another world, perhaps); end it, or choose another port';
    case 'EACCES':
      return port < 1024
        ? 'ports below 1024 need the right to bind them; choose one above'
        : 'the system does not allow it';
    case 'EADDRNOTAVAIL': {
      const addresses = failures.map(({ player }) => player.loopback).join(' ');
      return `this system has no such loopback address. On macOS, add them first: for a in ${addresses}; do sudo ifconfig lo0 alias $a up; done`;
    }
    default:
      return error.message;
  }
}
