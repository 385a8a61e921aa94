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
import { ANY_TEXT, SOLID_TEXT, valuesOf, withoutEmpty } from './schema-values.fixture.ts';

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
