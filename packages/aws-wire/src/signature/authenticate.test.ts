import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AwsError } from '../aws-error.ts';
import type { WireRequest } from '../protocol.ts';
import { authenticateAnybody, authenticateBy, findKeyIn } from './authenticate.ts';

/** Requests and their signatures of AWS's Signature Version 4 test suite. */
const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  account: '111122223333',
};
const SIGNED_AT = Date.UTC(2015, 7, 30, 12, 36, 0);
const SCOPE = '20150830/us-east-1/service/aws4_request';

function vanilla(signature: string, changes: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'GET',
    path: '/',
    queryString: '',
    body: new Uint8Array(),
    ...changes,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${SCOPE}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
      ...changes.headers,
    },
  };
}
const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';

const at = (now: number) => authenticateBy(findKeyIn([KEY]), () => now);
const refusedAs =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof AwsError && error.code === code && error.status === 403 && message.test(error.message);

describe('signatures of requests', () => {
  const suite: Record<string, WireRequest> = {
    'get-vanilla': vanilla(VANILLA),
    'get-vanilla-query-order-key-case': vanilla(
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
      { queryString: 'Param2=value2&Param1=value1' },
    ),
    'post-vanilla': vanilla('5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b', {
      method: 'POST',
    }),
  };
  for (const [name, request] of Object.entries(suite)) {
    test(`the one of ${name} is taken, for the account of its key`, () => {
      assert.deepEqual(at(SIGNED_AT)(request, 'service'), {
        account: '111122223333',
        accessKeyId: 'AKIDEXAMPLE',
        region: 'us-east-1',
      });
    });
  }

  const tampered: Record<string, Partial<WireRequest>> = {
    'another path': { path: '/a' },
    'another query': { queryString: 'a=b' },
    'another method': { method: 'DELETE' },
    'another body': { body: Buffer.from('a') },
    'another host': { headers: { host: 'example.com' } },
    'a hash of the body that its header claims': {
      body: Buffer.from('a'),
      headers: { 'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    },
  };
  for (const [what, changes] of Object.entries(tampered)) {
    test(`is not taken with ${what}`, () => {
      const request = vanilla(VANILLA, changes);
      assert.throws(
        () => at(SIGNED_AT)(request, 'service'),
        refusedAs('SignatureDoesNotMatch', /we calculated/),
      );
    });
  }

  test('is not taken where it is no hexadecimal text', () => {
    assert.throws(
      () => at(SIGNED_AT)(vanilla('é'.repeat(64)), 'service'),
      refusedAs('SignatureDoesNotMatch'),
    );
  });

  test('is taken up to five minutes early or late', () => {
    for (const off of [-300_000, 300_000]) at(SIGNED_AT + off)(vanilla(VANILLA), 'service');
    assert.throws(
      () => at(SIGNED_AT + 301_000)(vanilla(VANILLA), 'service'),
      refusedAs(
        'SignatureDoesNotMatch',
        /^Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z \(20150830T124101Z - 5 min\.\)$/,
      ),
    );
    assert.throws(
      () => at(SIGNED_AT - 301_000)(vanilla(VANILLA), 'service'),
      refusedAs('SignatureDoesNotMatch', /^Signature not yet current: .*\+ 5 min\.\)$/),
    );
  });

  test('is not taken for another service', () => {
    assert.throws(
      () => at(SIGNED_AT)(vanilla(VANILLA), 'route53'),
      refusedAs('SignatureDoesNotMatch', /correct service: 'route53'/),
    );
  });

  test('is not taken from a key that nobody has, nor with a session token', () => {
    const authenticate = authenticateBy(findKeyIn([]), () => SIGNED_AT);
    assert.throws(() => authenticate(vanilla(VANILLA), 'service'), refusedAs('InvalidClientTokenId'));
    const request = vanilla(VANILLA, { headers: { 'x-amz-security-token': 'token' } });
    assert.throws(() => at(SIGNED_AT)(request, 'service'), refusedAs('InvalidClientTokenId'));
  });

  test('has to be there, whole, and cover the host', () => {
    const authorized = (authorization: string | undefined) =>
      vanilla(VANILLA, { headers: { authorization } });
    const refused: [string | undefined, string][] = [
      [undefined, 'MissingAuthenticationToken'],
      ['Basic YTpi', 'IncompleteSignature'],
      ['AWS4-HMAC-SHA256', 'IncompleteSignature'],
      ['AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=a', 'IncompleteSignature'],
      [
        `AWS4-HMAC-SHA256 Credential=a/${SCOPE}, SignedHeaders=x-amz-date, Signature=a`,
        'IncompleteSignature',
      ],
      [`AWS4-HMAC-SHA256 Credential=a/${SCOPE}, SignedHeaders=host`, 'IncompleteSignature'],
    ];
    for (const [authorization, code] of refused) {
      assert.throws(
        () => at(SIGNED_AT)(authorized(authorization), 'service'),
        refusedAs(code),
        authorization,
      );
    }
    const undated = vanilla(VANILLA, { headers: { 'x-amz-date': 'yesterday' } });
    assert.throws(() => at(SIGNED_AT)(undated, 'service'), refusedAs('IncompleteSignature'));
  });
});

describe('a service without keys', () => {
  test('takes any signature, for one account', () => {
    assert.equal(authenticateAnybody('000000000000')(vanilla('a'), 'service').account, '000000000000');
  });

  test('takes no request without the header that a web page cannot send', () => {
    const authenticate = authenticateAnybody('000000000000');
    const without = vanilla('a', { headers: { authorization: undefined } });
    assert.throws(() => authenticate(without, 'service'), refusedAs('MissingAuthenticationToken'));
    const presigned = {
      ...without,
      queryString: `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/${SCOPE}&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=a`,
    };
    assert.throws(() => authenticate(presigned, 'service'), refusedAs('AccessDenied'));
  });
});
