import { parseCidr } from '@pointsman/core/address';
import { EDE } from '@pointsman/core/dns';
import { answerQuery, type Handle, mayAsk, type ZoneSet } from '@pointsman/zones';
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

/** A resolver that knows the zones of the moment and refuses all other names. */
export function playPublicResolver(zones: () => ZoneSet): Handle {
  return (packet, { transport }) => {
    const answer = answerQuery(zones(), packet, { authoritative: false, transport, random: Math.random });
    if (answer.kind === 'ignored') return undefined;
    return answer.kind === 'outside' ? refusal(packet, transport, NO_PUBLIC_DNS) : answer.response;
  };
}
