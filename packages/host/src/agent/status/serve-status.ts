import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { dirname } from 'node:path';
import { parseEndpoint } from '@pointsman/core/address';
import type { AgentStatus } from './agent-status.ts';
import { askStatus } from './ask-status.ts';
import { type AgentMetrics, formatMetrics } from './metrics.ts';

/** Who may connect: root, and the group of the agent's service. */
const SOCKET_MODE = 0o660;

/** Serves the status as JSON on a Unix socket, and metrics over HTTP where the configuration says. @throws Error */
export async function serveStatus(
  { socket, metrics: metricsAt }: { socket: string; metrics: string | undefined },
  read: () => AgentStatus,
  metrics: AgentMetrics,
): Promise<{ stop: () => Promise<void> }> {
  await mkdir(dirname(socket), { recursive: true });
  if (await isAnswered(socket)) throw new Error(`an agent runs here already: it answers at ${socket}`);
  // What an earlier run left, which was killed.
  await rm(socket, { force: true });
  const servers = [
    await listen(
      answerWith('application/json', () => JSON.stringify(read())),
      { path: socket },
    ),
  ];
  await chmod(socket, SOCKET_MODE);
  if (metricsAt !== undefined) {
    const { address, port } = parseEndpoint(metricsAt)!;
    const answer = answerWith('text/plain; version=0.0.4', () => formatMetrics(metrics, read()));
    servers.push(await listen(answer, { host: address, port: port! }));
  }
  return {
    stop: async () => {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
}

function isAnswered(socket: string): Promise<boolean> {
  return askStatus(socket).then(
    () => true,
    () => false,
  );
}

function answerWith(type: string, text: () => string): RequestListener {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type });
    response.end(text());
  };
}

async function listen(
  answer: RequestListener,
  at: { path: string } | { host: string; port: number },
): Promise<Server> {
  const server = createServer(answer);
  server.listen(at);
  await once(server, 'listening');
  return server;
}
