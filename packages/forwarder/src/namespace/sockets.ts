/**
 * Node's own sockets, made inside another network namespace: no process of its own is needed there. Each is opened and bound in a visit to
 * the namespace, then handed to Node by its descriptor, which Node closes with the socket.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Server, Socket } from 'node:net';
import type { Libc } from '../udp/libc.ts';
import * as libcNumbers from '../udp/libc.ts';
import { AF_INET6, encodePeer, sockaddrLength } from '../udp/peer.ts';
import { inNamespace, NamespaceError } from './enter.ts';

export { NamespaceError } from './enter.ts';

/** An address that an interface of the namespace has, or the unspecified one; port 0: the kernel chooses. */
export type SocketPlace = { namespace: string; address: string; port: number };

/**
 * A UDP socket bound there, to listen or to ask from. It receives already: add the listener for messages before anything is awaited.
 * @throws NamespaceError
 */
export async function bindUdp(place: SocketPlace): Promise<UdpSocket> {
  const fd = openBound(place, libcNumbers.SOCK_DGRAM_NONBLOCK_CLOEXEC);
  const socket = createSocket(place.address.includes(':') ? 'udp6' : 'udp4');
  const bound = once(socket, 'listening');
  socket.bind({ fd });
  await bound;
  return socket;
}

/**
 * Lets `server`, of node:net or node:http, listen there.
 * @throws NamespaceError; the server's own error, EADDRINUSE for one, where listening fails
 */
export async function listenTcp(server: Server, place: SocketPlace): Promise<void> {
  const fd = openBound(place, libcNumbers.SOCK_STREAM_NONBLOCK_CLOEXEC);
  const listening = once(server, 'listening');
  server.listen({ fd });
  await listening;
}

/**
 * A TCP connection from there to `remote`, still connecting: `connect` or `error` tells.
 * @throws NamespaceError
 */
export function connectTcp(place: SocketPlace, remote: { address: string; port: number }): Socket {
  const fd = openBound(place, libcNumbers.SOCK_STREAM_NONBLOCK_CLOEXEC);
  // Reading begins with the connection: one that is not connected would report its end.
  const unconnected: ConstructorParameters<typeof Socket>[0] & { manualStart: true } = {
    fd,
    readable: true,
    writable: true,
    manualStart: true,
  };
  return new Socket(unconnected).connect(remote.port, remote.address);
}

function openBound({ namespace, address, port }: SocketPlace, type: number): number {
  const peer = encodePeer(address, port);
  return inNamespace(namespace, (libc) => {
    const fd = libc.socket(peer[0]!, type, 0);
    if (fd < 0) throw systemError(libc, `open a socket in ${namespace}`);
    if (peer[0] === AF_INET6) setOption(libc, fd, libcNumbers.IPPROTO_IPV6, libcNumbers.IPV6_V6ONLY);
    // As Node does for TCP: connections that have just ended do not keep the port.
    if (type === libcNumbers.SOCK_STREAM_NONBLOCK_CLOEXEC) {
      setOption(libc, fd, libcNumbers.SOL_SOCKET, libcNumbers.SO_REUSEADDR);
    }
    if (libc.bind(fd, peer, sockaddrLength(peer, 0)) === 0) return fd;
    const error = systemError(libc, `bind to ${address} port ${port} in ${namespace}`);
    libc.close(fd);
    throw error;
  });
}

function setOption(libc: Libc, fd: number, level: number, name: number): void {
  libc.setsockopt(fd, level, name, Int32Array.of(1), 4);
}

function systemError(libc: Libc, action: string): NamespaceError {
  return new NamespaceError(libcNumbers.errnoName(libc.errno()), `cannot ${action}`);
}
