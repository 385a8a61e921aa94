import { isAtOrBelow, type Name, parentOf, type RecordSet } from '@pointsman/core/dns';
import type { CompiledZone, NodeSet } from './compile-zone.ts';
import { type Choice, chooseRecords } from './routing/routed-set.ts';

/** What one zone says of a name and type. `set` may belong to a wildcard: its owner name is then the name that was asked. */
export type Finding =
  | { kind: 'records'; set: RecordSet }
  | { kind: 'cname'; set: RecordSet }
  | { kind: 'dname'; set: RecordSet }
  | { kind: 'referral'; set: RecordSet }
  | { kind: 'no-data' }
  | { kind: 'no-name' };

const NO_DATA: Finding = { kind: 'no-data' };
const NO_NAME: Finding = { kind: 'no-name' };

/** The algorithm of RFC 1034 §4.3.2 step 3, with RFC 4592's wildcards and RFC 6672's DNAME. `name` is in the zone. */
export function lookUp(zone: CompiledZone, name: Name, type: string, choice: Choice): Finding {
  const crossing = crossingAbove(zone, name, type);
  if (crossing !== undefined) return crossing;
  const sets = zone.nodes.get(name);
  if (sets !== undefined) return choose(sets, type, choice);
  const wildcard = zone.nodes.get(wildcardFor(zone, name));
  if (wildcard === undefined) return NO_NAME;
  // An NS set does not multiply: there is no wildcard delegation (RFC 4592 §4.2; Route 53 refuses such a record).
  const multiplied = wildcard.filter((set) => set.type !== 'NS');
  return choose(multiplied, type, choice);
}

function choose(sets: readonly NodeSet[], type: string, choice: Choice): Finding {
  // RFC 8482 §4.1: ANY gets one of the sets.
  const there = type === 'ANY' ? sets[0] : sets.find((each) => each.type === type);
  if (there !== undefined) {
    const set = chooseRecords(there, choice);
    return set === undefined ? NO_DATA : { kind: 'records', set };
  }
  const alias = sets.find((each) => each.type === 'CNAME');
  const set = alias && chooseRecords(alias, choice);
  return set === undefined ? NO_DATA : { kind: 'cname', set };
}

/** The cut or DNAME nearest to the apex hides all that is below it. */
function crossingAbove(zone: CompiledZone, name: Name, type: string): Finding | undefined {
  if (zone.cuts.size === 0 && zone.dnames.size === 0) return undefined;
  let crossing: Finding | undefined;
  for (let at = name; ; at = parentOf(at)!) {
    const dname = at === name ? undefined : zone.dnames.get(at);
    const cut = at === name && type === 'DS' ? undefined : zone.cuts.get(at);
    if (cut !== undefined) crossing = { kind: 'referral', set: cut };
    else if (dname !== undefined) crossing = { kind: 'dname', set: dname };
    if (at === zone.name) return crossing;
  }
}

/** The wildcard at the closest encloser: the longest ancestor that exists (RFC 4592 §3.3.1). */
function wildcardFor(zone: CompiledZone, name: Name): Name {
  let encloser = parentOf(name)!;
  while (!zone.nodes.has(encloser)) encloser = parentOf(encloser)!;
  return encloser === '.' ? '*.' : `*.${encloser}`;
}

/** The addresses that a zone holds for the servers of a cut, which a referral carries as glue. */
export function glueFor(zone: CompiledZone, servers: readonly Name[], choice: Choice): RecordSet[] {
  return servers
    .filter((server) => isAtOrBelow(server, zone.name))
    .flatMap((server) => zone.nodes.get(server) ?? [])
    .filter(({ type }) => type === 'A' || type === 'AAAA')
    .flatMap((set) => chooseRecords(set, choice) ?? []);
}
