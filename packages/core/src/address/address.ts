import ipaddr from 'ipaddr.js';

/** An IPv4 or IPv6 address as its bytes: 4 or 16 of them, network order. */
export type AddressBytes = Uint8Array;

export type Cidr = { bytes: AddressBytes; prefix: number };
export type Endpoint = { address: string; port: number | undefined };

const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
/** Matched here because a topology may hold a million of them, for which ipaddr.js takes more than twice as long. */
const DOTTED_QUAD = new RegExp(`^${BYTE}\\.${BYTE}\\.${BYTE}\\.${BYTE}$`);

/** Bytes of a dotted quad or an IPv6 text; undefined for anything else (no octal, no short forms, no zone index). */
export function parseAddress(text: string): AddressBytes | undefined {
  const quad = DOTTED_QUAD.exec(text);
  if (quad) return Uint8Array.of(Number(quad[1]), Number(quad[2]), Number(quad[3]), Number(quad[4]));
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) {
    return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
  }
  return undefined;
}

/** Canonical text (RFC 5952 for IPv6). */
export function formatAddress(bytes: AddressBytes): string {
  return bytes.length === 4
    ? bytes.join('.')
    : (ipaddr.fromByteArray(Array.from(bytes)) as ipaddr.IPv6).toRFC5952String();
}

/** `10.20.0.0/16` → its base and prefix length; undefined where the text is no CIDR or has host bits set. */
export function parseCidr(text: string): Cidr | undefined {
  const cidr = splitCidr(text);
  if (!cidr) return undefined;
  const { bytes, prefix } = cidr;
  for (let bit = prefix; bit < bytes.length * 8; bit++) {
    if (bytes[bit >> 3]! & (0x80 >> (bit & 7))) return undefined;
  }
  return cidr;
}

/** As `parseCidr`, but host bits are cleared instead of refused: `10.20.1.7/16` → 10.20.0.0/16. */
export function maskCidr(text: string): Cidr | undefined {
  const cidr = splitCidr(text);
  if (!cidr) return undefined;
  const { bytes, prefix } = cidr;
  for (let bit = prefix; bit < bytes.length * 8; bit++) bytes[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return cidr;
}

function splitCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/([0-9]{1,3})$/.exec(text);
  const bytes = match && parseAddress(match[1]!);
  if (!match || !bytes) return undefined;
  const prefix = Number(match[2]);
  return prefix > bytes.length * 8 ? undefined : { bytes, prefix };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.bytes)}/${cidr.prefix}`;
}

/** True where the address is of the CIDR's family and inside it. */
export function cidrContains(cidr: Cidr, address: AddressBytes): boolean {
  if (cidr.bytes.length !== address.length) return false;
  const whole = cidr.prefix >> 3;
  for (let index = 0; index < whole; index++) if (cidr.bytes[index] !== address[index]) return false;
  const rest = cidr.prefix & 7;
  return rest === 0 || (cidr.bytes[whole]! ^ address[whole]!) >> (8 - rest) === 0;
}

/** True where the two CIDRs share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.prefix <= b.prefix ? cidrContains(a, b.bytes) : cidrContains(b, a.bytes);
}

/** The last address of a CIDR. */
export function lastAddress(cidr: Cidr): AddressBytes {
  const bytes = Uint8Array.from(cidr.bytes);
  for (let bit = cidr.prefix; bit < bytes.length * 8; bit++) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return bytes;
}

/** The address `offset` places after `base`; undefined past the end of the address space. */
export function addressAt(base: AddressBytes, offset: number): AddressBytes | undefined {
  const bytes = Uint8Array.from(base);
  let carry = offset;
  for (let index = bytes.length - 1; index >= 0 && carry > 0; index--) {
    const sum = bytes[index]! + (carry % 256);
    bytes[index] = sum & 0xff;
    carry = Math.floor(carry / 256) + (sum >> 8);
  }
  return carry === 0 ? bytes : undefined;
}

/** `IP`, `IP:PORT` or `[IPv6]:PORT`; undefined for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^\[([^\]]+)\](?::([0-9]{1,5}))?$/.exec(text) ?? /^([0-9.]+)(?::([0-9]{1,5}))?$/.exec(text);
  const [address, port] = match ? [match[1]!, match[2]] : [text, undefined];
  const bytes = parseAddress(address);
  if (!bytes || (port !== undefined && (Number(port) < 1 || Number(port) > 65535))) return undefined;
  return { address: formatAddress(bytes), port: port === undefined ? undefined : Number(port) };
}

/** The inverse of `parseEndpoint`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** By family, then base address, then the wider one first. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.bytes.length !== b.bytes.length) return a.bytes.length - b.bytes.length;
  for (let index = 0; index < a.bytes.length; index++) {
    if (a.bytes[index] !== b.bytes[index]) return a.bytes[index]! - b.bytes[index]!;
  }
  return a.prefix - b.prefix;
}
