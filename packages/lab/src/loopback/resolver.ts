import { parseCidr } from '@pointsman/core/address';
import { decodeMessage, EDE, NOERROR, ROOT } from '@pointsman/core/dns';
import {
  answerQuery,
  errorResponse,
  type Handle,
  mayAsk,
  type Transport,
  type ZoneSet,
} from '@pointsman/zones';
import { NO_PUBLIC_DNS, refusal } from './refusal.ts';
import type { WorldResolver } from './world-plan.ts';

/**
 * The VPC resolver of one VPC: it answers the private zones associated with the VPC, then public names, and only clients inside the VPC,
 * which it knows by their source address. Where an alias leads out of its zones the response ends with the alias.
 */
export function playVpcResolver(resolver: WorldResolver, zones: () => ZoneSet): Handle {
  const clients = resolver.clients.map((cidr) => parseCidr(cidr)!);
  const answer = playPublicResolver(zones);
  return (packet, client) => {
    if (mayAsk(clients, client.address)) return answer(packet, client);
    const text = `${client.address} is not in the VPC ${resolver.network}, and a VPC resolver answers only its own VPC`;
    return refusal(packet, client.transport, { code: EDE.prohibited, text });
  };
}

/** A resolver that knows the zones of the moment, and that there is a root, and refuses all other names. */
export function playPublicResolver(zones: () => ZoneSet): Handle {
  return (packet, { transport }) => {
    const answer = answerQuery(zones(), packet, { authoritative: false, transport, random: Math.random });
    if (answer.kind === 'ignored') return undefined;
    if (answer.kind !== 'outside') return answer.response;
    return answerRoot(packet, transport) ?? refusal(packet, transport, NO_PUBLIC_DNS);
  };
}

/** Whoever asks for the root wants to know whether public DNS is there at all: agents and monitors do. No records; undefined for any other name. */
function answerRoot(packet: Uint8Array, transport: Transport): Uint8Array | undefined {
  const query = decodeMessage(packet);
  return query?.question?.name === ROOT ? errorResponse(query, NOERROR, transport) : undefined;
}
