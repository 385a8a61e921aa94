import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '../aws-error.ts';
import type { OperationSchema } from '../schema/operation-schema.ts';
import { awsQuery, ec2Query } from './query-protocol.ts';

/** Schemas in the form that AWS SDKs for JavaScript export: kind, namespace, name, traits, names, schemas, how many of them are required. */
const schema = (...parts: unknown[]) => parts as unknown as OperationSchema;
const STRING = 0;
const NUMBER = 1;
const BOOLEAN = 2;
const TIME = 4;
const BLOB = 21;
const Texts = schema(1, 'x', 'Texts', 0, [STRING, { xmlName: 'Item' }]);
const FlatTexts = schema(1, 'x', 'FlatTexts', { xmlFlattened: 1 }, STRING);
const Attributes = schema(2, 'x', 'Attributes', 0, STRING, NUMBER);
const Filter = schema(
  3,
  'x',
  'Filter',
  0,
  ['Name', 'Values'],
  [STRING, [() => Texts, { xmlName: 'Value' }]],
  1,
);
const Filters = schema(1, 'x', 'Filters', 0, [() => Filter, { xmlName: 'Filter' }]);
const PutRequest = schema(
  3,
  'x',
  'PutRequest',
  0,
  ['Id', 'Size', 'Dry', 'At', 'Data', 'Filters', 'Flat', 'Attributes', 'groupId'],
  [
    STRING,
    NUMBER,
    [BOOLEAN, { ec2QueryName: 'DryRun', xmlName: 'dryRun' }],
    TIME,
    BLOB,
    [() => Filters, { xmlName: 'Filter' }],
    () => FlatTexts,
    () => Attributes,
    STRING,
  ],
  1,
);
const PutResult = schema(
  3,
  'x',
  'PutResult',
  0,
  ['Filters', 'Made'],
  [[() => Filters, { xmlName: 'filterSet' }], TIME],
);
const Put = schema(
  9,
  'x',
  'Put',
  0,
  () => PutRequest,
  () => PutResult,
);
const Ping = schema(
  9,
  'x',
  'Ping',
  0,
  () => 'unit',
  () => 'unit',
);
const Gone = schema(-3, 'x', 'GoneFault', { awsQueryError: ['Gone', 404] }, ['message'], [STRING]);
const options = {
  operations: [Put, Ping],
  errors: [Gone],
  namespace: 'https://x.example/',
  version: '2026-01-01',
};
const ec2 = ec2Query(options);
const query = awsQuery(options);

const request = (body: string, queryString = '') => ({
  method: 'POST',
  path: '/',
  queryString,
  headers: {},
  body: Buffer.from(body),
});
const read = (protocol: typeof ec2, body: string) => protocol.readCall(request(`Version=2026-01-01&${body}`));
const refusedAs =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof AwsError && error.code === code && message.test(error.message);

describe('a request in the query protocol of EC2', () => {
  test('becomes an input by EC2’s names, with lists by their numbers, gaps and all', () => {
    const body =
      'Action=Put&Id=a%26b&Size=-3&DryRun=true&At=2026-01-02T03:04:05Z&Data=YWI%3D&GroupId=g' +
      '&Filter.2.Name=n&Filter.2.Value.10=x&Filter.2.Value.9=y&Filter.7.Name=m&Flat.1=f&Attributes.1.key=k&Attributes.1.value=4';
    assert.deepEqual(read(ec2, body), {
      operation: 'Put',
      input: {
        Id: 'a&b',
        Size: -3,
        Dry: true,
        At: new Date('2026-01-02T03:04:05Z'),
        Data: new Uint8Array([97, 98]),
        groupId: 'g',
        Filters: [{ Name: 'n', Values: ['y', 'x'] }, { Name: 'm' }],
        Flat: ['f'],
        Attributes: { k: 4 },
      },
    });
  });

  test('may stand in the query string, beside what signs it', () => {
    const { input } = ec2.readCall(request('', 'Action=Put&Id=a&X-Amz-Date=20260101T000000Z'));
    assert.deepEqual(input, { Id: 'a' });
  });

  const refused: Record<string, [body: string, code: string, message: RegExp]> = {
    'an action that there is not': ['Action=Other', 'InvalidAction', /The action Other is not valid/],
    'no action': ['Id=a', 'MissingAction', /missing an action/],
    'a parameter that nobody knows': [
      'Action=Put&Id=a&Colour=red',
      'UnknownParameter',
      /^The parameter Colour is not/,
    ],
    'one that is not known deeper down': [
      'Action=Put&Id=a&Filter.1.Colour=r',
      'UnknownParameter',
      /Filter\.1\.Colour/,
    ],
    'a name in another case': ['Action=Put&id=a', 'UnknownParameter', /The parameter id/],
    'something in a text': ['Action=Put&Id=a&Id.1=b', 'UnknownParameter', /Id\.1/],
    'a text in place of a list': ['Action=Put&Id=a&Filter=b', 'UnknownParameter', /Filter/],
    'a list by names': ['Action=Put&Id=a&Filter.one.Name=b', 'UnknownParameter', /Filter\.one\.Name/],
    'a list from nought': ['Action=Put&Id=a&Filter.0.Name=b', 'UnknownParameter', /Filter\.0\.Name/],
    'no parameter that has to be there': ['Action=Put', 'MissingParameter', /must contain the parameter Id/],
    'none of those deeper down': [
      'Action=Put&Id=a&Filter.1.Value.1=b',
      'MissingParameter',
      /Filter\.1\.Name/,
    ],
    'a number that is none': [
      'Action=Put&Id=a&Size=big',
      'InvalidParameterValue',
      /Value \(big\) for parameter Size/,
    ],
    'a truth that is none': ['Action=Put&Id=a&DryRun=maybe', 'InvalidParameterValue', /DryRun/],
    'a time that is none': ['Action=Put&Id=a&At=yesterday', 'InvalidParameterValue', /At/],
    'bytes that are none': ['Action=Put&Id=a&Data=Y', 'InvalidParameterValue', /Data/],
    'a parameter twice': ['Action=Put&Id=a&Id=b', 'InvalidQueryParameter', /more than once/],
    'a character that no answer could have': ['Action=Put&Id=%00', 'InvalidQueryParameter', /not allowed/],
    'a name without end': [
      `Action=Put&Id=a&${'a.'.repeat(40)}b=c`,
      'InvalidQueryParameter',
      /too long a name/,
    ],
    'a parameter where there are none': ['Action=Ping&Id=a', 'UnknownParameter', /Id/],
  };
  for (const [what, [body, code, message]] of Object.entries(refused)) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => read(ec2, body), refusedAs(code, message));
    });
  }

  test('is refused in another version', () => {
    assert.throws(
      () => ec2.readCall(request('Action=Ping&Version=2020-01-01')),
      refusedAs('InvalidAction', /2020-01-01/),
    );
  });
});

