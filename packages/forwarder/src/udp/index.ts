/** UDP for other servers than the forwarder: the interface, and whichever implementation this machine can have. */
export { createUdpStack } from './choose.ts';
export { peerAddress, peerPort } from './peer.ts';
export {
  MAX_DATAGRAM,
  PEER_SIZE,
  type Receiver,
  type UdpKind,
  type UdpListener,
  type UdpStack,
} from './udp.ts';
