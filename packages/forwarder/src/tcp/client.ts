/** One TCP connection to an upstream, pipelined, closed when idle (RFC 7766 §6.2). */
import net from 'node:net';
import { createFrameReader, frame } from './frames.ts';

/** Without a query or an answer, and none to wait for. */
const IDLE_MS = 10_000;
/** Without a byte, whatever is waited for: longer than a connection may be idle and then a question last. */
const SILENT_MS = 40_000;
/** Bytes waiting to be sent; past this the upstream does not keep up and queries fail. */
const MAX_QUEUED = 256 * 1024;

export type TcpClient = {
  /** Queues a query. False where the connection does not keep up. */
  send(query: Uint8Array, length: number): boolean;
  /** `onEnd` is not called any more. */
  close(): void;
};

export type TcpClientEvents = {
  onMessage(bytes: Uint8Array): void;
  /**
   * The connection ended: whatever was sent on it and is unanswered stays so. `code` undefined: it was closed in good order, or
   * because it was idle. Called once.
   */
  onEnd(code: string | undefined): void;
  /** An answer is waited for. */
  isBusy(): boolean;
};

export function connectTcp(
  target: { local: string | undefined; address: string; port: number },
  events: TcpClientEvents,
): TcpClient {
  const socket = net.connect({
    host: target.address,
    port: target.port,
    noDelay: true,
    ...(target.local === undefined ? {} : { localAddress: target.local }),
  });
  const reader = createFrameReader();
  let code: string | undefined;
  let ended = false;

  const idle = setTimeout(() => (events.isBusy() ? idle.refresh() : socket.destroy()), IDLE_MS);
  const silence = setTimeout(() => socket.destroy(), SILENT_MS);

  // From the upstream's end on nothing more will come, though the connection may take a while to close.
  function finish(): void {
    clearTimeout(idle);
    clearTimeout(silence);
    if (ended) return;
    ended = true;
    socket.end();
    events.onEnd(code);
  }

  socket.on('data', (chunk) => {
    idle.refresh();
    silence.refresh();
    reader.push(chunk, events.onMessage);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? 'EIO';
  });
  socket.on('end', finish);
  socket.on('close', finish);
  // A UDP batch, whose end nothing runs process.nextTick after, may be what asks: the immediate makes the connection begin at once.
  setImmediate(() => {});

  return {
    send(query, length) {
      if (socket.writableLength > MAX_QUEUED) return false;
      idle.refresh();
      socket.write(frame(query, 0, length));
      return true;
    },
    close() {
      ended = true;
      socket.destroy();
    },
  };
}
