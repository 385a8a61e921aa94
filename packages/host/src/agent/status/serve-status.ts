import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { dirname } from 'node:path';
import { parseEndpoint } from '@pointsman/core/address';
import { isFileLocked, lockFile } from '../../lock-file.ts';
import type { AgentStatus } from './agent-status.ts';
import { type AgentMetrics, formatMetrics } from './metrics.ts';

/** Who may connect: root, and the group of the agent's service. */
const SOCKET_MODE = 0o660;

/**
 * Serves HTTP on a Unix socket: the status as JSON, and under `/healthy` only whether it is (200, or 503), for scripts that ask often. Metrics are
 * served where the configuration says. Whoever does so is the agent of this host. @throws Error where there is one already
 */
export async function serveStatus(
  { socket, metrics: metricsAt }: { socket: string; metrics: string | undefined },
  read: () => AgentStatus,
  metrics: AgentMetrics,
): Promise<{ stop: () => Promise<void> }> {
  await mkdir(dirname(socket), { recursive: true });
  const lock = lockFile(lockOf(socket));
  if (!lock) throw new Error(`an agent runs here already: it has ${lockOf(socket)}`);
  const servers: Server[] = [];
  const stop = async () => {
    await Promise.all(servers.map(close));
    lock.release();
  };
  try {
    // What an earlier run left, which was killed.
    await rm(socket, { force: true });
    servers.push(await listen(answerStatus(read), { path: socket }));
    await chmod(socket, SOCKET_MODE);
    if (metricsAt !== undefined) {
      const { address, port } = parseEndpoint(metricsAt)!;
      const answer = answerWith('text/plain; version=0.0.4', () => formatMetrics(metrics, read()));
      servers.push(await listen(answer, { host: address, port: port! }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function close(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

/** Whether a process that is alive is the agent of this host. @throws Error */
export function hasAgent(socket: string): boolean {
  return isFileLocked(lockOf(socket));
}

function lockOf(socket: string): string {
  return `${socket}.lock`;
}

function answerStatus(read: () => AgentStatus): RequestListener {
  const whole = answerWith('application/json', () => JSON.stringify(read()));
  return (request, response) => {
    if (request.url !== '/healthy') return whole(request, response);
    const { healthy } = read();
    response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain' });
    response.end(healthy ? 'healthy\n' : 'not healthy\n');
  };
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
