import type { Name } from '../dns/name.ts';
import type { Disposition } from './disposition.ts';

/** The path of one question, hop by hop, from the client to the answer. */
export type Trace = {
  disposition: Disposition;
  /** The zone that answers, or that says that there is nothing. */
  zone?: Name;
  /** The records of the answer, aliases first, in the order they are followed; empty for NODATA. Absent where they are not known. */
  answers?: TracedRecord[];
  /** What is on the wire in the client's response; absent where nothing comes back, or where it is not known. */
  rcode?: string;
  /** Why there is no answer, or what the topology does not say. */
  because?: string;
  hops: Hop[];
};

export type TracedRecord = { name: Name; type: string; ttl: number; data: string };

/** One question, from one place to the next, in the order in which they are asked. */
export type Hop = {
  /** Who asks: `networks/orders`, `forwarders/main/a`, `resolvers/shared`, `authorities/sydney-dns`, `addresses/9.9.9.9`. */
  at: string;
  /** Whom: one of those, or, where `at` decides by itself, `zones/NAME`, `public` (public DNS) or `nobody`. */
  asks: string;
  /** The address asked, where a packet is sent. */
  address?: string;
  /** What is asked for; aliases change the name. */
  name: Name;
  type: string;
  /** What matched and what lost, what won and why. */
  because: string;
  /** The link that the question takes, `links/shared-orders`; absent inside one network. */
  via?: string;
  /** What comes back to `at`; absent where it is not known. */
  says?: Said;
  /** How deep: 0 for the client's own questions, one more for what is asked on behalf of each. */
  depth: number;
};

/** `silent`: nothing comes back. */
export type Said = { rcode: string; answers: TracedRecord[] } | 'silent';
