import { formatAddress, parseAddress } from '@pointsman/core/address';
import { suggestion } from '@pointsman/core/topology';
import { AND, FAULT_ARGUMENTS, type Fault, type FaultKind, placeOf, UNITS } from './fault.ts';
import type { FaultPlaces } from './fault-places.ts';

export type ParsedFaults = { ok: true; faults: readonly Fault[] } | { ok: false; message: string };

type ParsedFault = { ok: true; fault: Fault } | { ok: false; message: string };

/** Reads the words of a drill, such as `kill main/a and loss 10%`; what is wrong with them, in a sentence, where they name nothing of the lab. */
export function parseFaults(words: readonly string[], places: FaultPlaces): ParsedFaults {
  const faults: Fault[] = [];
  for (const each of splitAtAnd(words)) {
    const parsed = parseFault(each, places);
    if (!parsed.ok) return parsed;
    const place = placeOf(parsed.fault);
    if (faults.some((fault) => placeOf(fault) === place))
      return { ok: false, message: `"${place}" is there twice` };
    faults.push(parsed.fault);
  }
  return { ok: true, faults };
}

function splitAtAnd(words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === AND) parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts;
}

function parseFault(words: readonly string[], places: FaultPlaces): ParsedFault {
  const [kind = '', ...given] = words;
  if (kind === '') return refuse(`write a drill on each side of "${AND}"`);
  const kinds = Object.keys(FAULT_ARGUMENTS);
  if (!Object.hasOwn(FAULT_ARGUMENTS, kind))
    return refuse(`"${kind}" is no drill; ${suggestion(kind, kinds, 'drill')}`);
  const wanted = FAULT_ARGUMENTS[kind as FaultKind];
  const most = wanted === '' ? 0 : wanted.split(' ').length;
  if (given.length > most)
    return refuse(
      `"${given.slice(most).join(' ')}" is too much: write ${shape(kind)}, and "${AND}" between two faults`,
    );
  if (given.length < most) return refuse(`say what: ${shape(kind)}`);
  return parseArguments(kind as FaultKind, given, places);
}

function parseArguments(
  kind: FaultKind,
  [text = '', offset = '']: readonly string[],
  places: FaultPlaces,
): ParsedFault {
  switch (kind) {
    case 'kill':
    case 'freeze':
    case 'reboot':
    case 'kill-agent':
    case 'fill-disk':
    case 'bad-route':
      return parseMember(text, places, (member) => ({ kind, member }));
    case 'clock': {
      const ms = parseOffset(offset);
      if (ms === undefined)
        return refuse(`"${offset}" is no jump of a clock; write +10m, +2h or +90s, up to a week`);
      return parseMember(text, places, (member) => ({ kind, member, ms }));
    }
    case 'zone': {
      const zones = places.vpcs.flatMap(({ subnets }) => subnets.map((each) => each.availabilityZone));
      return oneOf([...new Set(zones)], text, 'availability zone', (availabilityZone) => ({
        kind,
        availabilityZone,
      }));
    }
    case 'link':
      return parseLink(text, places);
    case 'upstream':
      return parseUpstream(text, places);
    case 'slow-attach':
    case 'slow-detach':
      return parseDuration(kind, text);
    case 'metadata-down':
    case 'api-down':
    case 'stuck-detach':
      return { ok: true, fault: { kind } };
    case 'loss':
      return parseShare(kind, text, 'packets');
    case 'api-throttle':
      return parseShare(kind, text, 'calls');
  }
}

function parseMember(text: string, { members }: FaultPlaces, make: (member: string) => Fault): ParsedFault {
  const names = members.map(({ name }) => name);
  return oneOf(names, text, 'member', make);
}

function parseLink(text: string, { links }: FaultPlaces): ParsedFault {
  const turned = links.find(({ between }) => between.length === 2 && between.toReversed().join('-') === text);
  const names = links.map(({ name }) => name);
  return oneOf(names, names.includes(text) ? text : (turned?.name ?? text), 'link', (link) => ({
    kind: 'link',
    link,
  }));
}

function parseUpstream(text: string, { servers }: FaultPlaces): ParsedFault {
  const bytes = parseAddress(text);
  if (!bytes) return refuse(`"${text}" is not an address`);
  const addresses = [...new Set(servers.map(({ address }) => address))];
  return oneOf(addresses, formatAddress(bytes), 'server', (address) => ({ kind: 'upstream', address }));
}

const LONGEST_DELAY = 3600;

function parseDuration(kind: 'slow-attach' | 'slow-detach', text: string): ParsedFault {
  const match = /^([0-9]+(?:\.[0-9]+)?)s?$/.exec(text);
  const seconds = match ? Number(match[1]) : 0;
  if (seconds > 0 && seconds <= LONGEST_DELAY)
    return { ok: true, fault: { kind, ms: Math.round(seconds * 1000) } };
  return refuse(`"${text}" is no time; write seconds, such as 20s, ${LONGEST_DELAY} at most`);
}

const LONGEST_JUMP = 7 * 24 * 3_600_000;

/** Milliseconds; undefined for what is none. */
function parseOffset(text: string): number | undefined {
  const match = /^([+-])([0-9]{1,6})([hms])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[2]) * UNITS[match[3]!]!;
  if (ms === 0 || ms > LONGEST_JUMP) return undefined;
  return match[1] === '-' ? -ms : ms;
}

function parseShare(kind: 'loss' | 'api-throttle', text: string, of: string): ParsedFault {
  const match = /^([0-9]+(?:\.[0-9]+)?)%?$/.exec(text);
  const percent = match ? Number(match[1]) : 0;
  if (percent > 0 && percent <= 100) return { ok: true, fault: { kind, share: percent / 100 } };
  return refuse(`"${text}" is no share of ${of}; write a percentage above 0, 100 at most, such as 10%`);
}

function oneOf(
  names: readonly string[],
  text: string,
  what: string,
  make: (name: string) => Fault,
): ParsedFault {
  if (names.includes(text)) return { ok: true, fault: make(text) };
  return refuse(`"${text}" is no ${what} of the lab; ${suggestion(text, names, what)}`);
}

function refuse(message: string): ParsedFault {
  return { ok: false, message };
}

function shape(kind: string): string {
  return `${kind} ${FAULT_ARGUMENTS[kind as FaultKind]}`.trim();
}
