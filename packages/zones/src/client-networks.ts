import { type Cidr, formatCidr } from '@pointsman/core/address';
import { type ClientTable, compileClients, NO_VIEW, viewOfPeer } from '@pointsman/forwarder/clients';

/** Which of some networks a peer of a UDP socket is in: its index, by the longest prefix, and of equal ones by the first; negative for none. */
export type FindNetwork = (peers: Uint8Array, offset: number) => number;

export function compileNetworks(networks: readonly (readonly Cidr[])[]): FindNetwork {
  const entries = networks.flatMap((cidrs, view) => cidrs.map((cidr) => ({ cidr: formatCidr(cidr), view })));
  // Of equal CIDRs the table takes the last.
  const table: ClientTable = compileClients(entries.reverse());
  return (peers, offset) => viewOfPeer(table, peers, offset);
}

export const NO_NETWORK = NO_VIEW;
