/** Starts the forwarder of its argument, has questions in flight, stops it, and must then end by itself. */
import { parseEndpoint } from '@pointsman/core/address';
import { startForwarder } from '../index.ts';
import { tcpClient, udpClient } from './client.ts';

const config = JSON.parse(process.argv[2]!);
const server = parseEndpoint(config.listen[0]) as { address: string; port: number };
const forwarder = await startForwarder(config, { workers: 2 });
const clients = [await udpClient(server), await tcpClient(server)];
for (const [index, client] of clients.entries())
  client.ask(`n${index}.corp.example.`).catch((error: Error) => console.error(error.message));
while ((await forwarder.stats()).inFlight < 2) await new Promise((resolve) => setImmediate(resolve));
await Promise.all([forwarder.stop(), forwarder.stop()]);
for (const client of clients) client.close();
console.log('stopped');
