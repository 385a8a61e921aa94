import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { openClients } from './clients.ts';
import { openEc2Addresses } from './ec2-addresses.ts';

test('a call to an API that hears and says nothing ends, as one that cannot be reached', async (t) => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  server.on('connection', (socket) => t.after(() => socket.destroy()));
  const { port } = server.address() as AddressInfo;
  const where = { endpoint: `http://127.0.0.1:${port}`, region: async () => 'eu-west-1' };
  const keys = {
    accessKeyId: 'AKIA',
    secretAccessKey: 'x',
    sessionToken: 'x',
    expiration: new Date(2 ** 43),
  };
  const clients = openClients(where, async () => keys);
  const cloud = openEc2Addresses(clients, { tier: 'acme/main', instanceId: async () => 'i-1' });
  await assert.rejects(cloud.findInterfaces(), /no answer: .*5000 ms/);
});
