import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSource } from '../configuration/source.ts';
import { playServer } from '../play-server.fixture.ts';
import { openClients } from './clients.ts';
import { openEc2Addresses } from './ec2-addresses.ts';

describe('an API that hangs is waited for no longer than some seconds', {
  concurrency: true,
  timeout: 60_000,
}, () => {
  test('where it says nothing', async (t) => {
    const clients = clientsAt(await playServer(t, () => {}));
    const addresses = openEc2Addresses(clients, { tier: 'acme/main', instanceId: async () => 'i-1' });
    await assert.rejects(addresses.findInterfaces(), {
      kind: 'unreachable',
      message: /^ec2:DescribeNetworkInterfaces: no answer: .*5000 ms/,
    });
  });

  test('where it ends in the middle of an answer, which is no refusal', async (t) => {
    const clients = clientsAt(await playServer(t, (_, response) => response.write('<Describe')));
    const addresses = openEc2Addresses(clients, { tier: 'acme/main', instanceId: async () => 'i-1' });
    await assert.rejects(addresses.findInterfaces(), {
      kind: 'unreachable',
      message: 'ec2:DescribeNetworkInterfaces: no answer: aborted',
    });
  });

  test('where it ends in the middle of an object', async (t) => {
    const clients = clientsAt(await playServer(t, (_, response) => response.write('{"name":')));
    const source = openSource('s3://configs/a.json', 'a', clients);
    await assert.rejects(
      source.fetch(undefined, new AbortController().signal),
      /^CloudError: s3:GetObject: /,
    );
  });
});

function clientsAt(endpoint: string) {
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
  const expiration = new Date(Date.now() + 3_600_000);
  return openClients({ endpoint, region: async () => 'eu-west-1' }, async () => ({ ...keys, expiration }));
}
