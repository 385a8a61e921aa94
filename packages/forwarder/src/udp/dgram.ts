/** UDP by node:dgram: works wherever Node does, at about twice the CPU time a query of `mmsg`. */
import dgram from 'node:dgram';
import { AF_INET6, encodePeer, peerAddress, peerPort } from './peer.ts';
import { splitScope } from './scope.ts';
import {
  BATCH,
  DATAGRAM_STRIDE,
  MAX_DATAGRAM,
  PEER_SIZE,
  type Receiver,
  type UdpListener,
  type UdpStack,
} from './udp.ts';

/** `reason`: why it is not `mmsg`. */
export function createDgramStack(reason: string): UdpStack {
  return {
    kind: 'dgram',
    reason,

    async listen(address, port, receiver) {
      // Windows has no SO_REUSEPORT; one worker does without.
      const socket = dgram.createSocket({ ...familyOf(address), reusePort: process.platform === 'linux' });
      const peerOf = createPeerCache();
      const bound = Promise.withResolvers<void>();
      socket.once('error', bound.reject);
      socket.bind({ port, address, exclusive: true }, bound.resolve);
      try {
        await bound.promise;
      } catch (error) {
        socket.close();
        throw error;
      }
      socket.removeAllListeners('error');
      // Errors on an unconnected socket are about single replies; they concern nobody else.
      socket.on('error', () => {});
      socket.on('message', (message, from) => {
        if (from.port !== 0) deliver(receiver, message, peerOf(from.address, from.port));
      });
      return createListener(socket, address, socket.address().port);
    },

    connect(local, remote, port, receiver, onError) {
      const socket = dgram.createSocket(familyOf(remote));
      const peer = encodePeer(remote, port);
      let connected = false;
      let closed = false;
      const waiting: Uint8Array[] = [];
      /** Why it will never be connected. */
      let failure: string | undefined;
      const fail = ({ code = 'EIO' }: { code?: string | undefined }) => {
        if (closed) return;
        if (!connected) failure = code;
        onError(code);
      };
      socket.on('error', fail);
      socket.on('message', (message) => deliver(receiver, message, peer));
      socket.bind({ port: 0, exclusive: true, ...(local === undefined ? {} : { address: local }) }, () => {
        if (closed) return;
        // Typed without it, but with a callback an error comes by its argument, and by no event.
        const onConnected = (error?: NodeJS.ErrnoException) => {
          if (closed) return;
          if (error) return fail(error);
          connected = true;
          for (const query of waiting) socket.send(query);
          waiting.length = 0;
        };
        socket.connect(port, remote, onConnected);
      });
      return {
        get localPort() {
          return connected && !closed ? socket.address().port : 0;
        },
        send(bytes, offset, length) {
          if (closed) return;
          if (failure !== undefined) {
            // Not at once: the caller does not know of this query yet.
            setImmediate(fail, { code: failure });
            return;
          }
          const query = bytes.slice(offset, offset + length);
          if (connected) socket.send(query);
          else if (waiting.length < BATCH) waiting.push(query);
        },
        close() {
          if (closed) return;
          closed = true;
          socket.close();
        },
      };
    },

    flush() {},
  };
}

function createListener(socket: dgram.Socket, address: string, port: number): UdpListener {
  const out = new Uint8Array(DATAGRAM_STRIDE);
  let closed = false;
  let sending = 0;

  /** Node sends in the background. Errors are about single replies. */
  function onSent(): void {
    if (--sending === 0 && closed) socket.close();
  }

  return {
    address,
    port,
    out,
    reserve: () => 0,
    commit(length, peers, peerOffset) {
      const port = peerPort(peers, peerOffset);
      // Node throws where it is told to send to port 0.
      if (closed || port === 0) return;
      sending++;
      socket.send(out.slice(0, length), port, peerAddress(peers, peerOffset), onSent);
    },
    flush() {},
    close() {
      if (closed) return;
      closed = true;
      if (sending === 0) socket.close();
    },
  };
}

function deliver(receiver: Receiver, message: Uint8Array, peer: Uint8Array): void {
  receiver.onDatagram(message, 0, Math.min(message.length, MAX_DATAGRAM + 1), peer, 0);
  receiver.onBatchEnd();
}

function familyOf(address: string): { type: 'udp4' } | { type: 'udp6'; ipv6Only: true } {
  return encodePeer(address, 0)[0] === AF_INET6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' };
}

/** The peer record of the latest sender, remade only when the sender's address changes. */
function createPeerCache(): (address: string, port: number) => Uint8Array {
  let latest = '';
  let record: Uint8Array = new Uint8Array(PEER_SIZE);
  return (address, port) => {
    if (address !== latest) {
      const [plain, scope] = splitScope(address);
      record = encodePeer(plain, port, scope);
      latest = address;
    }
    record[2] = port >> 8;
    record[3] = port & 0xff;
    return record;
  };
}
