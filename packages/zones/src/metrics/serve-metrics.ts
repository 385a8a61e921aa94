import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type MetricsServer = { address: string; port: number; stop(): Promise<void> };

/** Milliseconds, and connections: whoever scrapes asks every few seconds. */
const BOUNDS = { requestTimeout: 10_000, keepAliveTimeout: 60_000, connections: 16 };

/** Gives what `write` gives to whoever asks for /metrics. @throws what listening throws (EADDRINUSE, …) */
export async function serveMetrics(
  { address, port }: { address: string; port: number },
  write: () => string,
): Promise<MetricsServer> {
  const { connections, ...timeouts } = BOUNDS;
  const server = createServer(timeouts, ({ method, url }, reply) => {
    const isAsked = (method === 'GET' || method === 'HEAD') && url?.split('?')[0] === '/metrics';
    if (!isAsked) return reply.writeHead(404).end();
    reply.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(write());
  });
  server.maxConnections = connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    address,
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
