import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True for addresses that nobody on another machine can reach. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * True where a request's `Host` is a name that somebody may have pointed to this machine, so that a web page of theirs can reach what listens on
 * loopback (DNS rebinding).
 */
export function isRebound(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:[0-9]*$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) === 0 && name !== 'localhost' && !name.endsWith('.localhost');
}
