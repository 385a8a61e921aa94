/**
 * Peers as bytes, in the layout of struct sockaddr_in and sockaddr_in6 (ip(7), ipv6(7)):
 * ```
 *   0  family  u16, host order      0  family    u16, host order
 *   2  port    u16, network order   2  port      u16, network order
 *   4  address 4 bytes              4  flow info u32
 *                                   8  address   16 bytes
 *                                  24  scope id  u32, host order
 * ```
 * Linux's numbers and little-endian hosts; the dgram implementation uses the same layout on other systems.
 */
import { formatAddress, parseAddress } from '@pointsman/core/address';
import { joinScope } from './scope.ts';
import { PEER_SIZE } from './udp.ts';

const AF_INET = 2;
export const AF_INET6 = 10;

/** @throws RangeError where the text is no IP address */
export function encodePeer(address: string, port: number, scope = 0): Uint8Array {
  const bytes = parseAddress(address);
  if (!bytes) throw new RangeError(`"${address}" is no IP address`);
  const peer = new Uint8Array(PEER_SIZE);
  peer[0] = bytes.length === 4 ? AF_INET : AF_INET6;
  peer[2] = port >> 8;
  peer[3] = port & 0xff;
  peer.set(bytes, bytes.length === 4 ? 4 : 8);
  if (bytes.length === 16) new DataView(peer.buffer).setUint32(24, scope, true);
  return peer;
}

/** Bytes of the C structure that the kernel expects for this peer. */
export function sockaddrLength(peers: Uint8Array, offset: number): number {
  return peers[offset] === AF_INET6 ? 28 : 16;
}

export function peerAddressBytes(peers: Uint8Array, offset: number): Uint8Array {
  return peers[offset] === AF_INET6
    ? peers.subarray(offset + 8, offset + 24)
    : peers.subarray(offset + 4, offset + 8);
}

/** As text, with the scope where it has one. */
export function peerAddress(peers: Uint8Array, offset: number): string {
  return joinScope(formatAddress(peerAddressBytes(peers, offset)), peerScope(peers, offset));
}

export function peerPort(peers: Uint8Array, offset: number): number {
  return (peers[offset + 2]! << 8) | peers[offset + 3]!;
}

/** Of a link-local IPv6 address the number of its interface; 0 for any other. */
export function peerScope(peers: Uint8Array, offset: number): number {
  if (peers[offset] !== AF_INET6) return 0;
  return new DataView(peers.buffer, peers.byteOffset + offset, PEER_SIZE).getUint32(24, true);
}
