export { bindUdp, connectTcp, listenTcp, NamespaceError, type SocketPlace } from './sockets.ts';
