/**
 * What an upstream answered, read without taking it apart: most responses are passed on as the bytes they are. Records that the
 * answer does not need, or that the rule does not cover, make the response one to rebuild (see rebuild.ts).
 */
import { readRecord, record } from './record.ts';
import {
  AD,
  CLASS_IN,
  expandName,
  HEADER_SIZE,
  lowerCase,
  NOERROR,
  NXDOMAIN,
  OPCODE_MASK,
  put32,
  QR,
  RCODE_MASK,
  skipName,
  TC,
  TYPE_ANY,
  TYPE_CNAME,
  TYPE_NS,
  TYPE_NSEC,
  TYPE_NSEC3,
  TYPE_OPT,
  TYPE_RRSIG,
  TYPE_SOA,
  u16,
  u32,
} from './wire.ts';

/** The most records that a message of 65,535 bytes has room for: a record takes 11 bytes at least. */
const MAX_RECORDS = 5957;

export type Response = {
  rcode: number;
  truncated: boolean;
  authentic: boolean;
  /** It has an OPT record. */
  edns: boolean;
  /** The data of that record is [optionsStart, optionsEnd). */
  optionsStart: number;
  optionsEnd: number;
  /** Records must be left out, or a CNAME is left open: decode it. */
  rebuild: boolean;
  /** No answer and no SOA, but name servers to ask instead: the upstream does not resolve for us. */
  referral: boolean;
  /** The records to pass on are [bodyStart, bodyStart + bodyLength). */
  bodyStart: number;
  bodyLength: number;
  answers: number;
  authorities: number;
  /** It has records of the type that was asked for. */
  answered: boolean;
  /** It has a CNAME. */
  chain: boolean;
  ttlOffsets: Uint16Array;
  ttlCount: number;
  /** Seconds; 0 where it must not be cached. */
  lifetime: number;
};

/** True where a name (lower-case wire form at offset 0) belongs to the rule that was asked. */
export type Covers = (name: Uint8Array) => boolean;

export function createResponse(): Response {
  return {
    rcode: 0,
    truncated: false,
    authentic: false,
    edns: false,
    optionsStart: 0,
    optionsEnd: 0,
    rebuild: false,
    referral: false,
    bodyStart: 0,
    bodyLength: 0,
    answers: 0,
    authorities: 0,
    answered: false,
    chain: false,
    ttlOffsets: new Uint16Array(MAX_RECORDS),
    ttlCount: 0,
    lifetime: 0,
  };
}

/** Upper bounds of what is cached, seconds: a day; three hours for negative answers (RFC 2308 §5). */
const MAX_LIFETIME = 86_400;
export const MAX_NEGATIVE_LIFETIME = 10_800;

const MALFORMED = -1;
const current = new Uint8Array(256);
const owner = new Uint8Array(256);

/**
 * Reads a response to (`name`, `type`). False where it is none: another question, or malformed anywhere. Then nobody should
 * know that it came.
 */
export function readResponse(
  response: Response,
  bytes: Uint8Array,
  offset: number,
  length: number,
  name: Uint8Array,
  nameLength: number,
  type: number,
  covers: Covers,
): boolean {
  const end = offset + length;
  const bare = isBareError(bytes, offset, length);
  const start = bare ? end : offset + HEADER_SIZE + nameLength + 4;
  if (start > end || !(bare || isOurs(bytes, offset, name, nameLength, type))) return false;
  const flags = u16(bytes, offset + 2);
  response.rcode = flags & RCODE_MASK;
  response.truncated = (flags & TC) !== 0;
  response.authentic = (flags & AD) !== 0;
  response.edns = false;
  response.optionsStart = 0;
  response.optionsEnd = 0;
  response.rebuild = false;
  response.referral = false;
  response.bodyStart = start;
  response.answers = u16(bytes, offset + 6);
  response.authorities = 0;
  response.answered = false;
  response.chain = false;
  response.ttlCount = 0;
  response.lifetime = MAX_LIFETIME;
  if (response.truncated) return true;

  for (let index = 0; index < nameLength; index++) current[index] = name[index]!;
  const answersEnd = readAnswers(response, bytes, offset, start, end, type, covers);
  if (answersEnd === MALFORMED) return false;
  const authorityEnd = readAuthority(response, bytes, offset, answersEnd, end, covers);
  if (authorityEnd === MALFORMED) return false;
  return readAdditional(response, bytes, offset, authorityEnd, end);
}

