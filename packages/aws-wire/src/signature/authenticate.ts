import { createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { WireRequest } from '../protocol.ts';
import { canonicalRequest, sha256 } from './canonical-request.ts';
import { ALGORITHM, basicTime, readSignature, type Signature } from './read-signature.ts';

/** A key that requests may be signed with, and the account that it acts for. */
export type AccessKey = {
  accessKeyId: string;
  secretAccessKey: string;
  account: string;
  /** ARN of the role's session that the key is of; without it, the key is the account's own. */
  principal?: string;
  /** Of a temporary key: what has to come with its signature, and until when, in milliseconds since 1970. */
  session?: { token: string; expires: number };
};

/** The key of an ID, as it is now. The session token is what came with the request: of temporary keys it may be all that is known. */
export type FindKey = (accessKeyId: string, sessionToken: string | undefined) => AccessKey | undefined;

/** Who makes a request. */
export type Caller = { account: string; accessKeyId: string; region: string; principal?: string };

/** @throws AwsError for a request of nobody known */
export type Authenticate = (request: WireRequest, service: string) => Caller;

/** Milliseconds that a clock may be off, either way. */
const CLOCK_TOLERANCE = 300_000;

/**
 * Takes requests that a key has signed (Signature Version 4).
 * @param now milliseconds since 1970
 */
export function authenticateBy(findKey: FindKey, now: () => number): Authenticate {
  return (request, service) => {
    const signature = readSignature(request);
    const key = findKey(signature.accessKeyId, signature.sessionToken);
    if (!key || !isSameToken(signature.sessionToken, key.session?.token)) {
      throw denied('InvalidClientTokenId', 'The security token included in the request is invalid.');
    }
    if (key.session && key.session.expires <= now()) {
      throw denied('ExpiredToken', 'The security token included in the request is expired');
    }
    requireScope(signature, service);
    requireTime(signature, now());
    const stringToSign = [
      ALGORITHM,
      signature.time,
      signature.scope,
      sha256(canonicalRequest(request, signature.signedHeaders, service)),
    ].join('\n');
    const expected = hmac(signingKey(key.secretAccessKey, signature), stringToSign);
    if (!isSame(expected, signature.signature)) {
      throw denied(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
    }
    const { account, accessKeyId, principal } = key;
    return { account, accessKeyId, region: signature.region, ...(principal !== undefined && { principal }) };
  };
}

/** The key of an ID in a list that stays. */
export function findKeyIn(keys: readonly AccessKey[]): FindKey {
  const byId = new Map(keys.map((key) => [key.accessKeyId, key]));
  return (accessKeyId) => byId.get(accessKeyId);
}

/**
 * Takes every request with a signature of any kind in its `Authorization` header, which web pages cannot send to a server that is not theirs.
 * @param account whom all of them act for
 */
export function authenticateAnybody(account: string): Authenticate {
  return (request) => {
    const { accessKeyId, region, expires } = readSignature(request);
    if (expires !== undefined) {
      throw denied('AccessDenied', 'Presigned requests need a service that has access keys.');
    }
    return { account, accessKeyId, region };
  };
}

function requireScope({ service: signed, date, time }: Signature, service: string): void {
  if (signed !== service) {
    throw denied('SignatureDoesNotMatch', `Credential should be scoped to correct service: '${service}'.`);
  }
  if (!time.startsWith(date)) {
    throw denied(
      'SignatureDoesNotMatch',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${time.slice(0, 8)}', from '${time}'.`,
    );
  }
}

function requireTime({ time, expires = 0 }: Signature, now: number): void {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(time)!.map(Number);
  const signed = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const stamp = basicTime(now);
  if (signed + Math.max(expires * 1000, CLOCK_TOLERANCE) < now) {
    const earliest = basicTime(now - CLOCK_TOLERANCE);
    throw denied(
      'SignatureDoesNotMatch',
      `Signature expired: ${time} is now earlier than ${earliest} (${stamp} - 5 min.)`,
    );
  }
  if (signed > now + CLOCK_TOLERANCE) {
    const latest = basicTime(now + CLOCK_TOLERANCE);
    throw denied(
      'SignatureDoesNotMatch',
      `Signature not yet current: ${time} is still later than ${latest} (${stamp} + 5 min.)`,
    );
  }
}

function signingKey(secret: string, { date, region, service }: Signature): Buffer {
  return [date, region, service, 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function isSame(expected: Buffer, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

/** A key that is not temporary has no token, and one that came with it belongs to another world. */
function isSameToken(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return given === expected;
  const hash = (token: string) => Buffer.from(sha256(token), 'hex');
  return timingSafeEqual(hash(given), hash(expected));
}

function denied(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 403 });
}
