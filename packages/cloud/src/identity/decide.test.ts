import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Decision, decide } from './decide.ts';
import { parsePolicy } from './policy.ts';

const ENI = 'arn:aws:ec2:eu-west-1:111111111111:network-interface/eni-1';

function decideOn(
  statements: object | object[],
  { action = 'ec2:AttachNetworkInterface', resource = ENI, context = {} as Record<string, string[]> } = {},
): Decision {
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return decide([policy], { action, resource, context: new Map(Object.entries(context)) });
}

const allow = (rest: object = {}) => ({ Effect: 'Allow', Action: 'ec2:*', Resource: '*', ...rest });
const deny = (rest: object = {}) => ({ ...allow(rest), Effect: 'Deny' });

describe('a role may', () => {
  test('do what a statement allows, and nothing else', () => {
    assert.equal(decideOn([]), 'not-allowed');
    assert.equal(decideOn(allow()), 'allowed');
    assert.equal(decideOn(allow({ Action: 'EC2:attach*' })), 'allowed');
    assert.equal(decideOn(allow({ Action: 'ec2:Detach*' })), 'not-allowed');
    assert.equal(decideOn(allow({ Resource: ENI.replace('eni-1', '*') })), 'allowed');
    assert.equal(decideOn(allow({ Resource: ENI.replace('eni-1', 'eni-2') })), 'not-allowed');
    assert.equal(decideOn({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }), 'allowed');
    assert.equal(decideOn({ Effect: 'Allow', Action: '*', NotResource: ENI }), 'not-allowed');
  });

  test('not do what a statement denies, whatever others allow and in whatever order', () => {
    assert.equal(decideOn([allow(), deny()]), 'explicitly-denied');
    assert.equal(decideOn([deny(), allow()]), 'explicitly-denied');
    assert.equal(decideOn([allow(), deny({ Action: 'ec2:Detach*' })]), 'allowed');
  });

  test('do on resources with a tag what a condition says of the tag', () => {
    const own = allow({ Condition: { StringEquals: { 'aws:ResourceTag/pointsman:tier': 'acme/main' } } });
    const tagged = (value: string) => ({ context: { 'aws:resourcetag/pointsman:tier': [value] } });
    assert.equal(decideOn(own, tagged('acme/main')), 'allowed');
    assert.equal(decideOn(own, tagged('acme/other')), 'not-allowed');
    assert.equal(decideOn(own), 'not-allowed');
  });
});

describe('a condition', () => {
  const holds = (operator: string, expected: string | string[], actual?: string[]) =>
    decideOn(allow({ Condition: { [operator]: { Key: expected } } }), {
      context: actual ? { key: actual } : {},
    }) === 'allowed';

  test('of several keys and operators holds where all hold, of several values where one does', () => {
    const both = { StringEquals: { a: ['1', '2'], b: '3' }, StringLike: { c: 'x*' } };
    const check = (a: string, b: string, c: string) =>
      decideOn(allow({ Condition: both }), { context: { a: [a], b: [b], c: [c] } });
    assert.equal(check('2', '3', 'xyz'), 'allowed');
    assert.equal(check('3', '3', 'xyz'), 'not-allowed');
    assert.equal(check('1', '3', 'zyx'), 'not-allowed');
  });

  test('compares by its operator', () => {
    assert.ok(holds('StringEquals', 'ab', ['ab']));
    assert.ok(!holds('StringEquals', 'a*', ['ab']));
    assert.ok(holds('StringEqualsIgnoreCase', 'AB', ['ab']));
    assert.ok(holds('StringLike', 'a?', ['ab']));
    assert.ok(holds('Bool', 'TRUE', ['true']));
    assert.ok(holds('ArnLike', 'arn:aws:ec2:*:*:vpc/*', ['arn:aws:ec2:eu-west-1:1:vpc/vpc-1']));
    assert.ok(!holds('ArnEquals', 'arn:aws:*', ['arn:aws:ec2:eu-west-1:1:vpc/vpc-1']));
  });

  test('whose key has no value holds if it is negated or says IfExists', () => {
    assert.ok(!holds('StringEquals', 'a'));
    assert.ok(holds('StringNotEquals', 'a'));
    assert.ok(holds('StringEqualsIfExists', 'a'));
    assert.ok(!holds('StringEqualsIfExists', 'a', ['b']));
    assert.ok(holds('Null', 'true'));
    assert.ok(!holds('Null', 'false'));
    assert.ok(holds('Null', 'false', ['x']));
  });

  test('of a key with many values says whether all of them or any have to fit', () => {
    assert.ok(holds('ForAllValues:StringEquals', ['a', 'b'], ['a', 'b']));
    assert.ok(!holds('ForAllValues:StringEquals', ['a', 'b'], ['a', 'c']));
    assert.ok(holds('ForAllValues:StringEquals', 'a'));
    assert.ok(holds('ForAnyValue:StringEquals', 'a', ['a', 'c']));
    assert.ok(!holds('ForAnyValue:StringEquals', 'a', ['c']));
    assert.ok(!holds('ForAnyValue:StringEquals', 'a'));
    assert.ok(!holds('StringNotEquals', 'a', ['a', 'c']));
    assert.ok(holds('ForAnyValue:StringNotEquals', 'a', ['a', 'c']));
  });
});

