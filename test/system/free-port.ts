import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that systems give out by themselves, so that no client's socket is in the way. */
const FIRST = 12_000;
const LAST = 32_000;
const TRIES = 100;

/** Each is given once: who asks for two binds neither before it has both. */
const given = new Set<number>();

/** A port that is free for UDP and TCP at every IPv4 address of this machine: the wildcard address can be bound only then. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port) || !(await isFreeTcp(port)) || !(await isFreeUdp(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} in ${TRIES} tries`);
}

async function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ host: '0.0.0.0', port, exclusive: true });
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind({ address: '0.0.0.0', port, exclusive: true });
  const free = await once(socket, 'listening').then(
    () => true,
    () => false,
  );
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return free;
}
