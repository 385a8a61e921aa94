import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { AwsError } from '../aws-error.ts';
import type { Protocol, WireRequest, WireResponse } from '../protocol.ts';
import { type AccessKey, authenticateAnybody, authenticateBy } from '../signature/authenticate.ts';
import { type AnswerOptions, answerRequest } from './answer-request.ts';
import { isLoopback, isRebound } from './loopback.ts';

export type ApiServerOptions = Pick<AnswerOptions, 'service' | 'onFailure'> & {
  address: string;
  /** 0 takes a free one. */
  port: number;
  /** Who may call. Nobody: then anybody on this machine may, as `DEFAULT_ACCOUNT`, and the address has to be a loopback one. */
  keys: readonly AccessKey[];
  /** Milliseconds since 1970. */
  now: () => number;
};

export type ApiServer = { endpoint: string; address: string; port: number; stop(): Promise<void> };

/** Whom requests act for where there are no keys. */
export const DEFAULT_ACCOUNT = '000000000000';

/** Bytes of a request's body; milliseconds for its headers, for all of it, and for a connection without one. */
export const API_LIMITS = {
  body: 1024 * 1024,
  headersTime: 10_000,
  requestTime: 30_000,
  idleTime: 60_000,
  connections: 256,
};

/** An API that cannot be served as it is asked for. */
export class ApiError extends Error {
  readonly code: 'keys-needed';
  constructor(code: ApiError['code'], message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }
}

/**
 * Serves one of AWS's services over HTTP.
 * @throws ApiError without keys elsewhere than on loopback; what listening throws (EADDRINUSE, …)
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { address, port, keys, now } = options;
  const isOpen = keys.length === 0;
  if (isOpen && !isLoopback(address)) {
    throw new ApiError(
      'keys-needed',
      `${address} can be reached from other machines, and without access keys anybody could change everything: give a key, or listen on 127.0.0.1`,
    );
  }
  const authenticate = isOpen ? authenticateAnybody(DEFAULT_ACCOUNT) : authenticateBy(keys, now);
  const { protocol } = options.service;
  const server = createServer({ requestTimeout: API_LIMITS.requestTime }, (message, reply) => {
    const refusal = refuseHead(message, isOpen);
    if (refusal) refuse(reply, protocol, refusal);
    else receive(message, reply, protocol, (request) => answerRequest(request, { ...options, authenticate }));
  });
  server.headersTimeout = API_LIMITS.headersTime;
  server.keepAliveTimeout = API_LIMITS.idleTime;
  server.maxConnections = API_LIMITS.connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    endpoint: `http://${isIP(address) === 6 ? `[${address}]` : address}:${bound}`,
    address,
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), STOP_TIME).unref();
      }),
  };
}

/** Milliseconds that requests under way have when the server stops. */
const STOP_TIME = 1000;

/** What is wrong with a request already by its headers. */
function refuseHead({ headers }: IncomingMessage, isOpen: boolean): AwsError | undefined {
  if (isOpen && isRebound(headers.host)) {
    const message = `Without access keys this service takes requests to an IP address or localhost, not to ${headers.host}.`;
    return new AwsError('AccessDenied', message, { status: 403 });
  }
  return Number(headers['content-length'] ?? 0) > API_LIMITS.body ? TOO_LARGE : undefined;
}

const TOO_LARGE = new AwsError('RequestEntityTooLarge', `A request has at most ${API_LIMITS.body} bytes.`, {
  status: 413,
});

/** Reads a request whole, then sends its response. */
function receive(
  message: IncomingMessage,
  reply: ServerResponse,
  protocol: Protocol,
  answer: (request: WireRequest) => Promise<WireResponse>,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= API_LIMITS.body) chunks.push(chunk);
    else if (!reply.headersSent) refuse(reply, protocol, TOO_LARGE);
  });
  message.on('error', () => reply.destroy());
  message.on('end', async () => {
    if (reply.headersSent) return;
    const [path, ...query] = (message.url ?? '/').split('?');
    const { method = 'GET', headers } = message;
    const request = {
      method,
      path: path!,
      queryString: query.join('?'),
      headers,
      body: Buffer.concat(chunks),
    };
    send(reply, await answer(request));
  });
}

/** Ends the connection, too: what else comes on it is not read. */
function refuse(reply: ServerResponse, protocol: Protocol, { code, message, status }: AwsError): void {
  reply.setHeader('connection', 'close');
  send(reply, protocol.writeError(code, message, status, randomUUID()));
}

function send(reply: ServerResponse, { status, headers, body }: WireResponse): void {
  reply.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