/** The records of a whole response that we encoded ourselves: offsets of their TTLs, and how long it may be cached. */
export function readTtls(response: Response, bytes: Uint8Array, end: number): void {
  response.ttlCount = 0;
  response.lifetime = MAX_LIFETIME;
  const start = skipName(bytes, HEADER_SIZE, end) + 4;
  const type = u16(bytes, start - 4);
  response.bodyStart = start;
  response.answers = u16(bytes, 6);
  response.authorities = u16(bytes, 8);
  let at = start;
  let decided = false;
  for (let index = 0; index < response.answers + response.authorities; index++) {
    if (!readRecord(bytes, 0, at, end)) break;
    noteTtl(response);
    if (index < response.answers) decided ||= record.type === type || type === TYPE_ANY;
    else if (record.type === TYPE_SOA) {
      noteNegative(response, bytes);
      decided = true;
    }
    at = record.end;
  }
  response.bodyLength = at - start;
  if (!decided) response.lifetime = 0;
}

/** A header that says why there is no more: what servers send that could not, or would not, read the question. */
function isBareError(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length !== HEADER_SIZE) return false;
  const flags = u16(bytes, offset + 2);
  for (let at = offset + 4; at < offset + HEADER_SIZE; at++) if (bytes[at] !== 0) return false;
  const rcode = flags & RCODE_MASK;
  return (flags & (QR | OPCODE_MASK | TC)) === QR && rcode !== NOERROR && rcode !== NXDOMAIN;
}

function isOurs(
  bytes: Uint8Array,
  offset: number,
  name: Uint8Array,
  nameLength: number,
  type: number,
): boolean {
  const flags = u16(bytes, offset + 2);
  if ((flags & QR) === 0 || flags & OPCODE_MASK || u16(bytes, offset + 4) !== 1) return false;
  const question = offset + HEADER_SIZE;
  for (let index = 0; index < nameLength; index++) {
    if (lowerCase(bytes[question + index]!) !== name[index]) return false;
  }
  return u16(bytes, question + nameLength) === type && u16(bytes, question + nameLength + 2) === CLASS_IN;
}

function readAnswers(
  response: Response,
  bytes: Uint8Array,
  base: number,
  start: number,
  end: number,
  type: number,
  covers: Covers,
): number {
  let at = start;
  let atQuestion = true;
  let answered = false;
  for (let index = 0; index < response.answers; index++) {
    if (!readRecord(bytes, base, at, end)) return MALFORMED;
    let ownerIsCurrent = atQuestion && record.pointsToQuestion;
    if (!ownerIsCurrent) {
      if (expandName(bytes, base, at, end, owner) < 0) return MALFORMED;
      ownerIsCurrent = isCurrent(owner);
    }
    if (record.type === TYPE_OPT) return MALFORMED;
    if (!ownerIsCurrent) {
      // A signature of what came before, or something that does not belong here.
      if (record.type !== TYPE_RRSIG || !covers(owner)) response.rebuild = true;
    } else if (record.type === TYPE_CNAME && type !== TYPE_CNAME && type !== TYPE_ANY) {
      if (expandName(bytes, base, record.data, record.end, current) < 0) return MALFORMED;
      atQuestion = false;
      response.chain = true;
      if (answered || !covers(current)) response.rebuild = true;
    } else if (record.type === type || type === TYPE_ANY) answered = true;
    else if (record.type !== TYPE_RRSIG) response.rebuild = true;
    if (record.class !== CLASS_IN) response.rebuild = true;
    noteTtl(response);
    at = record.end;
  }
  response.bodyLength = at - start;
  if (response.chain && !answered) response.rebuild = true;
  response.answered = answered;
  return at;
}

