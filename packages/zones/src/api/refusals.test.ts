import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import { OWNER, refused, startTestService, type TestService } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

const count = (client: aws.Route53Client) => client.send(new aws.GetHostedZoneCountCommand({}));

/** Has the client send what `replace` makes of the document that it wrote. */
function sending(client: aws.Route53Client, replace: (document: string) => string): aws.Route53Client {
  const middleware = (next: (args: never) => never) => (args: { request: unknown }) => {
    const request = args.request as { body?: string; headers: Record<string, string> };
    request.body = replace(request.body ?? '');
    request.headers['content-length'] = String(Buffer.byteLength(request.body));
    return next(args as never);
  };
  client.middlewareStack.addRelativeTo(
    middleware as unknown as Parameters<typeof client.middlewareStack.addRelativeTo>[0],
    {
      name: 'replaceDocument',
      relation: 'before',
      toMiddleware: 'awsAuthMiddleware',
    },
  );
  return client;
}
const create = new aws.CreateHostedZoneCommand({ Name: 'z.example', CallerReference: '1' });
const sendDocument = (document: string) => sending(service.connect(OWNER), () => document).send(create);

describe('a request of a client', () => {
  test('is refused with a wrong secret, and with a key that nobody has', async () => {
    await assert.rejects(
      count(service.connect({ ...OWNER, secretAccessKey: 'wrong' })),
      refused('SignatureDoesNotMatch', 403),
    );
    await assert.rejects(
      count(service.connect({ ...OWNER, accessKeyId: 'AKIANOBODY' })),
      refused('InvalidClientTokenId', 403),
    );
    await assert.rejects(
      count(service.connect({ ...OWNER, sessionToken: 'token' })),
      refused('InvalidClientTokenId', 403),
    );
  });

  test('is refused with a clock that is off', async () => {
    const client = new aws.Route53Client({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials: OWNER,
      maxAttempts: 1,
      systemClockOffset: -600_000,
    });
    await assert.rejects(count(client), refused('SignatureDoesNotMatch', 403, /^Signature expired: /));
    client.destroy();
  });

  test('is refused for a document that is malformed, or of another operation', async () => {
    for (const document of ['', '<', 'Name=z.example', '<a/>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']) {
      await assert.rejects(
        sendDocument(document),
        refused(document === '' ? 'InvalidInput' : 'MalformedInput', 400),
        document,
      );
    }
  });

  test('is refused for a document that is too large', async () => {
    await assert.rejects(
      sendDocument(`<a>${'x'.repeat(2 ** 20)}</a>`),
      refused('RequestEntityTooLarge', 413),
    );
  });

  test('is refused where the service has no such operation', async () => {
    await assert.rejects(
      service.owner.send(new aws.ListTrafficPoliciesCommand({})),
      refused('NotImplemented', 501, 'ListTrafficPolicies is not implemented here.'),
    );
  });

  test('is answered, never with a failure of our own, whatever stands in its document', async () => {
    const { HostedZone } = await service.owner.send(create);
    const tags = [
      ...Object.keys(FIELDS),
      'Change',
      'Changes',
      'ResourceRecordSet',
      'ResourceRecords',
      '__proto__',
    ];
    const value = fc.oneof(
      fc.constantFrom(...Object.values(FIELDS).flat()),
      fc.string({ maxLength: 8 }).map((text) => text.replace(/[<&]/g, '')),
    );
    const leaf = fc.tuple(fc.constantFrom(...tags), value).map(([tag, text]) => `<${tag}>${text}</${tag}>`);
    const set = fc
      .array(leaf, { maxLength: 6 })
      .map((leaves) => `<Name>a.z.example</Name><Type>A</Type>${leaves.join('')}`);
    const documents = fc
      .tuple(fc.constantFrom('CREATE', 'DELETE', 'UPSERT', ''), set)
      .map(
        ([action, content]) =>
          `<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>${action}</Action><ResourceRecordSet>${content}</ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      );
    let document = '';
    const client = sending(service.connect(OWNER), () => document);
    const change = new aws.ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone!.Id,
      ChangeBatch: { Changes: [] },
    });
    await fc.assert(
      fc.asyncProperty(documents, async (each) => {
        document = each;
        const status = await client.send(change).then(
          ({ $metadata }) => $metadata.httpStatusCode,
          ({ $metadata }) => $metadata.httpStatusCode,
        );
        assert.ok(status === 200 || status === 400 || status === 404, `${status} for ${each}`);
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(service.failures, []);
  });
});

/** Elements of a record set, and values that one might find in them. */
const FIELDS: Record<string, string[]> = {
  Name: ['a.z.example', '*.z.example', '\\052', 'a..b', '.'],
  Type: ['A', 'TXT', 'ALIAS'],
  TTL: ['60', '-1', '1e9', '99999999999999999'],
  Weight: ['0', '256', '1.5'],
  SetIdentifier: ['one', ''],
  Region: ['eu-west-1', 'nowhere'],
  Failover: ['PRIMARY', 'TERTIARY'],
  MultiValueAnswer: ['true', 'false'],
  HealthCheckId: ['none'],
  ResourceRecord: ['192.0.2.1'],
};
