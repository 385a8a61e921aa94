import type { Name } from './name.ts';

/** All records of one owner name and type (RFC 2181 §5), of class IN. */
export type RecordSet = {
  name: Name;
  /** Mnemonic in capitals, or `TYPE` and the number. */
  type: string;
  /** Seconds, at most 2^31 - 1. */
  ttl: number;
  /** RDATA in wire form, uncompressed, one entry a record; never empty. */
  data: Uint8Array[];
};
