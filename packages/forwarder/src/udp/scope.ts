/**
 * Scopes of link-local IPv6 addresses (RFC 4007 §11): in a peer record the number of an interface, in Node's texts its name behind a %, on
 * Windows its number.
 */
import os from 'node:os';

/** The address without its scope, and the scope's number; 0 for none. */
export function splitScope(text: string): [address: string, scope: number] {
  const at = text.indexOf('%');
  if (at < 0) return [text, 0];
  const zone = text.slice(at + 1);
  return [text.slice(0, at), /^[0-9]+$/.test(zone) ? Number(zone) : scopeOf(zone)];
}

/** The address as Node wants it to send to. */
export function joinScope(address: string, scope: number): string {
  if (scope === 0) return address;
  return `${address}%${process.platform === 'win32' ? scope : (nameOf(scope) ?? scope)}`;
}

function scopeOf(name: string): number {
  return os.networkInterfaces()[name]?.find(({ scopeid = 0 }) => scopeid !== 0)?.scopeid ?? 0;
}

function nameOf(scope: number): string | undefined {
  const interfaces = Object.entries(os.networkInterfaces());
  return interfaces.find(([, addresses]) => addresses?.some(({ scopeid }) => scopeid === scope))?.[0];
}
