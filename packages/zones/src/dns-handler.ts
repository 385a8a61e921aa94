import { SERVFAIL } from '@pointsman/core/dns';
import { errorResponse, readQuery, type Transport } from './response.ts';

/** Where a server listens. `namespace`: a network namespace as `ip netns` knows it; our own where it is absent. */
export type ListenOptions = { address: string; port: number; namespace?: string | undefined };
export type Client = { address: string; port: number; transport: Transport };
/** Gives the response to a packet, or undefined where none is to be sent. */
export type Handle = (
  query: Uint8Array,
  client: Client,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
/**
 * Writes the response to a UDP packet at `at` of `out`, and gives its length; a negative number where the handler has to say. The packet is
 * `length` bytes of `bytes` from `offset`, its sender a peer record (@pointsman/forwarder/udp); both are gone after the call.
 */
export type HandleInPlace = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  peers: Uint8Array,
  peerOffset: number,
  out: Uint8Array,
  at: number,
) => number;
/** What answers: `handleInPlace` what it can, `handle` everything. */
export type Responder = { handle: Handle; handleInPlace?: HandleInPlace | undefined };
export type Listener = { port: number; stop(): Promise<void> };

/**
 * The bounds of a server. A UDP packet over the bound is dropped, as by a full socket buffer: the client asks again. A TCP connection
 * over the bound is closed at once; one with too many queries in flight, or that does not read its responses, is not read from until
 * some are done. Where responses stay unread for too long, or are too many bytes in all, the slowest connection is closed.
 */
export const SERVER_LIMITS = {
  udpInFlight: 10_000,
  tcpConnections: 1000,
  tcpInFlight: 100,
  /** Bytes of one query: no more than over UDP. */
  tcpQuery: 4096,
  /** Bytes of responses that a connection leaves unread, before the next query is looked at; one response more may be there. */
  tcpUnread: 64 * 1024,
  tcpUnreadInAll: 32 * 1024 * 1024,
  /** Milliseconds in which a client has to read what it left unread. */
  tcpUnreadTime: 10_000,
  /** Milliseconds without a byte in either direction (RFC 7766 §6.2.3 wants seconds). */
  tcpIdle: 10_000,
  freePortTries: 10,
};

/** The address and port cannot be bound. `code` is the system's, such as EADDRINUSE. */
export class ListenError extends Error {
  readonly code: string;
  constructor(options: ListenOptions, transport: Transport, cause: NodeJS.ErrnoException) {
    const place = `${options.address} port ${options.port} (${transport.toUpperCase()})`;
    super(`cannot listen on ${place}: ${reasonFor(cause, options)}`, { cause });
    this.name = 'ListenError';
    this.code = cause.code ?? 'UNKNOWN';
  }
}

function reasonFor(error: NodeJS.ErrnoException, { port }: ListenOptions): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it or take another port';
    case 'EACCES':
      return port < 1024
        ? 'ports below 1024 need the right to bind them; take a higher port'
        : 'permission denied';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
    default:
      return error.message;
  }
}

/** A handler that fails is a mistake of ours: the client gets SERVFAIL, the operator a warning, and the server goes on. */
export function respond(handle: Handle, query: Uint8Array, client: Client): ReturnType<Handle> {
  const fail = (error: unknown) => {
    process.emitWarning(error instanceof Error ? error : String(error));
    const read = readQuery(query);
    return read && errorResponse(read, SERVFAIL, client.transport);
  };
  try {
    const response = handle(query, client);
    return response instanceof Promise ? response.catch(fail) : response;
  } catch (error) {
    return fail(error);
  }
}
