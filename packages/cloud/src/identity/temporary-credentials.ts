import { createHmac, timingSafeEqual } from 'node:crypto';

/** For whom temporary credentials speak: a role, in one of its sessions. */
export type RoleSession = { account: string; roleName: string; sessionName: string };

export type TemporaryCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Milliseconds since 1970. */
  issuedAt: number;
  expiresAt: number;
};

/**
 * Temporary credentials whose session token says, signed, for whom they speak and until when, and whose secret follows from their access key ID: nothing is
 * kept of them, however many are asked for.
 */
export type CredentialIssuer = {
  issue(session: RoleSession, lifetime: { issuedAt: number; expiresAt: number }): TemporaryCredentials;
  /** What a session token says; undefined for one that was not issued here, or with another access key. Whoever asks compares the expiry with the time. */
  read(accessKeyId: string, sessionToken: string): IssuedSession | undefined;
};

export type IssuedSession = RoleSession & { secretAccessKey: string; expiresAt: number };

/** Access key IDs of temporary credentials begin so. */
export const TEMPORARY_PREFIX = 'ASIA';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEY_ID_LENGTH = 16;

/**
 * @param key secret, at least 32 random bytes
 * @param randomBytes of the number that is asked for
 */
export function makeCredentialIssuer(
  key: Uint8Array,
  randomBytes: (size: number) => Uint8Array,
): CredentialIssuer {
  const derive = (purpose: string, text: string) =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest();
  const secretOf = (accessKeyId: string) => derive('secret', accessKeyId).toString('base64').slice(0, 40);
  const tokenOf = (says: string) =>
    `${Buffer.from(says).toString('base64')}.${derive('token', says).toString('base64')}`;
  return {
    issue({ account, roleName, sessionName }, { issuedAt, expiresAt }) {
      const letters = Array.from(randomBytes(KEY_ID_LENGTH), (byte) => BASE32[byte % BASE32.length]);
      const accessKeyId = `${TEMPORARY_PREFIX}${letters.join('')}`;
      const says = JSON.stringify({ account, roleName, sessionName, accessKeyId, expiresAt });
      return {
        accessKeyId,
        secretAccessKey: secretOf(accessKeyId),
        sessionToken: tokenOf(says),
        issuedAt,
        expiresAt,
      };
    },
    read(accessKeyId, sessionToken) {
      const says = Buffer.from(sessionToken.split('.')[0]!, 'base64').toString();
      if (!isSame(tokenOf(says), sessionToken)) return undefined;
      const { accessKeyId: issued, ...session } = JSON.parse(says);
      return issued === accessKeyId ? { ...session, secretAccessKey: secretOf(accessKeyId) } : undefined;
    },
  };
}

function isSame(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}