/**
 * Of the authority section a negative answer keeps its SOA, and proofs with their signatures are kept where they came (a server
 * sends them to those who set DO only). Lists of name servers are left out.
 */
function readAuthority(
  response: Response,
  bytes: Uint8Array,
  base: number,
  start: number,
  end: number,
  covers: Covers,
): number {
  const count = u16(bytes, base + 8);
  const negative = response.answers === 0;
  let at = start;
  let gap = false;
  let nameServers = false;
  let startOfAuthority = false;
  for (let index = 0; index < count; index++) {
    if (!readRecord(bytes, base, at, end)) return MALFORMED;
    if (expandName(bytes, base, at, end, owner) < 0 || record.type === TYPE_OPT) return MALFORMED;
    nameServers ||= record.type === TYPE_NS;
    const soa = record.type === TYPE_SOA && negative && currentIsBelow(owner);
    const proof = record.type === TYPE_RRSIG || record.type === TYPE_NSEC || record.type === TYPE_NSEC3;
    if (soa || (proof && (covers(owner) || currentIsBelow(owner)))) {
      if (gap) response.rebuild = true;
      if (soa) {
        startOfAuthority = true;
        noteNegative(response, bytes);
      }
      noteTtl(response);
      response.authorities++;
      if (!gap) response.bodyLength = record.end - response.bodyStart;
    } else gap = true;
    at = record.end;
  }
  // Without an SOA a negative answer is not cached (RFC 2308 §5).
  if (!response.answered && !startOfAuthority) response.lifetime = 0;
  response.referral = negative && nameServers && !startOfAuthority && response.rcode === NOERROR;
  return at;
}

function readAdditional(
  response: Response,
  bytes: Uint8Array,
  base: number,
  start: number,
  end: number,
): boolean {
  const count = u16(bytes, base + 10);
  let at = start;
  for (let index = 0; index < count; index++) {
    if (!readRecord(bytes, base, at, end)) return false;
    if (record.type === TYPE_OPT) {
      if (response.edns || bytes[at] !== 0) return false;
      response.edns = true;
      response.optionsStart = record.data;
      response.optionsEnd = record.end;
      response.rcode |= bytes[record.ttlOffset]! << 4;
    }
    at = record.end;
  }
  if (response.rcode !== NOERROR && response.rcode !== NXDOMAIN) response.lifetime = 0;
  return at === end;
}

function noteTtl(response: Response): void {
  // A response that we encoded may be larger than a message, and is not cached then.
  if (response.ttlCount < MAX_RECORDS)
    response.ttlOffsets[response.ttlCount++] = record.ttlOffset - response.bodyStart;
  if (record.ttl < response.lifetime) response.lifetime = record.ttl;
}

/** Lifetime of a negative answer: the lesser of the SOA's TTL and its minimum field (RFC 2308 §5), which its TTL then is, for all who cache it. */
function noteNegative(response: Response, bytes: Uint8Array): void {
  const minimum = u32(bytes, record.end - 4);
  if (minimum < record.ttl) put32(bytes, record.ttlOffset, minimum);
  response.lifetime = Math.min(response.lifetime, minimum, MAX_NEGATIVE_LIFETIME);
}

/** True where the name is the current one of the chain. */
function isCurrent(name: Uint8Array): boolean {
  // Equal up to where one of them ends is equal: the length of a label tells them apart before that.
  for (let at = 0; name[at] === current[at]; ) {
    const length = name[at]!;
    if (length === 0) return true;
    const next = at + length + 1;
    for (at++; at < next; at++) if (name[at] !== current[at]) return false;
  }
  return false;
}

/** True where the current name of the chain is `ancestor` or below it. */
function currentIsBelow(ancestor: Uint8Array): boolean {
  for (let start = 0; ; start += current[start]! + 1) {
    let index = 0;
    while (ancestor[index] === current[start + index]) {
      const length = ancestor[index]!;
      if (length === 0) return true;
      let byte = 1;
      while (byte <= length && ancestor[index + byte] === current[start + index + byte]) byte++;
      if (byte <= length) break;
      index += length + 1;
    }
    if (current[start] === 0) return false;
  }
}
