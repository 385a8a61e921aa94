/** What a worker counts since its start; the main thread adds the workers up. A query counts once, in the worker that its client asked. */
import { BADVERS, FORMERR, NOTIMP, RD } from '../packet/wire.ts';

export const COUNTER_TEXTS = {
  queries: 'Queries of clients that were read, over UDP and TCP, whatever became of them',
  queriesTcp: 'Of these, over TCP',
  cacheHits: 'Queries answered from the cache at once',
  cacheMisses: 'Queries that the cache could not answer at once',
  coalesced: 'Queries, and targets of CNAMEs, that joined a question in flight',
  handedOver: 'Queries, and targets of CNAMEs, given to the worker that has their question in flight',
  refusedClients: 'Queries, and TCP connections, refused because no view has the address of the client',
  refusedNames: 'Queries, and targets of CNAMEs, refused because no forwarding rule covers the name',
  dropped: 'Packets that are no queries, or longer than a query can be: not answered',
  malformed: 'Queries that cannot be read: answered FORMERR',
  notImplemented: 'Queries with another opcode than QUERY: answered NOTIMP',
  badVersions: 'Queries with another version of EDNS than 0: answered BADVERS',
  recursionNotDesired: 'Queries without RD, which a forwarder has nothing to say to: answered REFUSED',
  notForwarded:
    'Queries with RD for another class than IN, or for a type that is not forwarded (a transfer): answered REFUSED',
  servfails: 'Questions that ended in SERVFAIL',
  staleAnswers: 'Stale answers given to clients',
  upstreamQueries: 'Queries sent to upstreams, without probes',
  upstreamTimeouts: 'Queries to upstreams that were not answered in the expected time',
  mismatched: 'Responses of upstreams that do not fit what they were asked',
  heldBack: 'Queries to upstreams put off because a packet budget was used up',
  loops: 'Queries of upstreams that asked back what they were just asked',
  overloaded: 'Queries refused because there was no room for the question or the client',
  tcpRefused: 'TCP connections closed to make room for others',
  inFlight: 'Questions in flight now',
} as const;

type CounterName = keyof typeof COUNTER_TEXTS;
export type Counters = Record<CounterName, number>;

export const COUNTERS = Object.keys(COUNTER_TEXTS) as CounterName[];

export function createCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}

/** What a query counts as that the header or the question makes one of no use. */
export function refusalOf(rcode: number, flags: number): CounterName {
  if (rcode === FORMERR) return 'malformed';
  if (rcode === NOTIMP) return 'notImplemented';
  if (rcode === BADVERS) return 'badVersions';
  return flags & RD ? 'notForwarded' : 'recursionNotDesired';
}
