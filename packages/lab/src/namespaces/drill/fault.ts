import { formatAddress, parseAddress } from '@pointsman/core/address';
import { suggestion } from '@pointsman/core/topology';
import type { NamespacePlan } from '../world/plan.ts';

/** What a drill breaks. */
export type Fault =
  /** Every process of the member's machine is gone at once. */
  | { readonly kind: 'kill'; readonly member: string }
  /** Every process of it stands still: it holds its address, and says nothing. */
  | { readonly kind: 'freeze'; readonly member: string }
  | { readonly kind: 'fill-disk'; readonly member: string }
  /** All machines of an availability zone lose their network. */
  | { readonly kind: 'zone'; readonly availabilityZone: string }
  | { readonly kind: 'link'; readonly link: string }
  /** A server that members or clients ask says nothing any more. */
  | { readonly kind: 'upstream'; readonly address: string }
  /** Attaching a network interface takes so many milliseconds. */
  | { readonly kind: 'slow-attach'; readonly ms: number }
  /** The instance metadata service says nothing. */
  | { readonly kind: 'metadata-down' }
  /** Of the packets between networks this share is lost, from 0 to 1. */
  | { readonly kind: 'loss'; readonly share: number };

export type FaultKind = Fault['kind'];

/** What is written behind each kind, for help and messages; empty for none. */
export const FAULT_ARGUMENTS: Readonly<Record<FaultKind, string>> = {
  kill: 'TIER/MEMBER',
  freeze: 'TIER/MEMBER',
  'fill-disk': 'TIER/MEMBER',
  zone: 'AVAILABILITY-ZONE',
  link: 'NAME',
  upstream: 'ADDRESS',
  'slow-attach': 'SECONDS',
  'metadata-down': '',
  loss: 'PERCENT',
};

export type ParsedFault = { ok: true; fault: Fault } | { ok: false; message: string };

/** Reads the words of a drill, such as `kill main/a`; what is wrong with them, in a sentence, where they name nothing of the lab. */
export function parseFault(words: readonly string[], plan: NamespacePlan): ParsedFault {
  const [kind = '', argument = ''] = words;
  const kinds = Object.keys(FAULT_ARGUMENTS);
  if (!Object.hasOwn(FAULT_ARGUMENTS, kind))
    return refuse(`"${kind}" is no drill; ${suggestion(kind, kinds, 'drill')}`);
  const wanted = FAULT_ARGUMENTS[kind as FaultKind];
  const most = wanted === '' ? 1 : 2;
  if (words.length > most)
    return refuse(`"${words.slice(most).join(' ')}" is too much: write ${shape(kind)}`);
  if (wanted !== '' && argument === '') return refuse(`say what: ${shape(kind)}`);
  return parseArgument(kind as FaultKind, argument, plan);
}

function parseArgument(kind: FaultKind, text: string, plan: NamespacePlan): ParsedFault {
  switch (kind) {
    case 'kill':
    case 'freeze':
    case 'fill-disk': {
      const names = plan.members.map(({ name }) => name);
      return oneOf(names, text, 'member', (member) => ({ kind, member }));
    }
    case 'zone': {
      const zones = plan.vpcs.flatMap(({ subnets }) => subnets.map((each) => each.availabilityZone));
      return oneOf([...new Set(zones)], text, 'availability zone', (availabilityZone) => ({
        kind,
        availabilityZone,
      }));
    }
    case 'link':
      return parseLink(text, plan);
    case 'upstream':
      return parseUpstream(text, plan);
    case 'slow-attach':
      return parseDuration(text);
    case 'metadata-down':
      return { ok: true, fault: { kind } };
    case 'loss':
      return parseShare(text);
  }
}

function parseLink(text: string, { links }: NamespacePlan): ParsedFault {
  const turned = links.find(({ between }) => between.length === 2 && between.toReversed().join('-') === text);
  const names = links.map(({ name }) => name);
  return oneOf(names, names.includes(text) ? text : (turned?.name ?? text), 'link', (link) => ({
    kind: 'link',
    link,
  }));
}

function parseUpstream(text: string, { servers }: NamespacePlan): ParsedFault {
  const bytes = parseAddress(text);
  if (!bytes) return refuse(`"${text}" is not an address`);
  const addresses = [...new Set(servers.map(({ address }) => address))];
  return oneOf(addresses, formatAddress(bytes), 'server', (address) => ({ kind: 'upstream', address }));
}

const LONGEST_ATTACH = 3600;

function parseDuration(text: string): ParsedFault {
  const match = /^([0-9]+(?:\.[0-9]+)?)s?$/.exec(text);
  const seconds = match ? Number(match[1]) : 0;
  if (seconds > 0 && seconds <= LONGEST_ATTACH)
    return { ok: true, fault: { kind: 'slow-attach', ms: seconds * 1000 } };
  return refuse(`"${text}" is no time; write seconds, such as 20s, ${LONGEST_ATTACH} at most`);
}

function parseShare(text: string): ParsedFault {
  const match = /^([0-9]+(?:\.[0-9]+)?)%?$/.exec(text);
  const percent = match ? Number(match[1]) : 0;
  if (percent > 0 && percent <= 100) return { ok: true, fault: { kind: 'loss', share: percent / 100 } };
  return refuse(`"${text}" is no share of packets; write a percentage above 0, 100 at most, such as 10%`);
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

/** As it is written: `kill main/a`, `loss 10%`. */
export function formatFault(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
    case 'fill-disk':
      return `${fault.kind} ${fault.member}`;
    case 'zone':
      return `zone ${fault.availabilityZone}`;
    case 'link':
      return `link ${fault.link}`;
    case 'upstream':
      return `upstream ${fault.address}`;
    case 'slow-attach':
      return `slow-attach ${fault.ms / 1000}s`;
    case 'metadata-down':
      return fault.kind;
    case 'loss':
      return `loss ${Math.round(fault.share * 10_000) / 100}%`;
  }
}
