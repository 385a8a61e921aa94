import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '../aws-error.ts';
import type { OperationSchema } from '../schema/operation-schema.ts';
import { awsJson } from './aws-json.ts';

const schema = (...parts: unknown[]) => parts as unknown as OperationSchema;
const Texts = schema(1, 'x', 'Texts', 0, 0);
const Sizes = schema(2, 'x', 'Sizes', 0, 0, 1);
const Inner = schema(3, 'x', 'Inner', 0, ['Name'], [0], 1);
const PutRequest = schema(
  3,
  'x',
  'PutRequest',
  0,
  ['Id', 'Size', 'On', 'At', 'Data', 'Texts', 'Sizes', 'Inner'],
  [0, 1, 2, 4, 21, () => Texts, () => Sizes, () => Inner],
  1,
);
const PutResult = schema(3, 'x', 'PutResult', 0, ['At', 'Data'], [4, 21]);
const Put = schema(
  9,
  'x',
  'Put',
  0,
  () => PutRequest,
  () => PutResult,
);
const Gone = schema(-3, 'x', 'Gone', { httpError: 404 }, ['message'], [0]);
const protocol = awsJson({ operations: [Put], errors: [Gone], target: 'X' });

const request = (body: string | Uint8Array, target = 'X.Put') => ({
  method: 'POST',
  path: '/',
  queryString: '',
  headers: { 'x-amz-target': target },
  body: Buffer.from(body),
});
const read = (value: unknown) => protocol.readCall(request(JSON.stringify(value))).input;
const refusedAs = (code: string) => (error: unknown) => error instanceof AwsError && error.code === code;

describe('a request in AWS JSON', () => {
  test('becomes the input of the operation that its target names', () => {
    const value = {
      Id: 'a',
      Size: 1.5,
      On: false,
      At: 1.5,
      Data: 'YWI=',
      Texts: ['x'],
      Sizes: { s: 1 },
      Inner: { Name: 'n' },
    };
    assert.deepEqual(read(value), { ...value, At: new Date(1500), Data: new Uint8Array([97, 98]) });
    assert.deepEqual(read({ Id: 'a', Size: null }), { Id: 'a' });
  });

  const refused: Record<string, [value: unknown, code: string]> = {
    'a member that nobody knows': [{ Id: 'a', Colour: 'red' }, 'SerializationException'],
    'one that every object has': [{ Id: 'a', constructor: 'red' }, 'SerializationException'],
    'no member that has to be there': [{}, 'ValidationException'],
    'none of those deeper down': [{ Id: 'a', Inner: {} }, 'ValidationException'],
    'a number for a text': [{ Id: 1 }, 'SerializationException'],
    'a text for a number': [{ Id: 'a', Size: '1' }, 'SerializationException'],
    'a text for a truth': [{ Id: 'a', On: 'true' }, 'SerializationException'],
    'a text for a time': [{ Id: 'a', At: '2026-01-01' }, 'SerializationException'],
    'bytes that are none': [{ Id: 'a', Data: 'Y' }, 'SerializationException'],
    'a list for a map': [{ Id: 'a', Sizes: [] }, 'SerializationException'],
    'a map for a list': [{ Id: 'a', Texts: {} }, 'SerializationException'],
    'a hole in a list': [{ Id: 'a', Texts: [null] }, 'SerializationException'],
    'a list in place of all': [[], 'SerializationException'],
  };
  for (const [what, [value, code]] of Object.entries(refused)) {
    test(`is refused with ${what}`, () => assert.throws(() => read(value), refusedAs(code)));
  }

  test('is refused where it is no JSON, or for no operation', () => {
    assert.throws(() => protocol.readCall(request('{')), refusedAs('SerializationException'));
    assert.throws(() => protocol.readCall(request(Buffer.from([0xff]))), refusedAs('SerializationException'));
    for (const target of ['', 'Put', 'Y.Put', 'X.Other', 'X.Put.Put']) {
      assert.throws(
        () => protocol.readCall(request('{}', target)),
        refusedAs('UnknownOperationException'),
        target,
      );
    }
  });

  test('is taken or refused, and never fails, whatever its document', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.boolean(), (text, isWrapped) => {
        try {
          protocol.readCall(request(isWrapped ? `{"Id":"a","Inner":${text}}` : text));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a response in AWS JSON', () => {
  test('has times as seconds, and bytes in base64', () => {
    const output = { At: new Date(1500), Data: new Uint8Array([97, 98]) };
    const { status, headers, body } = protocol.writeOutput('Put', output, 'id');
    assert.deepEqual([status, headers['content-type']], [200, 'application/x-amz-json-1.1']);
    assert.deepEqual(JSON.parse(String(body)), { At: 1.5, Data: 'YWI=' });
  });

  test('tells of an error by its type', () => {
    const { status, body } = protocol.writeError('Gone', 'it is', undefined, 'id');
    assert.deepEqual([status, JSON.parse(String(body))], [404, { __type: 'Gone', message: 'it is' }]);
  });
});
