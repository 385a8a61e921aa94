import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** Two programs that tell each other JSON values, a line each. */
export type Channel = {
  send: (message: unknown) => void;
  /** Aborted when the other side is gone. */
  ended: AbortSignal;
  close: () => void;
};

export type ChannelServer = { stop: () => Promise<void> };

/** Whoever sends a longer line is no program of ours. */
const LONGEST_LINE = 2 ** 16;
/** Bytes that a caller may leave unread. */
const MOST_UNREAD = 2 ** 20;

/**
 * Listens at a socket file that only root may use; `serve` is called with each message of each caller.
 * @throws an Error with the `code` of the system where it cannot listen there
 */
export async function serveChannel(
  path: string,
  serve: (message: unknown, channel: Channel) => void,
): Promise<ChannelServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    const channel = makeChannel(socket, (message) => serve(message, channel));
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return {
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** @throws an Error with the `code` of the system where nobody listens there */
export async function openChannel(path: string, hear: (message: unknown) => void): Promise<Channel> {
  const socket = connect(path);
  const channel = makeChannel(socket, hear);
  await once(socket, 'connect');
  return channel;
}

function makeChannel(socket: Socket, hear: (message: unknown) => void): Channel {
  const ending = new AbortController();
  let rest = '';
  socket.setEncoding('utf8');
  // What the system says of a caller that is gone concerns nobody: its end does.
  socket.on('error', () => {});
  socket.on('close', () => ending.abort());
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const message of lines.map(parse)) {
      if (message === undefined) return void socket.destroy();
      hear(message);
    }
    if (rest.length > LONGEST_LINE) socket.destroy();
  });
  return {
    send: (message) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
      if (socket.writableLength > MOST_UNREAD) socket.destroy();
    },
    ended: ending.signal,
    close: () => void socket.end(),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
