import { type Cidr, cidrContains, parseAddress, parseCidr } from '../address/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Topology } from '../topology/topology.ts';
import { VPC_RESOLVER_LINK_LOCAL } from '../topology/vpc-resolver.ts';
import type { Reach } from './reach.ts';

/** What stands at an address. `empty`: an address of a network where the topology names nothing; `outside`: of no network. */
export type Place = {
  readonly kind: 'resolver' | 'member' | 'authority' | 'empty' | 'outside';
  readonly address: string;
  /** Undefined for `outside`. */
  readonly network: string | undefined;
  /** What it is called in traces: `forwarders/main/a`, `resolvers/shared`, `authorities/sydney-dns`, `addresses/9.9.9.9`. */
  readonly subject: string;
  readonly availabilityZone?: string | undefined;
};

/**
 * Finds what stands at an address for one who asks from a network. Networks may use the same ranges: the asker's own network comes first, then one
 * that it has a link with, then the first in the topology.
 */
export type FindPlace = (address: string, from: string) => Place;

export function makeFindPlace(topology: Topology, plan: Plan, reach: Reach): FindPlace {
  const standing = new Map<string, Place[]>();
  for (const place of allPlaces(plan)) {
    const there = standing.get(place.address);
    if (there) there.push(place);
    else standing.set(place.address, [place]);
  }
  const resolvers = new Map(plan.resolvers.map(({ network, address }) => [network, address]));
  const ranges = topology.networks.flatMap(({ name, cidrs }) =>
    cidrs.map((text) => ({ network: name, cidr: parseCidr(text)! })),
  );
  const others = new Map<string, string[]>();
  const networksAround = (address: string): string[] => {
    const known = others.get(address) ?? around(address, ranges);
    others.set(address, known);
    return known;
  };
  const choose = <T>(all: readonly T[], networkOf: (each: T) => string, from: string): T | undefined => {
    if (all.length < 2) return all[0];
    const own = all.find((each) => networkOf(each) === from);
    return own ?? all.find((each) => reach.linksBetween(networkOf(each), from).length > 0) ?? all[0];
  };
  return (written, from) => {
    const address = isLinkLocalResolver(written) ? (resolvers.get(from) ?? written) : written;
    const place = choose(standing.get(address) ?? [], ({ network }) => network!, from);
    if (place) return place;
    const network = choose(networksAround(address), (each) => each, from);
    const kind = network === undefined ? 'outside' : 'empty';
    return { kind, address, network, subject: `addresses/${address}` };
  };
}

function* allPlaces(plan: Plan): Generator<Place> {
  for (const { network, address } of plan.resolvers)
    yield { kind: 'resolver', address, network, subject: `resolvers/${network}` };
  for (const { tier, member, network, address, availabilityZone } of plan.forwarders)
    yield { kind: 'member', address, network, subject: `forwarders/${tier}/${member}`, availabilityZone };
  for (const { name, network, addresses } of plan.authorities) {
    for (const address of addresses)
      yield { kind: 'authority', address, network, subject: `authorities/${name}` };
  }
}

function around(address: string, ranges: readonly { network: string; cidr: Cidr }[]): string[] {
  const bytes = parseAddress(address)!;
  return ranges.filter(({ cidr }) => cidrContains(cidr, bytes)).map(({ network }) => network);
}

const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
  (text) => parseCidr(text)!,
);
const OWN_TO_EACH = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'].map((text) => parseCidr(text)!);

/** True for an address that means nothing outside of somebody's own networks (RFC 1918, RFC 6598, RFC 4193). */
export function isPrivateAddress(address: string): boolean {
  return isWithin(PRIVATE_RANGES, address);
}

/** True for an address that means another host on every host, or on every wire (RFC 1122 §3.2.1.3, RFC 3927, RFC 4291 §2.5). */
export function isOwnToEach(address: string): boolean {
  return isWithin(OWN_TO_EACH, address);
}

/** The same place under every instance of a VPC: its own VPC resolver; nothing anywhere else. */
export function isLinkLocalResolver(address: string): boolean {
  return VPC_RESOLVER_LINK_LOCAL.includes(address);
}

function isWithin(ranges: readonly Cidr[], address: string): boolean {
  const bytes = parseAddress(address)!;
  return ranges.some((range) => cidrContains(range, bytes));
}
