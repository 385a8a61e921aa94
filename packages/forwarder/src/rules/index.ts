/** Which of many CIDRs a peer is in, for other servers than the forwarder. */
export { type ClientTable, compileClients, NO_VIEW, viewOfPeer } from './clients.ts';
