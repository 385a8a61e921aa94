/** One TCP connection to an upstream, opened when it is needed, pipelined, closed when idle (RFC 7766 §6.2). */
import net from 'node:net';
import { createFrameReader, frame } from './frames.ts';

const IDLE_MS = 10_000;
/** Bytes waiting to be sent; past this the upstream does not keep up and queries fail. */
const MAX_QUEUED = 256 * 1024;

export type TcpClient = {
  /** Queues a query, connecting first where there is no connection. False where the connection does not keep up. */
  send(query: Uint8Array, length: number): boolean;
  close(): void;
};

export function createTcpClient(
  target: { local: string | undefined; address: string; port: number },
  onMessage: (bytes: Uint8Array) => void,
  /** The connection ended: whatever was sent on it and is unanswered stays so. `code` undefined: it was closed in good order. */
  onEnd: (code: string | undefined) => void,
): TcpClient {
  let socket: net.Socket | undefined;

  function connect(): net.Socket {
    const opened = net.connect({
      host: target.address,
      port: target.port,
      noDelay: true,
      ...(target.local === undefined ? {} : { localAddress: target.local }),
    });
    const reader = createFrameReader();
    let code: string | undefined;
    opened.on('data', (chunk) => reader.push(chunk, onMessage));
    opened.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? 'EIO';
    });
    opened.setTimeout(IDLE_MS, () => opened.destroy());
    // From the upstream's end on nothing more will come: the next query goes over a new connection, which the close of this one leaves alone.
    const finish = () => {
      if (socket !== opened) return;
      socket = undefined;
      opened.end();
      onEnd(code);
    };
    opened.on('end', finish);
    opened.on('close', finish);
    // A UDP batch, whose end nothing runs process.nextTick after, may be what asks: the immediate makes the connection begin at once.
    setImmediate(() => {});
    return opened;
  }

  return {
    send(query, length) {
      socket ??= connect();
      if (socket.writableLength > MAX_QUEUED) return false;
      socket.write(frame(query, 0, length));
      return true;
    },
    close() {
      socket?.destroy();
    },
  };
}
