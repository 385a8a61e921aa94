import { type Cidr, cidrContains, parseAddress } from '@pointsman/core/address';
import { EDE, REFUSED } from '@pointsman/core/dns';
import { type Answer, answerQuery } from './answer-query.ts';
import { compileNetworks, NO_NETWORK } from './client-networks.ts';
import type { Client, ListenOptions } from './dns-handler.ts';
import { type DnsServer, startDnsServer } from './dns-server.ts';
import { createAnswerer, NOT_PLAIN } from './in-place/answer-in-place.ts';
import { errorResponse, readQuery } from './response.ts';
import type { ZoneSet } from './zone-set.ts';

/** What one server answers, and to whom. */
export type ZoneService = {
  zones: ZoneSet;
  /** See `AnswerContext`. */
  authoritative: boolean;
  /** Everybody else is refused. */
  clients: readonly Cidr[];
  random: () => number;
};

/** Serves zones at an address, to the given clients only. @throws ListenError */
export function serveZones(options: ListenOptions & ZoneService): Promise<DnsServer> {
  const { address, port, ...service } = options;
  const { zones, authoritative, clients, random } = service;
  const answer = createAnswerer(authoritative, random);
  const find = compileNetworks([clients]);
  return startDnsServer({
    address,
    port,
    handle: (query, client) => answerClient(service, query, client),
    handleInPlace: (bytes, offset, length, peers, peerOffset, out, at) =>
      find(peers, peerOffset) === NO_NETWORK ? NOT_PLAIN : answer(zones, bytes, offset, length, out, at),
  });
}

/** The response of a zone service to a packet from a client; undefined where none is to be sent. */
export function answerClient(
  service: ZoneService,
  packet: Uint8Array,
  client: Client,
): Uint8Array | undefined {
  if (!mayAsk(service.clients, client.address)) return refuseStranger(packet, client);
  return answerFromZones(service, packet, client);
}

/** The same for a client that may ask. */
export function answerFromZones(
  { zones, authoritative, random }: Omit<ZoneService, 'clients'>,
  packet: Uint8Array,
  { address, transport }: Client,
): Uint8Array | undefined {
  // The authority of a public zone sees no clients of a VPC: their resolver asks for them.
  const client = authoritative ? address : undefined;
  const answer: Answer = answerQuery(zones, packet, { authoritative, transport, random, client });
  switch (answer.kind) {
    case 'ignored':
      return undefined;
    case 'outside': {
      const text = `no zone here covers ${answer.query.question.name}`;
      return errorResponse(answer.query, REFUSED, transport, { code: EDE.notAuthoritative, text });
    }
    default:
      return answer.response;
  }
}

/** True where the address is inside one of the CIDRs. */
export function mayAsk(clients: readonly Cidr[], address: string): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && clients.some((cidr) => cidrContains(cidr, bytes));
}

function refuseStranger(packet: Uint8Array, client: Client): Uint8Array | undefined {
  const query = readQuery(packet);
  const text = `${client.address} may not ask here`;
  return query && errorResponse(query, REFUSED, client.transport, { code: EDE.prohibited, text });
}