describe('the decision about an access', () => {
  const tags = fc.constantFrom('red', 'blue', 'rest');
  const statement = fc.record({
    effect: fc.constantFrom('Allow', 'Deny'),
    actions: fc.subarray(['ec2:Attach', 'ec2:Detach', 's3:Get'], { minLength: 1 }),
    not: fc.boolean(),
    resources: fc.subarray(['1', '2', '3'], { minLength: 1 }),
    operator: fc.constantFrom(undefined, 'StringEquals', 'StringNotEquals', 'StringEqualsIfExists'),
    tags: fc.uniqueArray(tags, { minLength: 1 }),
  });
  const access = fc.record({
    action: fc.constantFrom('ec2:Attach', 'ec2:Detach', 's3:Get'),
    resource: fc.constantFrom('1', '2', '3'),
    tag: fc.option(tags, { nil: undefined }),
  });
  type Plain = typeof statement extends fc.Arbitrary<infer T> ? T : never;
  type PlainAccess = typeof access extends fc.Arbitrary<infer T> ? T : never;

  function concerns(plain: Plain, { action, resource, tag }: PlainAccess): boolean {
    if (plain.actions.includes(action) === plain.not) return false;
    if (!plain.resources.includes(resource)) return false;
    if (plain.operator === 'StringEquals') return tag !== undefined && plain.tags.includes(tag);
    if (plain.operator === 'StringNotEquals') return tag === undefined || !plain.tags.includes(tag);
    if (plain.operator === 'StringEqualsIfExists') return tag === undefined || plain.tags.includes(tag);
    return true;
  }

  const write = (plain: Plain) => ({
    Effect: plain.effect,
    [plain.not ? 'NotAction' : 'Action']: plain.actions,
    Resource: plain.resources.map((id) => `arn:aws:x:::${id}`),
    ...(plain.operator && { Condition: { [plain.operator]: { 'aws:ResourceTag/Color': plain.tags } } }),
  });

  test('is the one of a plain statement of the rules, for random policies', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), access, (statements, access) => {
        const effects = statements.filter((each) => concerns(each, access)).map(({ effect }) => effect);
        const expected = effects.includes('Deny')
          ? 'explicitly-denied'
          : effects.includes('Allow')
            ? 'allowed'
            : 'not-allowed';
        const context = access.tag === undefined ? {} : { 'aws:resourcetag/color': [access.tag] };
        const { action, resource } = access;
        const found = decideOn(statements.map(write), {
          action,
          resource: `arn:aws:x:::${resource}`,
          context,
        });
        assert.equal(found, expected);
      }),
      { numRuns: 2000 },
    );
  });
});
