import type { RequestListener, ServerResponse } from 'node:http';
import { answerMetadata } from './answer-metadata.ts';
import type { Machine } from './machine.ts';
import { makeSessionTokens } from './session-tokens.ts';

/** How the service misbehaves, for drills. Read at every request. */
export type MetadataFaults = {
  /** `silent` takes requests and never answers them; `failing` answers 503. */
  outage: 'none' | 'silent' | 'failing';
  /** Milliseconds that every answer takes. */
  delay: number;
  /** Milliseconds until a new interface's device number is told. */
  deviceNumberLag: number;
};

export const NO_METADATA_FAULTS: MetadataFaults = { outage: 'none', delay: 0, deviceNumberLag: 0 };

export type MetadataServiceOptions = {
  /** The instance that asks, by the source address of its connection: an address is one instance's within a VPC. */
  findMachine: (address: string) => Machine | undefined;
  /** Secret, at least 32 random bytes: session tokens are signed with it. */
  key: Uint8Array;
  faults: MetadataFaults;
  /** Milliseconds since 1970. */
  now: () => number;
};

/**
 * What a `node:http` server at 169.254.169.254:80 of a VPC does with requests. The hop limit of an instance is the network's to enforce: the
 * fabric's (`metadataHopLimit`).
 */
export function serveMetadata(options: MetadataServiceOptions): RequestListener {
  const { findMachine, faults, now } = options;
  const tokens = makeSessionTokens(options.key);
  return (message, reply) => {
    message.resume();
    if (faults.outage === 'silent') return;
    const machine = findMachine(readAddress(message.socket.remoteAddress));
    const { method = 'GET', headers } = message;
    const path = (message.url ?? '/').split('?')[0]!;
    const answer = () => {
      if (faults.outage === 'failing') return send(reply, 503, {}, '503 - Service Unavailable\n');
      if (!machine) return send(reply, 404, {}, '404 - Not Found\n');
      const state = { tokens, now: now(), deviceNumberLag: faults.deviceNumberLag };
      const response = answerMetadata({ method, path, headers }, machine, state);
      send(reply, response.status, response.headers, response.body);
    };
    if (faults.delay > 0) setTimeout(answer, faults.delay).unref();
    else answer();
  };
}

function send(
  reply: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  reply.writeHead(status, { server: 'EC2ws', ...headers, 'content-length': Buffer.byteLength(body) });
  reply.end(body);
}

/** A server that listens for both families sees IPv4 clients as `::ffff:10.0.0.1`. */
function readAddress(address = ''): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/, '');
}
