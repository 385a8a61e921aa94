/**
 * UDP by recvmmsg(2) and sendmmsg(2): one system call for up to BATCH datagrams, on memory allocated once.
 *
 * - All sockets of a stack receive into one shared batch: a batch is handled to its end before the next is received.
 * - Each listener owns a batch for replies; connections share one for queries, grouped by socket when flushed.
 * - A datagram that the kernel will not take (full buffer) is dropped, as a network would.
 */

import * as libcNumbers from './libc.ts';
import { addressOf, type Libc, type Poll, pollReadable } from './libc.ts';
import { AF_INET6, encodePeer, peerPort, sockaddrLength } from './peer.ts';
import {
  BATCH,
  DATAGRAM_STRIDE,
  MAX_DATAGRAM,
  MAX_QUERY,
  PEER_SIZE,
  PEER_STRIDE,
  type Receiver,
  type UdpConnection,
  type UdpListener,
  type UdpStack,
} from './udp.ts';

/**
 * struct mmsghdr on 64-bit Linux, in 32-bit words (low word first):
 * ```
 *  0 name  2 name length  4 iovec  6 iovec count  8 control  10 control length  12 flags  14 message length  (16 words)
 * ```
 */
const HEADER_WORDS = 16;
const NAME_LENGTH = 2;
const MESSAGE_LENGTH = 14;
const IOVEC_WORDS = 4;

/** A descriptor's number belongs to somebody else as soon as it is closed. */
type Socket = { readonly fd: number; closed: boolean };

type Batch = {
  bytes: Uint8Array;
  peers: Uint8Array;
  headers: Uint32Array;
  iovecs: Uint32Array;
  /** Address of the first header, for the system call. */
  address: number;
  /** Address of the first datagram. */
  base: number;
};

/** Receive rounds per wake-up: after these other sockets get their turn. */
const ROUNDS = 4;
const QUERY_STRIDE = (MAX_QUERY + 63) & ~63;
const SOCKET_BUFFER = 4 * 2 ** 20;
/** Nothing to receive, or no room to send: no news about the peer. */
const PASSING = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR', 'ENOBUFS']);

