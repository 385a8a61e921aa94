/** What a drill breaks. */
export type Fault =
  | { readonly kind: MemberFaultKind; readonly member: string }
  /** The wall clock of the member's machine jumps by so many milliseconds, ahead or back. */
  | { readonly kind: 'clock'; readonly member: string; readonly ms: number }
  /** All machines of an availability zone lose their network. */
  | { readonly kind: 'zone'; readonly availabilityZone: string }
  | { readonly kind: 'link'; readonly link: string }
  /** A server that members or clients ask says nothing any more. */
  | { readonly kind: 'upstream'; readonly address: string }
  /** Attaching or detaching a network interface takes so many milliseconds. */
  | { readonly kind: 'slow-attach' | 'slow-detach'; readonly ms: number }
  /** Of the packets between networks, or of the calls of the API, this share is lost or refused, from 0 to 1. */
  | { readonly kind: 'loss' | 'api-throttle'; readonly share: number }
  | { readonly kind: BareFaultKind };

export type MemberFaultKind =
  /** Every process of the member's machine is gone at once. */
  | 'kill'
  /** Every process of it stands still: it holds its address, and says nothing. */
  | 'freeze'
  /** It boots anew. */
  | 'reboot'
  /** Its agent is gone at once, and the engine with it. */
  | 'kill-agent'
  | 'fill-disk'
  /** What the fixed address sends leaves by the machine's other interface, as if somebody had changed the route by hand. */
  | 'bad-route';

export type BareFaultKind =
  /** The instance metadata service says nothing. */
  | 'metadata-down'
  /** The cloud's API says nothing. */
  | 'api-down'
  /** Interfaces that are to be detached stay where they are, unless by force. */
  | 'stuck-detach';

export type FaultKind = Fault['kind'];

/** What is written behind each kind, for help and messages; empty for none. */
export const FAULT_ARGUMENTS: Readonly<Record<FaultKind, string>> = {
  kill: 'TIER/MEMBER',
  freeze: 'TIER/MEMBER',
  reboot: 'TIER/MEMBER',
  'kill-agent': 'TIER/MEMBER',
  'fill-disk': 'TIER/MEMBER',
  'bad-route': 'TIER/MEMBER',
  clock: 'TIER/MEMBER +TIME',
  zone: 'AVAILABILITY-ZONE',
  link: 'NAME',
  upstream: 'ADDRESS',
  'slow-attach': 'SECONDS',
  'slow-detach': 'SECONDS',
  'stuck-detach': '',
  'metadata-down': '',
  'api-down': '',
  'api-throttle': 'PERCENT',
  loss: 'PERCENT',
};

/** Between two faults of one drill. */
export const AND = 'and';

/** As it is written: `kill main/a and loss 10%`. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(formatFault).join(` ${AND} `);
}

export function formatFault(fault: Fault): string {
  const place = placeOf(fault);
  switch (fault.kind) {
    case 'clock':
      return `${place} ${formatOffset(fault.ms)}`;
    case 'slow-attach':
    case 'slow-detach':
      return `${place} ${fault.ms / 1000}s`;
    case 'loss':
    case 'api-throttle':
      return `${place} ${Math.round(fault.share * 10_000) / 100}%`;
    default:
      return place;
  }
}

/** What a fault is done to, in words: two of one place cannot be there together. */
export function placeOf(fault: Fault): string {
  switch (fault.kind) {
    case 'zone':
      return `zone ${fault.availabilityZone}`;
    case 'link':
      return `link ${fault.link}`;
    case 'upstream':
      return `upstream ${fault.address}`;
    default:
      return 'member' in fault ? `${fault.kind} ${fault.member}` : fault.kind;
  }
}

/** Milliseconds of each unit of time, the longest first. */
export const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** `+10m`, `-90s`. */
function formatOffset(ms: number): string {
  const size = Math.abs(ms);
  const [unit, length] = Object.entries(UNITS).find(([, each]) => size % each === 0) ?? ['s', 1000];
  return `${ms < 0 ? '-' : '+'}${size / length}${unit}`;
}