describe('a request in the query protocol of other services', () => {
  test('has lists and maps under names of their own', () => {
    const body =
      'Action=Put&Id=a&dryRun=false&Filter.Filter.1.Name=n&Filter.Filter.1.Value.Item.1=x&Flat.1=f&Attributes.entry.1.key=__proto__&Attributes.entry.1.value=4';
    const { input } = read(query, body) as { input: { Attributes: object } };
    assert.deepEqual(Object.entries(input.Attributes), [['__proto__', 4]]);
    assert.deepEqual(
      { ...input, Attributes: undefined },
      { Id: 'a', Dry: false, Filters: [{ Name: 'n', Values: ['x'] }], Flat: ['f'], Attributes: undefined },
    );
  });

  test('has an empty text for an empty list', () => {
    assert.deepEqual(read(query, 'Action=Put&Id=a&Filter=').input, { Id: 'a', Filters: [] });
  });

  test('is refused in the words of its services', () => {
    assert.throws(() => read(query, 'Action=Put'), refusedAs('ValidationError', /Value null at 'id' failed/));
    assert.throws(
      () => read(query, 'Action=Put&Id=a&Filter.1.Name=n'),
      refusedAs('ValidationError', /Filter\.1\.Name/),
    );
    assert.throws(
      () => read(query, 'Action=Other'),
      refusedAs('InvalidAction', /Could not find operation Other/),
    );
  });
});

test('a request is taken or refused, and never fails, whatever its form', () => {
  const names = [
    'Action',
    'Id',
    'Filter',
    'Flat',
    'Attributes',
    'entry',
    'key',
    'value',
    'Item',
    '1',
    '2',
    '__proto__',
    'constructor',
    '',
  ];
  const name = fc
    .array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('.'));
  const parameter = fc.tuple(name, fc.oneof(fc.constantFrom('Put', '1', ''), fc.string({ maxLength: 4 })));
  fc.assert(
    fc.property(
      fc.array(parameter, { maxLength: 8 }),
      fc.constantFrom(ec2, query),
      (parameters, protocol) => {
        const form = new URLSearchParams([['Action', 'Put'], ...parameters]);
        try {
          const { input } = protocol.readCall(request(form.toString()));
          assert.equal(Object.getPrototypeOf(input), Object.prototype);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
        }
      },
    ),
    { numRuns: 2000 },
  );
});

describe('a response in a query protocol', () => {
  const output = { Filters: [{ Name: '<a>', Values: [] }], Made: new Date('2026-01-02T03:04:05Z') };

  test('of EC2 has the members of the output beside the ID of the request', () => {
    const { status, headers, body } = ec2.writeOutput('Put', output, 'id');
    assert.equal(status, 200);
    assert.equal(headers['x-amzn-requestid'], 'id');
    assert.equal(
      body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<PutResponse xmlns="https://x.example/"><requestId>id</requestId><filterSet><Filter><Name>&lt;a&gt;</Name><Value/></Filter></filterSet><Made>2026-01-02T03:04:05Z</Made></PutResponse>',
    );
  });

  test('of other services has them in an element of their own', () => {
    const { body } = query.writeOutput('Put', { Made: output.Made }, 'id');
    assert.match(
      String(body),
      /<PutResponse xmlns="https:\/\/x\.example\/"><PutResult><Made>.*<\/Made><\/PutResult><ResponseMetadata><RequestId>id</,
    );
    assert.match(String(query.writeOutput('Ping', {}, 'id').body), /<PingResponse [^>]*><ResponseMetadata>/);
  });

  test('tells of an error in the service’s document, with the status of its model', () => {
    const { status, body } = ec2.writeError('Gone', 'a < \u0000', undefined, 'id');
    assert.equal(status, 404);
    assert.match(
      String(body),
      /<Response><Errors><Error><Code>Gone<\/Code><Message>a &lt; \?<\/Message><\/Error><\/Errors><RequestID>id<\/RequestID><\/Response>$/,
    );
    assert.match(
      String(query.writeError('Other', 'b', 503, 'id').body),
      /<Error><Type>Receiver<\/Type><Code>Other</,
    );
  });
});