export function createMmsgStack(libc: Libc): UdpStack {
  const received = createBatch(DATAGRAM_STRIDE);
  const queries = createBatch(QUERY_STRIDE);
  const queryOwners: number[] = [];
  const errorHandlers = new Map<number, (code: string) => void>();

  function receive(socket: Socket, receiver: Receiver, onError: (code: string) => void): void {
    const { headers } = received;
    for (let round = 0; round < ROUNDS; round++) {
      const count = libc.recvmmsg(socket.fd, received.address, BATCH, libcNumbers.MSG_DONTWAIT, 0);
      if (count < 0) {
        const code = libcNumbers.errnoName(libc.errno());
        if (!PASSING.has(code)) onError(code);
        return;
      }
      for (let index = 0; index < count; index++) {
        const length = headers[index * HEADER_WORDS + MESSAGE_LENGTH]!;
        headers[index * HEADER_WORDS + NAME_LENGTH] = PEER_SIZE;
        if (peerPort(received.peers, index * PEER_STRIDE) === 0) continue;
        receiver.onDatagram(
          received.bytes,
          index * DATAGRAM_STRIDE,
          length,
          received.peers,
          index * PEER_STRIDE,
        );
      }
      receiver.onBatchEnd();
      if (count < BATCH || socket.closed) return;
    }
  }

  /** Errors are reported last, when the batch is empty again: whoever is told may send and flush. */
  function flushQueries(): void {
    const { iovecs, address, base } = queries;
    const failed: [fd: number, code: string][] = [];
    for (let start = 0; start < queryOwners.length; ) {
      const owner = queryOwners[start]!;
      let end = start + 1;
      // Bring the other queries of this socket next to its first one.
      for (let index = end; index < queryOwners.length; index++) {
        if (queryOwners[index] !== owner) continue;
        if (index !== end) {
          swapWords(iovecs, index * IOVEC_WORDS, end * IOVEC_WORDS, IOVEC_WORDS);
          queryOwners[index] = queryOwners[end]!;
          queryOwners[end] = owner;
        }
        end++;
      }
      const code = sendAll(libc, owner, address + start * HEADER_WORDS * 4, end - start);
      if (code !== undefined) failed.push([owner, code]);
      start = end;
    }
    for (let index = 0; index < queryOwners.length; index++) {
      setPointer(iovecs, index * IOVEC_WORDS, base + index * QUERY_STRIDE);
    }
    queryOwners.length = 0;
    for (const [owner, code] of failed) errorHandlers.get(owner)?.(code);
  }

  return {
    kind: 'mmsg',
    reason: undefined,

    async listen(address, port, receiver) {
      const peer = encodePeer(address, port);
      const fd = openSocket(libc, peer);
      setOption(libc, fd, libcNumbers.SOL_SOCKET, libcNumbers.SO_REUSEPORT, 1);
      setOption(libc, fd, libcNumbers.SOL_SOCKET, libcNumbers.SO_RCVBUF, SOCKET_BUFFER);
      setOption(libc, fd, libcNumbers.SOL_SOCKET, libcNumbers.SO_SNDBUF, SOCKET_BUFFER);
      check(libc, fd, libc.bind(fd, peer, sockaddrLength(peer, 0)), `bind to ${address} port ${port}`);
      // Errors on an unconnected socket are about single replies; they concern nobody else.
      const socket = { fd, closed: false };
      const poll = pollReadable(fd, () => receive(socket, receiver, () => {}));
      return createListener(libc, socket, poll, address, localPort(libc, fd));
    },

    connect(local, remote, port, receiver, onError): UdpConnection {
      const peer = encodePeer(remote, port);
      const fd = openSocket(libc, peer);
      if (local !== undefined) {
        const source = encodePeer(local, 0);
        check(libc, fd, libc.bind(fd, source, sockaddrLength(source, 0)), `bind to ${local}`);
      }
      check(libc, fd, libc.connect(fd, peer, sockaddrLength(peer, 0)), `connect to ${remote}`);
      const socket = { fd, closed: false };
      const poll = pollReadable(fd, () => receive(socket, receiver, onError));
      errorHandlers.set(fd, onError);
      return {
        localPort: localPort(libc, fd),
        send(bytes, offset, length) {
          if (socket.closed) return;
          if (queryOwners.length === BATCH) flushQueries();
          const index = queryOwners.length;
          copyBytes(bytes, offset, queries.bytes, index * QUERY_STRIDE, length);
          queries.iovecs[index * IOVEC_WORDS + 2] = length;
          queryOwners.push(fd);
        },
        close() {
          if (socket.closed) return;
          socket.closed = true;
          errorHandlers.delete(fd);
          if (queryOwners.includes(fd)) flushQueries();
          poll.close();
          libc.close(fd);
        },
      };
    },

    flush() {
      if (queryOwners.length > 0) flushQueries();
    },
  };
}

function createListener(libc: Libc, socket: Socket, poll: Poll, address: string, port: number): UdpListener {
  const batch = createBatch(DATAGRAM_STRIDE);
  let queued = 0;

  function flush(): void {
    if (queued === 0) return;
    if (!socket.closed) sendAll(libc, socket.fd, batch.address, queued);
    queued = 0;
  }

  return {
    address,
    port,
    out: batch.bytes,
    reserve() {
      if (queued === BATCH) flush();
      return queued * DATAGRAM_STRIDE;
    },
    commit(length, peers, peerOffset) {
      if (peerPort(peers, peerOffset) === 0) return;
      const header = queued * HEADER_WORDS;
      copyBytes(peers, peerOffset, batch.peers, queued * PEER_STRIDE, PEER_SIZE);
      batch.headers[header + NAME_LENGTH] = sockaddrLength(peers, peerOffset);
      batch.iovecs[queued * IOVEC_WORDS + 2] = length;
      queued++;
    },
    flush,
    close() {
      if (socket.closed) return;
      flush();
      socket.closed = true;
      poll.close();
      libc.close(socket.fd);
    },
  };
}

