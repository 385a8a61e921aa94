import { type Name, ROOT } from '../../dns/name.ts';
import { DNS_PORT, type Server } from '../scopes.ts';

/**
 * How texts are written in dnsmasq.conf (dnsmasq(8)). A name stands bare between slashes, without any escapes, so only plain names may
 * come here (see `nameProblems`).
 */

/** `server=/NAME/IP#PORT@SOURCE`; the port is left out where it is 53. For the root, without a name. */
export function forwardLine(suffix: Name, { address, port }: Server, source: string | undefined): string {
  const domain = suffix === ROOT ? '' : `/${bareName(suffix)}/`;
  const at = source === undefined ? '' : `@${source}`;
  return `server=${domain}${address}${port === DNS_PORT ? '' : `#${port}`}${at}`;
}

function bareName(suffix: Name): string {
  return suffix.slice(0, -1);
}

export function listenPort(listen: readonly Server[]): number {
  return listen[0]!.port;
}
