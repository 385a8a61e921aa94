import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parsePolicy } from './policy.ts';
import { PolicyError } from './policy-error.ts';

const GOOD = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' };
const policyOf = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

function isRefused(document: string, message: RegExp): void {
  assert.throws(
    () => parsePolicy(document),
    (error) => error instanceof PolicyError && message.test(error.message),
    document,
  );
}

describe('a policy', () => {
  test('may have one statement or a list, and one pattern or a list', () => {
    const one = parsePolicy(policyOf(GOOD));
    assert.deepEqual(one, parsePolicy(policyOf([{ ...GOOD, Action: ['ec2:*'], Resource: ['*'] }])));
    assert.deepEqual(one.statements[0], {
      sid: undefined,
      effect: 'Allow',
      actions: { not: false, patterns: ['ec2:*'] },
      resources: { not: false, patterns: ['*'] },
      conditions: [],
    });
  });

  test('is refused with the place of the mistake, the wrong value and what should stand there', () => {
    isRefused('{', /^The policy is no JSON/);
    isRefused('[]', /^The policy is \[\]; an object was expected/);
    isRefused('{}', /^Statement\[0\] is missing; an object was expected/);
    isRefused(JSON.stringify({ Version: '2020-01-01', Statement: [] }), /^Version is "2020-01-01"; it has/);
    isRefused(policyOf({ ...GOOD, Effect: 'allow' }), /^Statement\[0\].Effect is "allow"; it has to be/);
    isRefused(
      policyOf([GOOD, { ...GOOD, Principal: '*' }]),
      /^Statement\[1\] has "Principal"; known are Sid/,
    );
    isRefused(policyOf({ Effect: 'Allow', Resource: '*' }), /needs either Action or NotAction/);
    isRefused(policyOf({ ...GOOD, NotAction: 'ec2:*' }), /needs either Action or NotAction/);
    isRefused(
      policyOf({ ...GOOD, Action: 'DescribeInstances' }),
      /Action has "DescribeInstances"; an action is/,
    );
    isRefused(policyOf({ ...GOOD, Action: [] }), /Action is empty/);
    isRefused(policyOf({ ...GOOD, Action: 7 }), /Action has "7"/);
    isRefused(policyOf({ ...GOOD, Action: {} }), /Action has {}; a text or a list of texts/);
    isRefused(policyOf({ ...GOOD, Resource: 'eni-1' }), /Resource has "eni-1"; a resource is an ARN/);
    isRefused(
      policyOf({ ...GOOD, Resource: `arn:aws:s3:::b/\${aws:username}` }),
      /variables are not known here/,
    );
  });

  test('is refused for conditions that nobody here would check', () => {
    const under = (Condition: object) => policyOf({ ...GOOD, Condition });
    isRefused(
      under({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
      /Condition.IpAddress is not known; known/,
    );
    isRefused(under({ 'ForSome:StringLike': { a: 'b' } }), /ForSome:StringLike is not known/);
    isRefused(under({ Null: { 'aws:TagKeys': 'maybe' } }), /Null is "true" or "false"/);
    isRefused(
      under({ StringLike: { 'aws:ResourceTag/a': `\${aws:username}` } }),
      /variables are not known here/,
    );
    isRefused(under({ StringLike: 'x' }), /StringLike is "x"; an object was expected/);
  });

  test('of any text is read or refused, and never more than 10,240 characters of it', () => {
    isRefused(' '.repeat(10_241), /has 10241 characters; at most 10240/);
    const statement = fc.record(
      {
        Effect: fc.constantFrom('Allow', 'Deny', 'x'),
        Action: fc.jsonValue(),
        Resource: fc.constantFrom('*', 'arn:aws:s3:::b', 'x'),
        Condition: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const document = fc.oneof(fc.string(), fc.json(), statement.map(policyOf));
    fc.assert(
      fc.property(document, (text) => {
        try {
          parsePolicy(text);
        } catch (error) {
          assert.ok(error instanceof PolicyError, String(error));
        }
      }),
    );
  });
});
