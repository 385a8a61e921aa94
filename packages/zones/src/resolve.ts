import {
  CLASS_IN,
  type Name,
  NOERROR,
  NXDOMAIN,
  nameFromWire,
  nameToWire,
  type RecordSet,
  type ResourceRecord,
  YXDOMAIN,
} from '@pointsman/core/dns';
import type { CompiledZone } from './compile-zone.ts';
import { type Finding, glueFor, lookUp } from './look-up.ts';
import { type Choice, newChoice } from './routing/routed-set.ts';
import { type ZoneSet, zoneFor } from './zone-set.ts';

/** How many aliases are followed for one question: as many as BIND does (`max-query-restarts`). */
const MAX_ALIASES = 11;

/** What a set of zones says of a question. */
export type Resolution = {
  rcode: number;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
  additionals: ResourceRecord[];
  /** Where it ends otherwise than with an answer: a name that no zone covers, a cut, or aliases that go round or on for too long. */
  end: { kind: 'outside' | 'referral' | 'loop'; name: Name } | undefined;
};

/**
 * Follows a question through the zones of a set; aliases lead on from zone to zone. `random` gives the order of the records in a set; `looks`, how many
 * record sets behind aliases may be looked at.
 */
export function resolve(
  zones: ZoneSet,
  name: Name,
  type: string,
  random: () => number,
  client?: string,
  looks?: number,
): Resolution {
  const resolution: Resolution = {
    rcode: NOERROR,
    answers: [],
    authorities: [],
    additionals: [],
    end: undefined,
  };
  const choice = newChoice(zones.querier, random, client, looks);
  let seen: Set<Name> | undefined;
  let at: Name | undefined = name;
  while (at !== undefined) {
    if (seen !== undefined && (seen.has(at) || seen.size > MAX_ALIASES)) {
      resolution.end = { kind: 'loop', name: at };
      break;
    }
    const zone = zoneFor(zones, at, type);
    if (zone === undefined) {
      resolution.end = { kind: 'outside', name: at };
      break;
    }
    const next = take(resolution, zone, at, type, lookUp(zone, at, type, choice), choice);
    if (next !== undefined) {
      seen ??= new Set();
      seen.add(at);
    }
    at = next;
  }
  return resolution;
}

/** Puts what a zone says into the resolution; gives the name to go on with, where that was an alias. */
function take(
  resolution: Resolution,
  zone: CompiledZone,
  name: Name,
  type: string,
  finding: Finding,
  choice: Choice,
): Name | undefined {
  const { random } = choice;
  switch (finding.kind) {
    case 'records':
      resolution.answers.push(...recordsOf(finding.set, name, random));
      return undefined;
    case 'cname':
      resolution.answers.push(...recordsOf(finding.set, name, random));
      return nameFromWire(finding.set.data[0]!)!.name;
    case 'dname':
      return takeDname(resolution, finding.set, name, type, random);
    case 'referral': {
      const { set } = finding;
      const servers = set.data.map((data) => nameFromWire(data)!.name);
      resolution.authorities.push(...recordsOf(set, set.name, random));
      for (const glue of glueFor(zone, servers, choice))
        resolution.additionals.push(...recordsOf(glue, glue.name, random));
      resolution.end = { kind: 'referral', name };
      return undefined;
    }
    default:
      if (finding.kind === 'no-name') resolution.rcode = NXDOMAIN;
      resolution.authorities.push(...recordsOf(zone.negativeSoa, zone.name, random));
      return undefined;
  }
}

/** RFC 6672 §3.2: the DNAME, and a CNAME made from it; YXDOMAIN where the new name would be too long. */
function takeDname(
  resolution: Resolution,
  set: RecordSet,
  name: Name,
  type: string,
  random: () => number,
): Name | undefined {
  resolution.answers.push(...recordsOf(set, set.name, random));
  const labels = nameToWire(name).subarray(0, -nameToWire(set.name).length);
  const target = set.data[0]!;
  if (labels.length + target.length > 255) {
    resolution.rcode = YXDOMAIN;
    return undefined;
  }
  const data = new Uint8Array(labels.length + target.length);
  data.set(labels);
  data.set(target, labels.length);
  resolution.answers.push({ name, type: 'CNAME', class: CLASS_IN, ttl: set.ttl, data });
  return type === 'CNAME' || type === 'ANY' ? undefined : nameFromWire(data)!.name;
}

/** The records of a set under the owner name that was asked, beginning at a random one. */
function recordsOf(set: RecordSet, name: Name, random: () => number): ResourceRecord[] {
  const count = set.data.length;
  const first = count > 1 ? Math.floor(random() * count) : 0;
  return set.data.map((_, index) => ({
    name,
    type: set.type,
    class: CLASS_IN,
    ttl: set.ttl,
    data: set.data[(first + index) % count]!,
  }));
}
