import { request } from 'node:http';
import type { AgentStatus } from './agent-status.ts';

/** Milliseconds: an agent answers from memory. */
const PATIENCE = 1500;

/** Asks the agent of this host by its socket. @throws Error with a sentence */
export function askStatus(socket: string): Promise<AgentStatus> {
  const { promise, resolve, reject } = Promise.withResolvers<AgentStatus>();
  const asked = request({ socketPath: socket, path: '/', signal: AbortSignal.timeout(PATIENCE) });
  asked.on('error', (error: NodeJS.ErrnoException) => reject(new Error(whyNot(socket, error))));
  asked.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => (text += part));
    response.on('error', reject);
    response.on('end', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        reject(new Error(`what answers at ${socket} is no agent`));
      }
    });
  });
  asked.end();
  return promise;
}

function whyNot(socket: string, { code, name, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return `no agent runs here: nothing listens at ${socket}; start it, or give the --config that it was started with`;
  if (code === 'EACCES') return `${socket} may be read by root and the agent's group: try sudo`;
  if (name === 'AbortError' || name === 'TimeoutError') return `the agent at ${socket} does not answer`;
  return `${socket}: ${message}`;
}
