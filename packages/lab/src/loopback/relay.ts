import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * Lets a server answer at an address of 127.0.0.0/8 that no interface has, for servers (BIND is one) that listen at addresses of
 * interfaces alone. It listens there, and passes on what comes to where the server does listen, from the very address that the client has: any
 * program may send from any address of 127.0.0.0/8. So the server sees its clients as they are.
 */
export type Relay = {
  /** From now on there is somebody to pass on to, at this port of 127.0.0.1. */
  open: (port: number) => void;
  close: () => Promise<void>;
};

const SERVER = '127.0.0.1';
/** Clients over UDP that are remembered; beyond that the one that has been quiet longest is forgotten. */
const MOST_FLOWS = 2048;
/** A client that has been quiet for so many milliseconds is forgotten: a resolver gives up sooner. */
const QUIET = 30_000;
const BUFFER_BYTES = 2 ** 21;

/** @throws an Error with the `code` of the system where it cannot listen there */
export async function startRelay(address: string, port: number): Promise<Relay> {
  let serverPort: number | undefined;
  const udp = await relayUdp(address, port, () => serverPort);
  try {
    const tcp = await relayTcp(address, port, () => serverPort);
    return {
      open: (at) => {
        serverPort = at;
      },
      close: async () => {
        await Promise.all([udp.close(), tcp.close()]);
      },
    };
  } catch (error) {
    await udp.close();
    throw error;
  }
}

type Half = { close: () => Promise<void> };
/** One client over UDP: the socket that speaks for it to the server. */
type Flow = { socket: UdpSocket; usedAt: number };

async function relayUdp(address: string, port: number, server: () => number | undefined): Promise<Half> {
  const listener = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES });
  const flows = new Map<string, Flow>();
  const forget = (key: string, { socket }: Flow) => {
    flows.delete(key);
    socket.close();
  };
  const makeFlow = (key: string, client: { address: string; port: number }): Flow => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES });
    const flow = { socket, usedAt: 0 };
    socket.on('message', (bytes) => listener.send(bytes, client.port, client.address, () => {}));
    socket.on('error', () => {
      if (flows.get(key) === flow) forget(key, flow);
    });
    socket.bind(0, client.address);
    return flow;
  };
  listener.on('message', (bytes, client) => {
    const at = server();
    if (at === undefined) return;
    const key = `${client.address}:${client.port}`;
    const flow = flows.get(key) ?? makeFlow(key, client);
    flow.usedAt = performance.now();
    // The order of the map is that of the latest use.
    flows.delete(key);
    flows.set(key, flow);
    flow.socket.send(bytes, at, SERVER, () => {});
    const [oldest] = flows;
    if (flows.size > MOST_FLOWS) forget(...oldest!);
  });
  const timer = setInterval(() => {
    for (const [key, flow] of flows) {
      if (performance.now() - flow.usedAt < QUIET) break;
      forget(key, flow);
    }
  }, QUIET / 3);
  const close = async () => {
    clearInterval(timer);
    for (const [key, flow] of flows) forget(key, flow);
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  };
  listener.bind({ address, port, exclusive: true });
  try {
    await once(listener, 'listening');
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function relayTcp(address: string, port: number, server: () => number | undefined): Promise<Half> {
  const open = new Set<Socket>();
  const listener = createServer((client) => {
    const at = server();
    if (at === undefined) return void client.destroy();
    const upstream = connect({ host: SERVER, port: at, localAddress: client.remoteAddress! });
    const ends = [client, upstream];
    for (const [index, end] of ends.entries()) {
      open.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => {
        open.delete(end);
        ends[1 - index]!.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  listener.listen({ host: address, port, exclusive: true });
  await once(listener, 'listening');
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
