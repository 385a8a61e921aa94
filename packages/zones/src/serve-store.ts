import { type AddressBytes, cidrContains, parseAddress } from '@pointsman/core/address';
import type { Handle } from './dns-handler.ts';
import { answerFromZones } from './serve-zones.ts';
import type { Vpc } from './store/model.ts';
import type { ZoneDirectory } from './zone-directory.ts';

/**
 * Answers as the VPC resolver of whichever VPC the client is in, by its source address; where CIDRs overlap, the longest prefix says.
 * For clients in no VPC it is the authority of the public zones.
 */
export function handleForVpcs(
  directory: ZoneDirectory,
  vpcs: () => Iterable<Vpc>,
  random: () => number,
): Handle {
  return (packet, client) => {
    const vpc = vpcOf(vpcs(), client.address);
    const zones = vpc === undefined ? directory.ofPublic() : directory.ofVpc(vpc);
    const service = { zones, authoritative: vpc === undefined, random };
    return answerFromZones(service, packet, client.transport);
  };
}

/** The VPC that an address is in. */
export function vpcOf(vpcs: Iterable<Vpc>, address: string): Vpc | undefined {
  const bytes = parseAddress(address);
  if (bytes === undefined) return undefined;
  let found: Vpc | undefined;
  let longest = -1;
  for (const vpc of vpcs) {
    const prefix = prefixAround(vpc, bytes);
    if (prefix > longest) [found, longest] = [vpc, prefix];
  }
  return found;
}

function prefixAround({ cidrs }: Vpc, address: AddressBytes): number {
  return Math.max(-1, ...cidrs.map((cidr) => (cidrContains(cidr, address) ? cidr.prefix : -1)));
}
