import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Session tokens of the metadata service, which say themselves whose they are and how long they are good: nothing is kept of them.
 *
 *     expiry (8 bytes, milliseconds since 1970) · HMAC-SHA256 of expiry and instance
 */
export type SessionTokens = {
  issue(instanceId: string, expiresAt: number): string;
  isGood(token: string, instanceId: string, now: number): boolean;
};

const EXPIRY_SIZE = 8;
const TOKEN_SIZE = EXPIRY_SIZE + 32;

/** @param key secret, and random for each cloud */
export function makeSessionTokens(key: Uint8Array): SessionTokens {
  const sign = (expiry: Uint8Array, instanceId: string) =>
    createHmac('sha256', key).update(expiry).update(instanceId).digest();
  return {
    issue(instanceId, expiresAt) {
      const expiry = Buffer.alloc(EXPIRY_SIZE);
      expiry.writeBigUInt64BE(BigInt(expiresAt));
      return Buffer.concat([expiry, sign(expiry, instanceId)]).toString('base64url');
    },
    isGood(token, instanceId, now) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length !== TOKEN_SIZE) return false;
      const expiry = bytes.subarray(0, EXPIRY_SIZE);
      if (!timingSafeEqual(bytes.subarray(EXPIRY_SIZE), sign(expiry, instanceId))) return false;
      return Number(expiry.readBigUInt64BE()) > now;
    },
  };
}
