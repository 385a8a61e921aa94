import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as loadBalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import {
  awsJson,
  awsQuery,
  ec2Query,
  type OperationSchema,
  type Protocol,
  schemasOf,
} from '@pointsman/aws-wire';
import { NormalizedSchema, operation } from '@smithy/core/schema';
import fc from 'fast-check';

/** Characters that stand for something in forms or in XML, and some of other scripts. */
const CHARACTERS = [...'ab09 .&<>=+%/"\'é漢😀'];

const ANY_TEXT = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 6 }).map((each) => each.join(''));
const SOLID_TEXT = ANY_TEXT.map((text) => `x${text}x`);

/** How deep values go: schemas may contain themselves. */
const DEEPEST = 4;

/** The parts of a client of the SDK that read and write its wire form. */
type WireClient = {
  config: {
    protocol: {
      serializeRequest(schema: unknown, input: unknown, context: unknown): Promise<WireMessage>;
      deserializeResponse(schema: unknown, context: unknown, response: unknown): Promise<object>;
    };
  };
};
type WireMessage = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
};

const CONFIG = { region: 'ap-southeast-2', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const namespace = 'https://x.example/';

/** Every service whose protocol is not REST: those by paths are shown elsewhere. */
const SERVICES: Record<string, { model: object; client: unknown; protocol: Protocol }> = {
  EC2: {
    model: ec2,
    client: new ec2.EC2Client(CONFIG),
    protocol: ec2Query({ ...schemasOf(ec2), namespace, version: '2016-11-15' }),
  },
  'Auto Scaling': {
    model: autoScaling,
    client: new autoScaling.AutoScalingClient(CONFIG),
    protocol: awsQuery({ ...schemasOf(autoScaling), namespace, version: '2011-01-01' }),
  },
  'Elastic Load Balancing': {
    model: loadBalancing,
    client: new loadBalancing.ElasticLoadBalancingV2Client(CONFIG),
    protocol: awsQuery({ ...schemasOf(loadBalancing), namespace, version: '2015-12-01' }),
  },
  STS: {
    model: sts,
    client: new sts.STSClient(CONFIG),
    protocol: awsQuery({ ...schemasOf(sts), namespace, version: '2011-06-15' }),
  },
  'Systems Manager': {
    model: ssm,
    client: new ssm.SSMClient(CONFIG),
    protocol: awsJson({ ...schemasOf(ssm), target: 'AmazonSSM' }),
  },
};

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** Values for each operation: there are more than 1,100 of them. */
const RUNS = Number(process.env.RUNS ?? 3);

for (const [name, { model, client, protocol }] of Object.entries(SERVICES)) {
  const operations = schemasOf(model).operations as unknown as [
    number,
    string,
    string,
    unknown,
    OperationSchema,
    OperationSchema,
  ][];
  const { protocol: sdk, ...config } = (client as WireClient).config;
  const context = {
    ...config,
    endpoint: async () => ({ protocol: 'http:', hostname: 'localhost', path: '/', query: {} }),
  };

  describe(`The wire form of ${name}`, () => {
    test(`has every input that its client sends (${operations.length} operations)`, async () => {
      for (const [, ns, operationName, traits, input, output] of operations) {
        const schema = NormalizedSchema.of(input);
        if (schema.isUnitSchema()) continue;
        const described = operation(ns, operationName, traits as never, input, output);
        await fc.assert(
          fc.asyncProperty(valuesOf(schema, { text: ANY_TEXT }), async (value) => {
            const { method, path, headers, body } = await sdk.serializeRequest(described, value, context);
            const request = { method, path, headers, queryString: '', body: bytesOf(body) };
            const call = protocol.readCall(request);
            assert.equal(call.operation, operationName);
            assert.deepEqual(withoutEmpty(call.input), withoutEmpty(value));
          }),
          { numRuns: RUNS },
        );
      }
    });

    test('gives every output to its client', async () => {
      for (const [, ns, operationName, traits, input, output] of operations) {
        const schema = NormalizedSchema.of(output);
        if (schema.isUnitSchema()) continue;
        const described = operation(ns, operationName, traits as never, input, output);
        await fc.assert(
          fc.asyncProperty(valuesOf(schema, { text: SOLID_TEXT }), async (value) => {
            const { status, headers, body } = protocol.writeOutput(operationName, value as object, 'id');
            const response = { statusCode: status, headers: { ...headers }, body: Buffer.from(body) };
            const { $metadata, ...read } = (await sdk.deserializeResponse(described, context, response)) as {
              $metadata: { requestId?: string };
            };
            assert.deepEqual(withoutEmpty(read), withoutEmpty(value));
          }),
          { numRuns: RUNS },
        );
      }
    });
  });
}

type ValueOptions = {
  /** Requests keep every text; responses lose spaces at its ends, and elements without text. */
  text: fc.Arbitrary<string>;
};

/** Values of a schema, as a client may send them or a service give them. */
function valuesOf(schema: NormalizedSchema, options: ValueOptions, depth = 0): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) return structures(schema, options, depth);
  if (schema.isListSchema()) {
    return fc.array(valuesOf(schema.getValueSchema(), options, depth + 1), { minLength: 1, maxLength: 3 });
  }
  if (schema.isMapSchema()) {
    const entry = fc.tuple(options.text, valuesOf(schema.getValueSchema(), options, depth + 1));
    return fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer();
  if (schema.isTimestampSchema()) {
    return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
  }
  if (schema.isBlobSchema())
    return fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => new Uint8Array(bytes));
  return options.text;
}

function structures(schema: NormalizedSchema, options: ValueOptions, depth: number): fc.Arbitrary<object> {
  const { 6: required = 0 } = schema.getSchema() as unknown as { 6?: number };
  const members = [...schema.structIterator()].filter(
    ([, member], index) => index < required || depth < DEEPEST || !isNested(member),
  );
  // A few members at a time: the largest structures have fifty.
  const needed = members.slice(0, required);
  const others = members.slice(required);
  const maxLength = Math.min(others.length, schema.isUnionSchema() ? 1 : 6);
  const chosen = fc
    .subarray(others, { minLength: Math.min(1, maxLength), maxLength })
    .map((some) => [...needed, ...some]);
  return chosen.chain((some) =>
    fc.record(
      Object.fromEntries(
        withTokens(members, some).map(([name, member]) => [name, valuesOf(member, options, depth + 1)]),
      ),
    ),
  );
}

type Member = [name: string, schema: NormalizedSchema];

/** The SDK makes up a token that nobody gives, so one is always given. */
function withTokens(all: readonly Member[], some: readonly Member[]): Member[] {
  const tokens = all.filter(
    ([name, member]) => member.isIdempotencyToken() && !some.some(([other]) => other === name),
  );
  return [...some, ...tokens];
}

function isNested(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema();
}

/** Without what no wire form tells from what is not there: empty lists, maps and structures. */
function withoutEmpty(value: unknown): unknown {
  if (value instanceof Date || value instanceof Uint8Array || typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map(withoutEmpty).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(value)
    .map(([name, member]) => [name, withoutEmpty(member)] as const)
    .filter(([, member]) => member !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
