import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '../aws-error.ts';
import type { OperationSchema } from '../schema/operation-schema.ts';
import { restXml } from './rest-xml.ts';

/** Schemas in the form that AWS SDKs for JavaScript export: kind, namespace, name, traits, names, schemas, how many of them are required. */
const schema = (...parts: unknown[]) => parts as unknown as OperationSchema;
const STRING = 0;
const NUMBER = 1;
const BOOLEAN = 2;
const TIME = 4;
const Item = schema(3, 'x', 'Item', 0, ['Value'], [STRING], 1);
const Items = schema(1, 'x', 'Items', 0, [() => Item, { xmlName: 'Item' }]);
const Shelf = schema(
  3,
  'x',
  'Shelf',
  0,
  ['Name', 'Size', 'Open', 'Items'],
  [STRING, NUMBER, BOOLEAN, [() => Items, 0]],
  1,
);
const PutRequest = schema(
  3,
  'x',
  'PutRequest',
  0,
  ['Id', 'Shelf', 'Note', 'Dry'],
  [[STRING, { httpLabel: 1 }], () => Shelf, STRING, [BOOLEAN, { httpQuery: 'dry' }]],
  2,
);
const PutResponse = schema(
  3,
  'x',
  'PutResponse',
  0,
  ['Shelf', 'Made', 'Location'],
  [() => Shelf, TIME, [STRING, { httpHeader: 'Location' }]],
);
const Put = schema(
  9,
  'x',
  'Put',
  { http: ['POST', '/v1/shelf/{Id}', 201] },
  () => PutRequest,
  () => PutResponse,
);
const GetRequest = schema(
  3,
  'x',
  'GetRequest',
  0,
  ['Id', 'Max'],
  [
    [STRING, { httpLabel: 1 }],
    [NUMBER, { httpQuery: 'max' }],
  ],
  1,
);
const Get = schema(
  9,
  'x',
  'Get',
  { http: ['GET', '/v1/shelf/{Id}', 200] },
  () => GetRequest,
  () => PutResponse,
);
const Count = schema(
  9,
  'x',
  'Count',
  { http: ['GET', '/v1/shelf/count', 200] },
  () => schema(3, 'x', 'CountRequest', 0, [], []),
  () => PutResponse,
);
const Gone = schema(-3, 'x', 'Gone', { error: 'client', httpError: 404 }, ['message'], [STRING]);

const protocol = restXml({ operations: [Put, Get, Count], errors: [Gone], namespace: 'https://x.example/' });
const request = (method: string, path: string, body: string | Uint8Array = '', queryString = '') => ({
  method,
  path,
  queryString,
  headers: {},
  body: Buffer.from(body),
});
const put = (body: string | Uint8Array, path = '/v1/shelf/7') =>
  protocol.readCall(request('POST', path, body));
const refusedAs =
  (code: string, message = /./) =>
  (error: unknown) =>
    error instanceof AwsError && error.code === code && message.test(error.message);

