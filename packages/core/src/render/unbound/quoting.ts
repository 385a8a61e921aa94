import type { Name } from '../../dns/name.ts';
import { escapedName } from '../names.ts';
import { DNS_PORT, type Server } from '../scopes.ts';

/** How texts are written in unbound.conf (unbound.conf(5)): a string in double quotes ends at the next one, and has no escapes. */

/** Unbound reads `\DDD` in names; an escaped name has neither quotes nor line ends. */
export function quotedName(name: Name): string {
  return `"${escapedName(name)}"`;
}

/** `IP@PORT`; the port is left out where it is 53. */
export function endpoint({ address, port }: Server): string {
  return port === DNS_PORT ? address : `${address}@${port}`;
}
