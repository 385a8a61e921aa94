import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { AwsError } from '../aws-error.ts';
import type { WireRequest, WireResponse } from '../protocol.ts';
import {
  type AccessKey,
  authenticateAnybody,
  authenticateBy,
  type FindKey,
  findKeyIn,
} from '../signature/authenticate.ts';
import { type AnswerOptions, type AwsService, answerRequest, writeError } from './answer-request.ts';
import { chooseService } from './choose-service.ts';
import { isLoopback, isRebound } from './loopback.ts';

export type ApiServerOptions = Pick<AnswerOptions, 'gate' | 'onFailure'> & {
  /** One at least. Where there are several, a request is for the one that its signature names. */
  services: readonly AwsService[];
  address: string;
  /** 0 takes a free one. */
  port: number;
  /** Who may call. An empty list: anybody on this machine, as `DEFAULT_ACCOUNT`, and the address has to be a loopback one. */
  keys: readonly AccessKey[] | FindKey;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Given: HTTPS. */
  certificate?: Certificate | undefined;
};

/** A certificate with those that lead to its root, and its private key, as PEM. */
export type Certificate = { cert: string; key: string };

export type ApiServer = {
  endpoint: string;
  address: string;
  port: number;
  /** Takes another certificate for the connections to come. @throws for one that is none; the one before stays */
  renew(certificate: Certificate): void;
  /**
   * Serves the same at one more place, in another network namespace for one: `listen` has the server that it gets listen there. Callers need keys.
   * @throws ApiError without keys; what listening throws
   */
  serveAlso(listen: (server: Server) => Promise<unknown>): Promise<{ stop(): Promise<void> }>;
  stop(): Promise<void>;
};

/** Whom requests act for where there are no keys. */
export const DEFAULT_ACCOUNT = '000000000000';

/** Bytes of a request's body, and of all that are on their way at once, whoever sends them; milliseconds for its headers, for all of it, and for a connection without one. */
export const API_LIMITS = {
  body: 1024 * 1024,
  allBodies: 64 * 1024 * 1024,
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
 * Serves AWS's services over HTTP, at one address.
 * @throws ApiError without keys elsewhere than on loopback; what listening throws (EADDRINUSE, …)
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { address, port, keys, now } = options;
  const isOpen = typeof keys !== 'function' && keys.length === 0;
  if (isOpen && !isLoopback(address)) throw keysNeeded(address);
  const findKey = typeof keys === 'function' ? keys : findKeyIn(keys);
  const authenticate = isOpen ? authenticateAnybody(DEFAULT_ACCOUNT) : authenticateBy(findKey, now);
  const waiting: Waiting = { bytes: 0 };
  const hear: Listener = (message, reply) => {
    const exchange = { message, reply, service: chooseService(options.services, message) };
    const refusal = refuseHead(exchange, isOpen);
    if (refusal) refuse(exchange, refusal);
    else
      receive(exchange, waiting, (request) =>
        answerRequest(request, exchange.service, { ...options, authenticate }),
      );
  };
  const server = listenerFor(options.certificate, hear);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    endpoint: `${options.certificate ? 'https' : 'http'}://${isIP(address) === 6 ? `[${address}]` : address}:${bound}`,
    address,
    port: bound,
    renew: (certificate) => (server as SecureServer).setSecureContext(certificate),
    serveAlso: async (listen) => {
      if (isOpen) throw keysNeeded('another place');
      const other = listenerFor(options.certificate, hear);
      await listen(other);
      return { stop: () => stopServer(other) };
    },
    stop: () => stopServer(server),
  };
}

function keysNeeded(place: string): ApiError {
  return new ApiError(
    'keys-needed',
    `${place} can be reached from other machines, and without access keys anybody could change everything: give a key, or listen on 127.0.0.1`,
  );
}

function stopServer(server: Server | SecureServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), STOP_TIME).unref();
  });
}

type SecureServer = ReturnType<typeof createSecureServer>;
type Listener = (message: IncomingMessage, reply: ServerResponse) => void;

function listenerFor(certificate: Certificate | undefined, listener: Listener): Server | SecureServer {
  const { requestTime: requestTimeout } = API_LIMITS;
  const server = certificate
    ? createSecureServer({ ...certificate, requestTimeout }, listener)
    : createServer({ requestTimeout }, listener);
  server.headersTimeout = API_LIMITS.headersTime;
  server.keepAliveTimeout = API_LIMITS.idleTime;
  server.maxConnections = API_LIMITS.connections;
  return server;
}

/** Milliseconds that requests under way have when the server stops. */
const STOP_TIME = 1000;

/** A request, its response, and the service that it is for. */
type Exchange = { message: IncomingMessage; reply: ServerResponse; service: AwsService };

/** What is wrong with a request already by its headers. */
function refuseHead({ message: { headers }, service }: Exchange, isOpen: boolean): AwsError | undefined {
  if (isOpen && isRebound(headers.host)) {
    const message = `Without access keys this service takes requests to an IP address or localhost, not to ${headers.host}.`;
    return new AwsError('AccessDenied', message, { status: 403 });
  }
  return Number(headers['content-length'] ?? 0) > bodyLimit(service) ? tooLarge(service) : undefined;
}

function bodyLimit({ bodyLimit = API_LIMITS.body }: AwsService): number {
  return bodyLimit;
}

function tooLarge(service: AwsService): AwsError {
  return new AwsError('RequestEntityTooLarge', `A request has at most ${bodyLimit(service)} bytes.`, {
    status: 413,
  });
}

/** What of requests has come, in all connections, and is not answered yet. */
type Waiting = { bytes: number };

/** Reads a request whole, then sends its response. Nobody knows who sends it before it is there, so that all together have no more than so much room. */
function receive(
  exchange: Exchange,
  waiting: Waiting,
  answer: (request: WireRequest) => Promise<WireResponse>,
): void {
  const { message, reply, service } = exchange;
  const chunks: Buffer[] = [];
  let size = 0;
  let isRefused = false;
  const giveUp = (error: AwsError) => {
    isRefused = true;
    free();
    refuse(exchange, error);
  };
  const free = () => {
    waiting.bytes -= size;
    size = 0;
    chunks.length = 0;
  };
  message.on('data', (chunk: Buffer) => {
    if (isRefused) return;
    size += chunk.length;
    waiting.bytes += chunk.length;
    chunks.push(chunk);
    if (size > bodyLimit(service)) giveUp(tooLarge(service));
    else if (waiting.bytes > API_LIMITS.allBodies) giveUp(tooMuch());
  });
  message.on('error', () => reply.destroy());
  reply.on('close', free);
  message.on('end', async () => {
    if (isRefused) return;
    const [path, ...query] = (message.url ?? '/').split('?');
    const { method = 'GET', headers } = message;
    const body = Buffer.concat(chunks);
    try {
      send(reply, await answer({ method, path: path!, queryString: query.join('?'), headers, body }));
    } catch (error) {
      reply.destroy(error as Error);
    }
  });
}

function tooMuch(): AwsError {
  const message = 'Too much is being sent to this service at once. Please try again shortly.';
  return new AwsError('ServiceUnavailable', message, { status: 503 });
}

/** Ends the connection, too: what else comes on it is not read. */
async function refuse({ reply, service }: Exchange, error: AwsError): Promise<void> {
  reply.setHeader('connection', 'close');
  send(reply, writeError(service, await service.protocol(), error, randomUUID()));
}

/** The response to HEAD says itself how long the body would be. */
function send(reply: ServerResponse, { status, headers, body }: WireResponse): void {
  reply.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}
