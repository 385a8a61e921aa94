import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { makeCredentialIssuer } from './temporary-credentials.ts';

const SESSION = { account: '111111111111', roleName: 'forwarder', sessionName: 'i-0a' };
const LIFETIME = { issuedAt: 0, expiresAt: 3_600_000 };
const issuer = makeCredentialIssuer(new Uint8Array(32).fill(1), randomBytes);

describe('temporary credentials', () => {
  test('say for whom they speak, with the secret of their access key', () => {
    const { accessKeyId, secretAccessKey, sessionToken } = issuer.issue(SESSION, LIFETIME);
    assert.match(accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.equal(secretAccessKey.length, 40);
    const expected = { ...SESSION, secretAccessKey, expiresAt: LIFETIME.expiresAt };
    assert.deepEqual(issuer.read(accessKeyId, sessionToken), expected);
  });

  test('are worth nothing with the token of others, or at another issuer', () => {
    const [one, other] = [issuer.issue(SESSION, LIFETIME), issuer.issue(SESSION, LIFETIME)];
    assert.notEqual(one.accessKeyId, other.accessKeyId);
    assert.notEqual(one.secretAccessKey, other.secretAccessKey);
    assert.equal(issuer.read(one.accessKeyId, other.sessionToken), undefined);
    const stranger = makeCredentialIssuer(new Uint8Array(32).fill(2), randomBytes);
    assert.equal(stranger.read(one.accessKeyId, one.sessionToken), undefined);
  });

  test('cannot be changed or invented', () => {
    const { accessKeyId, sessionToken } = issuer.issue(SESSION, LIFETIME);
    const [says, signature] = sessionToken.split('.');
    const admin = Buffer.from(says!, 'base64').toString().replace('forwarder', 'admin');
    assert.equal(
      issuer.read(accessKeyId, `${Buffer.from(admin).toString('base64')}.${signature}`),
      undefined,
    );
    fc.assert(fc.property(fc.string(), (token) => issuer.read(accessKeyId, token) === undefined));
  });
});
