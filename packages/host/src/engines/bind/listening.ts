import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { formatAddress, parseAddress, parseEndpoint } from '@pointsman/core/address';
import { EngineError } from '../engine.ts';

/**
 * named listens at those of the addresses that an interface has and that are free, and says of the others nothing but a line in its
 * log; so what it could not do is found out before. @throws EngineError
 */
export async function requireListenable(listen: readonly string[]): Promise<void> {
  const present = new Set(
    Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).map(({ address }) => canonical(address)),
    ),
  );
  for (const text of listen) {
    const { address, port } = parseEndpoint(text) as { address: string; port: number };
    const isAny = address === '0.0.0.0' || address === '::';
    if (!isAny && !present.has(canonical(address)))
      throw new EngineError(
        'EADDRNOTAVAIL',
        `named cannot listen on ${address}: no interface of this machine has that address`,
      );
    const code = (await bindUdp(address, port)) ?? (await bindTcp(address, port));
    if (code !== undefined) throw new EngineError(code, `${address} port ${port}: ${reasonFor(code)}`);
  }
}

/** Ports that are not handed out to clients by any system, so that none comes in between. */
const FIRST_PORT = 12_000;
const LAST_PORT = 32_000;

/** A TCP port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if ((await bindTcp('127.0.0.1', port)) === undefined) return port;
  }
}

async function bindUdp(address: string, port: number): Promise<string | undefined> {
  const v6 = address.includes(':');
  const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6 });
  socket.bind({ address, port, exclusive: true });
  const code = await outcome(once(socket, 'listening'));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return code;
}

async function bindTcp(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  server.listen({ host: address, port, exclusive: true, ipv6Only: address.includes(':') });
  const code = await outcome(once(server, 'listening'));
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return code;
}

function outcome(listening: Promise<unknown>): Promise<string | undefined> {
  return listening.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

function reasonFor(code: string): string {
  if (code === 'EADDRINUSE') return 'it is in use by another process';
  if (code === 'EACCES') return 'no right to listen there: ports below 1024 need root';
  return code;
}

function canonical(address: string): string {
  const bytes = parseAddress(address.split('%')[0]!);
  return bytes ? formatAddress(bytes) : address;
}