describe('a request in REST-XML', () => {
  test('becomes the input of its operation, from path, query string and document', () => {
    const document =
      '<PutRequest xmlns="https://x.example/"><Shelf><Name>a&amp;b</Name><Size>3</Size><Open>true</Open><Items><Item><Value/></Item><Item><Value> c </Value></Item></Items></Shelf></PutRequest>';
    assert.deepEqual(protocol.readCall(request('POST', '/v1/shelf/a%2Fb/', document, 'dry=false')), {
      operation: 'Put',
      input: {
        Id: 'a/b',
        Dry: false,
        Shelf: { Name: 'a&b', Size: 3, Open: true, Items: [{ Value: '' }, { Value: ' c ' }] },
      },
    });
  });

  test('reaches the operation whose path says most', () => {
    assert.equal(protocol.readCall(request('GET', '/v1/shelf/count')).operation, 'Count');
    assert.deepEqual(protocol.readCall(request('GET', '/v1/shelf/7', '', 'max=5')), {
      operation: 'Get',
      input: { Id: '7', Max: 5 },
    });
  });

  test('is refused where no operation has its path', () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['PUT', '/v1/shelf/7'],
      ['GET', '/v1/shelf//'],
      ['GET', '/v1/shelf/%zz'],
    ] as const) {
      assert.throws(() => protocol.readCall(request(method, path)), refusedAs('UnknownOperationException'));
    }
  });

  const malformed: Record<string, string | Uint8Array> = {
    'is no XML': 'Shelf=1',
    'is cut off': '<PutRequest><Shelf>',
    'has another root': '<GetRequest/>',
    'is not in UTF-8': Buffer.from('<PutRequest>\xff</PutRequest>', 'latin1'),
  };
  for (const [what, document] of Object.entries(malformed)) {
    test(`is malformed where its document ${what}`, () => {
      assert.throws(() => put(document), refusedAs('MalformedInput'));
    });
  }

  const shelf = (content: string) => `<PutRequest><Shelf>${content}</Shelf></PutRequest>`;
  const invalid: Record<string, string> = {
    '': '',
    'a member that is required': '<PutRequest/>',
    'a member that is required, deeper': shelf('<Size>1</Size>'),
    'an element that nobody knows': shelf('<Name>a</Name><Colour>red</Colour>'),
    'an element twice': shelf('<Name>a</Name><Name>b</Name>'),
    'text between elements': shelf('<Name>a</Name>b'),
    'elements in a text': shelf('<Name><b/></Name>'),
    'a number that is none': shelf('<Name>a</Name><Size>x</Size>'),
    'a truth that is none': shelf('<Name>a</Name><Open>maybe</Open>'),
    'an item of another kind': shelf('<Name>a</Name><Items><Thing/></Items>'),
    'a member that stands in the path': '<PutRequest><Id>8</Id></PutRequest>',
  };
  for (const [what, document] of Object.entries(invalid)) {
    test(`is invalid for ${what || 'want of a document'}`, () => {
      assert.throws(() => put(document), refusedAs('InvalidInput'));
    });
  }

  test('is taken or refused, and never fails, whatever its document', () => {
    const tags = [
      'PutRequest',
      'Shelf',
      'Name',
      'Size',
      'Open',
      'Items',
      'Item',
      'Value',
      '__proto__',
      'constructor',
    ];
    const piece = fc.oneof(
      fc.constantFrom(...tags.flatMap((tag) => [`<${tag}>`, `</${tag}>`, `<${tag}/>`])),
      fc.string({ maxLength: 4 }),
    );
    const wrap = (inner: string) => shelf(`<Name>a</Name>${inner}`);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, isWrapped) => {
        try {
          const { input } = put(isWrapped ? wrap(pieces.join('')) : pieces.join(''));
          assert.equal(Object.getPrototypeOf(input), Object.prototype);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a response in REST-XML', () => {
  test('has the output in a document named after it, and what belongs there in headers', () => {
    const output = {
      Shelf: { Name: '<a>', Items: [{ Value: 'b' }] },
      Made: new Date('2026-01-02T03:04:05Z'),
      Location: '/v1/shelf/7',
    };
    const { status, headers, body } = protocol.writeOutput('Put', output, 'id');
    assert.equal(status, 201);
    assert.equal(headers.location, '/v1/shelf/7');
    assert.equal(headers['x-amzn-requestid'], 'id');
    assert.equal(
      body,
      '<?xml version="1.0"?>\n<PutResponse xmlns="https://x.example/"><Shelf><Name>&lt;a&gt;</Name><Items><Item><Value>b</Value></Item></Items></Shelf><Made>2026-01-02T03:04:05Z</Made></PutResponse>',
    );
  });

  test('tells of an error with the status that its model gives it', () => {
    const { status, body } = protocol.writeError('Gone', 'a < b', undefined, 'id');
    assert.equal(status, 404);
    assert.match(
      String(body),
      /<Error><Type>Sender<\/Type><Code>Gone<\/Code><Message>a &#60; b<\/Message><\/Error>/,
    );
    assert.match(String(body), /<RequestId>id<\/RequestId>/);
    assert.equal(protocol.writeError('Other', '', undefined, 'id').status, 400);
    assert.match(protocol.writeError('InternalFailure', '', 500, 'id').body.toString(), /<Type>Receiver</);
  });
});
