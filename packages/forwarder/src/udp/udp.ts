/**
 * The one narrow interface between the engine and UDP. Two implementations: `mmsg` (Linux: recvmmsg and sendmmsg, up to
 * BATCH datagrams a system call) and `dgram` (node:dgram, everywhere). udp.contract.test.ts holds both to it.
 *
 * A peer is a record of PEER_SIZE bytes in the layout of Linux's sockaddr_in and sockaddr_in6 (see peer.ts), so that
 * replying copies bytes and formats nothing.
 */

/** Datagrams in one batch, received or sent. */
export const BATCH = 64;
/** The largest datagram received or sent, bytes; a larger one received is reported with this length plus one. */
export const MAX_DATAGRAM = 4096;
/** Bytes from one datagram's place in a slab to the next: not a power of two, so that packets do not share cache sets. */
export const DATAGRAM_STRIDE = MAX_DATAGRAM + 64;
/** The largest query to an upstream, bytes: a header, a name, type and class, and an OPT record without options. */
export const MAX_QUERY = 12 + 255 + 4 + 11;
export const PEER_SIZE = 28;
export const PEER_STRIDE = 32;

/**
 * Called once per datagram, but for those from port 0: they cannot be answered (RFC 768 "if not used, a value of zero"). `bytes` and `peers` are slabs that the next batch overwrites: copy what must outlive the call.
 */
export type OnDatagram = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  peers: Uint8Array,
  peerOffset: number,
) => void;

export type Receiver = {
  onDatagram: OnDatagram;
  /** After the last datagram of a batch: the time to flush what the batch made. */
  onBatchEnd: () => void;
};

/** A socket that many peers ask. Replies are written in place, then committed, then flushed together. */
export type UdpListener = {
  readonly address: string;
  readonly port: number;
  /** Where replies are written. */
  readonly out: Uint8Array;
  /** Offset in `out` of MAX_DATAGRAM bytes for the next reply; sends what is committed first where the batch is full. */
  reserve(): number;
  /** Queues the reply written at the reserved offset; one to port 0 is dropped. A reserved place not committed is reserved again by the next call. */
  commit(length: number, peers: Uint8Array, peerOffset: number): void;
  flush(): void;
  /** Sends what is queued first. What is committed afterwards is dropped. */
  close(): void;
};

/** A socket connected to one server; the kernel lets in that server's datagrams only. */
export type UdpConnection = {
  /** 0 until it is known: `dgram` connects in the background. */
  readonly localPort: number;
  /** Copies and queues one datagram of at most MAX_QUERY bytes; `UdpStack.flush` sends. After `close` it does nothing. */
  send(bytes: Uint8Array, offset: number, length: number): void;
  close(): void;
};

export type UdpStack = {
  readonly kind: UdpKind;
  /** Why it is not `mmsg`, for the operator; undefined where it is. */
  readonly reason: string | undefined;
  /** Binds with SO_REUSEPORT. @throws an Error with a `code` such as EADDRINUSE or EACCES */
  listen(address: string, port: number, receiver: Receiver): Promise<UdpListener>;
  /**
   * A socket with a random local port, connected. `local` undefined: the kernel chooses the source address.
   * `onError` gets errno names (ECONNREFUSED: the server's host answered that nobody listens). One that says that it cannot be
   * connected at all may come by `onError`, or be thrown.
   * @throws an Error with a `code`
   */
  connect(
    local: string | undefined,
    remote: string,
    port: number,
    receiver: Receiver,
    onError: (code: string) => void,
  ): UdpConnection;
  /** Sends every queued datagram of every connection. */
  flush(): void;
};

export type UdpKind = 'mmsg' | 'dgram';
