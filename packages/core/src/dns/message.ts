import type { Name } from './name.ts';

/** A DNS message (RFC 1035 §4, RFC 6891). */
export type Message = {
  /** 0 to 65535. */
  id: number;
  flags: Flags;
  /** With the upper bits of an OPT record, where there is one: 0 to 4095. */
  rcode: number;
  question: Question | undefined;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
  /** Without the OPT record, which is `edns`. */
  additionals: ResourceRecord[];
  edns?: Edns;
};

export type Flags = {
  qr: boolean;
  opcode: number;
  aa: boolean;
  tc: boolean;
  rd: boolean;
  ra: boolean;
  ad: boolean;
  cd: boolean;
};

export type Question = {
  name: Name;
  type: string;
  class: number;
  /** The name in wire form with the case it was asked in: what a response has to repeat. */
  spelling?: Uint8Array;
};

export type ResourceRecord = {
  name: Name;
  type: string;
  class: number;
  /** Seconds. */
  ttl: number;
  /** RDATA, names in it uncompressed. */
  data: Uint8Array;
};

export type Edns = {
  /** The largest UDP payload that its sender takes, in bytes. */
  udpSize: number;
  version: number;
  /** DNSSEC OK. */
  do: boolean;
  options: EdnsOption[];
};

export type EdnsOption = { code: number; data: Uint8Array };

export const NO_FLAGS: Flags = {
  qr: false,
  opcode: 0,
  aa: false,
  tc: false,
  rd: false,
  ra: false,
  ad: false,
  cd: false,
};
