import { type Cidr, compareCidrs, formatCidr, parseCidr } from '../../address/index.ts';

/**
 * Who has which view. A client has the view of the most specific CIDR that it is in, of two equal ones the later; BIND takes the first
 * view whose list of addresses matches. So the lists are made disjoint: each leaves out what a more specific CIDR gives to another
 * one, and the order of the views says nothing.
 */

/** Elements of an address match list for each scope, the most specific first: BIND takes the first that matches. */
export function disjointClients(scopes: readonly (readonly string[])[]): string[][] {
  const holder = new Map<string, number>();
  for (const [scope, cidrs] of scopes.entries()) {
    for (const cidr of cidrs) holder.set(formatCidr(parseCidr(cidr)!), scope);
  }
  const cidrs = [...holder.keys()].map((text) => parseCidr(text)!).sort(mostSpecificFirst);
  const lists = scopes.map((): string[] => []);
  for (const cidr of cidrs) {
    const text = formatCidr(cidr);
    const own = holder.get(text)!;
    lists[own]!.push(text);
    for (const other of scopesAround(cidr, holder)) if (other !== own) lists[other]!.push(`!${text}`);
  }
  return lists;
}

/** The scopes that hold a wider CIDR around this one, each once. */
function scopesAround(cidr: Cidr, holder: ReadonlyMap<string, number>): Set<number> {
  const found = new Set<number>();
  for (let prefix = cidr.prefix - 1; prefix >= 0; prefix--) {
    const scope = holder.get(formatCidr({ bytes: masked(cidr.bytes, prefix), prefix }));
    if (scope !== undefined) found.add(scope);
  }
  return found;
}

function masked(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
}

function mostSpecificFirst(a: Cidr, b: Cidr): number {
  return a.bytes.length - b.bytes.length || b.prefix - a.prefix || compareCidrs(a, b);
}
