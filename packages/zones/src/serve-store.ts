import { type AddressBytes, cidrContains, parseAddress } from '@pointsman/core/address';
import { compileNetworks, type FindNetwork } from './client-networks.ts';
import type { Handle, HandleInPlace, Responder } from './dns-handler.ts';
import { createAnswerer } from './in-place/answer-in-place.ts';
import { answerFromZones } from './serve-zones.ts';
import type { Vpc } from './store/model.ts';
import type { ZoneDirectory } from './zone-directory.ts';

/**
 * What answers for a directory: see `handleForVpcs`. Ordinary queries over UDP cost some microseconds.
 * @param vpcs the same array for as long as nothing of it has changed
 */
export function respondForVpcs(
  directory: ZoneDirectory,
  vpcs: () => readonly Vpc[],
  random: () => number,
): Responder {
  return {
    handle: handleForVpcs(directory, vpcs, random),
    handleInPlace: handleInPlaceForVpcs(directory, vpcs, random),
  };
}

function handleInPlaceForVpcs(
  directory: ZoneDirectory,
  vpcs: () => readonly Vpc[],
  random: () => number,
): HandleInPlace {
  const answerAsResolver = createAnswerer(false, random);
  const answerAsAuthority = createAnswerer(true, random);
  let known: readonly Vpc[] | undefined;
  let find: FindNetwork;
  return (bytes, offset, length, peers, peerOffset, out, at) => {
    const now = vpcs();
    if (now !== known) {
      known = now;
      find = compileNetworks(now.map(({ cidrs }) => cidrs));
    }
    const vpc = now[find(peers, peerOffset)];
    return vpc === undefined
      ? answerAsAuthority(directory.ofPublic(), bytes, offset, length, out, at)
      : answerAsResolver(directory.ofVpc(vpc), bytes, offset, length, out, at);
  };
}

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
    return answerFromZones(service, packet, client);
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
