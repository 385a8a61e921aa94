import {
  createUdpStack,
  MAX_DATAGRAM,
  PEER_SIZE,
  peerAddress,
  peerPort,
  type Receiver,
  type UdpListener,
} from '@pointsman/forwarder/udp';
import {
  ListenError,
  type Listener,
  type ListenOptions,
  type Responder,
  respond,
  SERVER_LIMITS,
} from './dns-handler.ts';

/** By the forwarder's UDP: many datagrams a system call where this machine can. @throws ListenError */
export async function listenUdp(options: ListenOptions, responder: Responder): Promise<Listener> {
  const { handleInPlace } = responder;
  let inFlight = 0;
  const handleLater = (query: Uint8Array, peer: Uint8Array) => {
    if (inFlight >= SERVER_LIMITS.udpInFlight) return;
    const client = { address: peerAddress(peer, 0), port: peerPort(peer, 0), transport: 'udp' as const };
    const response = respond(responder.handle, query, client);
    if (!(response instanceof Promise)) return send(listener, response, peer);
    inFlight++;
    // Nothing runs the promises that became ready in a batch of datagrams, unless something is to be done after it.
    setImmediate(() => {});
    void response.then((bytes) => {
      inFlight--;
      send(listener, bytes, peer);
      listener.flush();
    });
  };
  const writeInPlace = (
    bytes: Uint8Array,
    offset: number,
    length: number,
    peers: Uint8Array,
    peerOffset: number,
  ): number => {
    if (handleInPlace === undefined) return -1;
    try {
      return handleInPlace(bytes, offset, length, peers, peerOffset, listener.out, listener.reserve());
    } catch {
      // The handler meets the same mistake, and tells of it.
      return -1;
    }
  };
  const listener: UdpListener = await listen(options, {
    onDatagram: (bytes, offset, length, peers, peerOffset) => {
      if (length > MAX_DATAGRAM) return;
      const written = writeInPlace(bytes, offset, length, peers, peerOffset);
      if (written >= 0) return listener.commit(written, peers, peerOffset);
      handleLater(bytes.slice(offset, offset + length), peers.slice(peerOffset, peerOffset + PEER_SIZE));
    },
    onBatchEnd: () => listener.flush(),
  });
  return { port: listener.port, stop: async () => listener.close() };
}

async function listen(options: ListenOptions, receiver: Receiver): Promise<UdpListener> {
  try {
    return await createUdpStack().listen(options.address, options.port, receiver);
  } catch (error) {
    throw new ListenError(options, 'udp', error as NodeJS.ErrnoException);
  }
}

function send(listener: UdpListener, response: Uint8Array | undefined, peer: Uint8Array): void {
  if (response === undefined || response.length > MAX_DATAGRAM) return;
  listener.out.set(response, listener.reserve());
  listener.commit(response.length, peer, 0);
}