/**
 * Sends `count` messages; returns the code of an error on the way. It is either an earlier one that the socket had still to report, then
 * the message goes at the second try; or this message's own, then it is skipped, so that it cannot hold up those behind it.
 */
function sendAll(libc: Libc, fd: number, address: number, count: number): string | undefined {
  let failure: string | undefined;
  let tried = false;
  for (let sent = 0; sent < count; ) {
    const result = libc.sendmmsg(
      fd,
      address + sent * HEADER_WORDS * 4,
      count - sent,
      libcNumbers.MSG_DONTWAIT,
    );
    if (result > 0) {
      sent += result;
      tried = false;
      continue;
    }
    const code = libcNumbers.errnoName(libc.errno());
    if (PASSING.has(code)) return failure;
    failure ??= code;
    if (tried) sent++;
    tried = !tried;
  }
  return failure;
}

function createBatch(stride: number): Batch {
  const batch: Batch = {
    bytes: new Uint8Array(BATCH * stride),
    peers: new Uint8Array(BATCH * PEER_STRIDE),
    headers: new Uint32Array(BATCH * HEADER_WORDS),
    iovecs: new Uint32Array(BATCH * IOVEC_WORDS),
    address: 0,
    base: 0,
  };
  batch.address = addressOf(viewOf(batch.headers));
  batch.base = addressOf(batch.bytes);
  const iovecs = addressOf(viewOf(batch.iovecs));
  const peers = addressOf(batch.peers);
  // Connected sockets send without a name: a query batch keeps name and length at zero.
  const named = stride === DATAGRAM_STRIDE;
  for (let index = 0; index < BATCH; index++) {
    const header = index * HEADER_WORDS;
    if (named) {
      setPointer(batch.headers, header, peers + index * PEER_STRIDE);
      batch.headers[header + NAME_LENGTH] = PEER_SIZE;
    }
    setPointer(batch.headers, header + 4, iovecs + index * IOVEC_WORDS * 4);
    batch.headers[header + 6] = 1;
    setPointer(batch.iovecs, index * IOVEC_WORDS, batch.base + index * stride);
    batch.iovecs[index * IOVEC_WORDS + 2] = Math.min(stride, MAX_DATAGRAM + 1);
  }
  return batch;
}

function viewOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer as ArrayBuffer);
}

function setPointer(words: Uint32Array, index: number, address: number): void {
  words[index] = address % 2 ** 32;
  words[index + 1] = Math.floor(address / 2 ** 32);
}

function swapWords(words: Uint32Array, a: number, b: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const word = words[a + index]!;
    words[a + index] = words[b + index]!;
    words[b + index] = word;
  }
}

function copyBytes(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  for (let index = 0; index < length; index++) to[at + index] = from[start + index]!;
}

function openSocket(libc: Libc, peer: Uint8Array): number {
  const family = peer[0]!;
  const fd = libc.socket(family, libcNumbers.SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError(libc.errno(), 'open a UDP socket');
  if (family === AF_INET6) setOption(libc, fd, libcNumbers.IPPROTO_IPV6, libcNumbers.IPV6_V6ONLY, 1);
  return fd;
}

function setOption(libc: Libc, fd: number, level: number, name: number, value: number): void {
  libc.setsockopt(fd, level, name, Int32Array.of(value), 4);
}

function localPort(libc: Libc, fd: number): number {
  const peer = new Uint8Array(PEER_SIZE);
  libc.getsockname(fd, peer, Int32Array.of(PEER_SIZE));
  return peerPort(peer, 0);
}

/** @throws the system call's error, with the socket closed, where `result` is negative */
function check(libc: Libc, fd: number, result: number, action: string): void {
  if (result >= 0) return;
  const number = libc.errno();
  libc.close(fd);
  throw systemError(number, action);
}

function systemError(number: number, action: string): Error {
  const code = libcNumbers.errnoName(number);
  return Object.assign(new Error(`${code}: cannot ${action}`), { code });
}
