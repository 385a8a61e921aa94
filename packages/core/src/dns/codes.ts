/** The numbers of types, RCODEs and opcodes (the IANA "Domain Name System (DNS) Parameters" registry) and their mnemonics. */

/** Class IN, the only class that is served. */
export const CLASS_IN = 1;

export const OPCODE_QUERY = 0;

export const NOERROR = 0;
export const FORMERR = 1;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const NOTIMP = 4;
export const REFUSED = 5;
/** A DNAME made a name that is too long (RFC 6672 §2.2). */
export const YXDOMAIN = 6;
/** Extended: needs an OPT record (RFC 6891 §6.1.3). */
export const BADVERS = 16;

const TYPES = `A 1 NS 2 MD 3 MF 4 CNAME 5 SOA 6 MB 7 MG 8 MR 9 NULL 10 WKS 11 PTR 12 HINFO 13 MINFO 14 MX 15 TXT 16 RP 17
  AFSDB 18 X25 19 ISDN 20 RT 21 SIG 24 KEY 25 PX 26 AAAA 28 LOC 29 NXT 30 SRV 33 NAPTR 35 KX 36 CERT 37 DNAME 39 OPT 41 APL 42
  DS 43 SSHFP 44 IPSECKEY 45 RRSIG 46 NSEC 47 DNSKEY 48 DHCID 49 NSEC3 50 NSEC3PARAM 51 TLSA 52 SMIMEA 53 HIP 55 CDS 59
  CDNSKEY 60 OPENPGPKEY 61 CSYNC 62 ZONEMD 63 SVCB 64 HTTPS 65 SPF 99 EUI48 108 EUI64 109 TKEY 249 TSIG 250 IXFR 251 AXFR 252
  MAILB 253 MAILA 254 ANY 255 URI 256 CAA 257`;

const RCODES = `NOERROR 0 FORMERR 1 SERVFAIL 2 NXDOMAIN 3 NOTIMP 4 REFUSED 5 YXDOMAIN 6 YXRRSET 7 NXRRSET 8 NOTAUTH 9 NOTZONE 10
  DSOTYPENI 11 BADVERS 16 BADKEY 17 BADTIME 18 BADMODE 19 BADNAME 20 BADALG 21 BADTRUNC 22 BADCOOKIE 23`;

const typeCodes = readTable(TYPES);
const typeMnemonics = invert(typeCodes);
const rcodeCodes = readTable(RCODES);
const rcodeNames = invert(rcodeCodes);

/** The number of a type: by mnemonic in any case, or written `TYPE65280` (RFC 3597 §5); undefined for anything else. */
export function typeNumber(mnemonic: string): number | undefined {
  const known = typeCodes.get(mnemonic) ?? typeCodes.get(mnemonic.toUpperCase());
  if (known !== undefined) return known;
  const generic = /^TYPE([0-9]{1,5})$/i.exec(mnemonic);
  return generic && Number(generic[1]) <= 0xffff ? Number(generic[1]) : undefined;
}

/** The mnemonic of a type's number; `TYPE` and the number where it has none. */
export function typeMnemonic(code: number): string {
  return typeMnemonics.get(code) ?? `TYPE${code}`;
}

/** True for the types that only a question or a message's machinery may have: no record set has one (RFC 6895 §3.1). */
export function isMetaType(code: number): boolean {
  return code === 0 || code === 41 || (code >= 128 && code <= 255);
}

/** `NXDOMAIN` for 3; `RCODE` and the number where it has no name. */
export function rcodeName(code: number): string {
  return rcodeNames.get(code) ?? `RCODE${code}`;
}

/** The inverse of `rcodeName`; undefined for what it never gives. */
export function rcodeNumber(name: string): number | undefined {
  const known = rcodeCodes.get(name.toUpperCase());
  if (known !== undefined) return known;
  const generic = /^RCODE([0-9]{1,4})$/i.exec(name);
  return generic && Number(generic[1]) <= 0xfff ? Number(generic[1]) : undefined;
}

function readTable(text: string): Map<string, number> {
  const words = text.split(/\s+/);
  const table = new Map<string, number>();
  for (let index = 0; index < words.length; index += 2) table.set(words[index]!, Number(words[index + 1]));
  return table;
}

function invert(table: ReadonlyMap<string, number>): Map<number, string> {
  return new Map(Array.from(table, ([name, code]) => [code, name]));
}
