/**
 * What the RDATA of each type is made of, in order. Reading and writing, as text and in messages, all go by this one table. `ttl` is a
 * 32-bit number that may be written with units; `octets`, `strings`, `hex` and `params` take all that is left.
 */
export type Field =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'ttl'
  | 'ipv4'
  | 'ipv6'
  | 'name'
  | 'string'
  | 'strings'
  | 'tag'
  | 'octets'
  | 'hex'
  | 'params';

const FIELDS: Record<string, readonly Field[]> = {
  A: ['ipv4'],
  AAAA: ['ipv6'],
  AFSDB: ['u16', 'name'],
  CAA: ['u8', 'tag', 'octets'],
  CNAME: ['name'],
  DNAME: ['name'],
  DS: ['u16', 'u8', 'u8', 'hex'],
  HINFO: ['string', 'string'],
  HTTPS: ['u16', 'name', 'params'],
  KX: ['u16', 'name'],
  MB: ['name'],
  MD: ['name'],
  MF: ['name'],
  MG: ['name'],
  MINFO: ['name', 'name'],
  MR: ['name'],
  MX: ['u16', 'name'],
  NAPTR: ['u16', 'u16', 'string', 'string', 'string', 'name'],
  NS: ['name'],
  PTR: ['name'],
  PX: ['u16', 'name', 'name'],
  RP: ['name', 'name'],
  RT: ['u16', 'name'],
  SOA: ['name', 'name', 'u32', 'ttl', 'ttl', 'ttl', 'ttl'],
  SPF: ['strings'],
  SRV: ['u16', 'u16', 'u16', 'name'],
  SSHFP: ['u8', 'u8', 'hex'],
  SVCB: ['u16', 'name', 'params'],
  TLSA: ['u8', 'u8', 'u8', 'hex'],
  TXT: ['strings'],
};

/** The types whose names may be compressed when sent (RFC 3597 §4: those of RFC 1035, and no other). */
const COMPRESSED = new Set(['CNAME', 'MB', 'MD', 'MF', 'MG', 'MINFO', 'MR', 'MX', 'NS', 'PTR', 'SOA']);

const WITH_NAMES = new Set(Object.keys(FIELDS).filter((type) => FIELDS[type]!.includes('name')));

/** The fields of a type; undefined where only RFC 3597's generic form is known. */
export function fieldsOf(type: string): readonly Field[] | undefined {
  return Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
}

export function hasNames(type: string): boolean {
  return WITH_NAMES.has(type);
}

export function compressesNames(type: string): boolean {
  return COMPRESSED.has(type);
}

/** Bytes of the fields of fixed size; undefined for the others. */
export function sizeOf(field: Field): number | undefined {
  switch (field) {
    case 'u8':
      return 1;
    case 'u16':
      return 2;
    case 'u32':
    case 'ttl':
    case 'ipv4':
      return 4;
    case 'ipv6':
      return 16;
    default:
      return undefined;
  }
}
