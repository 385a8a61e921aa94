import { cidrContains, parseAddress, parseCidr, parseEndpoint } from '@pointsman/core/address';
import type { Plan } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { makeOwnerOf, type OwnerOf, placesOf } from './address-owner.ts';
import {
  addressNumber,
  addressText,
  type Block,
  type BlockSpace,
  blocksOverlap,
  blockText,
  makeBlockSpace,
} from './blocks.ts';
import { WorldError } from './world-error.ts';

/**
 * Where the addresses of a topology are in the loopback world. An address keeps its last three bytes (10.10.1.53 →
 * 127.10.1.53), and so does the whole range it is in, so that any address of a network can be asked from. Where that cannot
 * be (two ranges would meet, or it is IPv6), the range moves: it gets a block of its own, and in it a number for each address
 * that the plan speaks of. The map follows from the topology alone, so whoever has the file finds the running world.
 */
export type AddressMap = {
  /** The loopback address of `address`, for one who uses it in the network `from`; it is one that the plan speaks of. */
  ofAddress: (address: string, from: string) => string;
  /** The loopback ranges of the networks that have this CIDR. */
  ofCidr: (cidr: string) => readonly string[];
  /** Ranges that could not keep their form. */
  moves: readonly Move[];
  /** Addresses that the plan speaks of and that belong to no network, such as a public resolver's. */
  outside: readonly { address: string; loopback: string }[];
};

/** A range that could not keep its form, and the block it has instead. */
export type Move = { network: string; cidr: string; loopback: string; because: string };

/** A wider range would fill much of 127.0.0.0/8 alone, so it moves. */
const WIDEST_PREFIX = 12;
/** A moved range has this many addresses at least. */
const SMALLEST_BLOCK = 256;

type Range = { network: string; cidr: string };
type PlacedRange = Range & { block: Block; kept: boolean };

/** @throws WorldError where 127.0.0.0/8 has no room for all of it */
export function mapAddresses(topology: Topology, plan: Plan): AddressMap {
  const ownerOf = makeOwnerOf(topology, plan);
  const { named, unowned } = collectAddresses(plan, ownerOf);
  const space = makeBlockSpace();
  const ranges = placeRanges(topology, named, space);
  const loopbacks = new Map<string, string>();
  const rangesOfCidr = new Map<string, string[]>();
  for (const range of ranges) {
    rangesOfCidr.set(range.cidr, [...(rangesOfCidr.get(range.cidr) ?? []), blockText(range.block)]);
    for (const [address, number] of numberAddresses(range, named.get(range.network)!)) {
      loopbacks.set(`${range.network} ${address}`, addressText(number));
    }
  }
  const outside = unowned.map((address) => {
    const loopback = addressText(takeHighest(space, 1).first);
    loopbacks.set(address, loopback);
    return { address, loopback };
  });
  return {
    ofAddress: (address, from) => {
      const owner = ownerOf(address, from);
      return loopbacks.get(owner === undefined ? address : `${owner} ${address}`)!;
    },
    ofCidr: (cidr) => rangesOfCidr.get(cidr) ?? [],
    moves: ranges
      .filter((range) => !range.kept)
      .map((range) => ({
        network: range.network,
        cidr: range.cidr,
        loopback: blockText(range.block),
        because: whyMoved(range, ranges),
      })),
    outside,
  };
}

/** Every address that the plan speaks of, by the network it belongs to. */
function collectAddresses(plan: Plan, ownerOf: OwnerOf) {
  const named = new Map<string, Set<string>>();
  const unowned = new Set<string>();
  const add = (network: string | undefined, address: string) => {
    if (network === undefined) unowned.add(address);
    else if (named.has(network)) named.get(network)!.add(address);
    else named.set(network, new Set([address]));
  };
  for (const { network, address } of placesOf(plan)) add(network, address);
  const seen = new Map<readonly string[], Set<string>>();
  for (const { network, list } of referencesOf(plan)) {
    const networks = seen.get(list) ?? new Set();
    if (networks.has(network)) continue;
    seen.set(list, networks.add(network));
    for (const text of list) {
      const { address } = parseEndpoint(text)!;
      add(ownerOf(address, network), address);
    }
  }
  return { named, unowned: [...unowned].sort() };
}

/** The lists of addresses that something in a network asks. The plan shares lists: most come more than once. */
function* referencesOf(plan: Plan): Generator<{ network: string; list: readonly string[] }> {
  for (const { network, resolvers } of plan.clients) yield { network, list: resolvers };
  for (const { network, forwards } of plan.authorities) {
    for (const { upstreams } of forwards) yield { network, list: upstreams };
  }
  for (const { network, config } of plan.forwarders) {
    for (const { rules, otherwise } of [config, ...(config.views ?? [])]) {
      for (const { upstreams } of rules) yield { network, list: upstreams };
      if (otherwise !== 'refuse') yield { network, list: otherwise.upstreams };
    }
  }
}

/** Narrow ranges first, for they are the most likely to find room; then in the order of the file. */
function placeRanges(
  topology: Topology,
  named: ReadonlyMap<string, ReadonlySet<string>>,
  space: BlockSpace,
): PlacedRange[] {
  const ranges: (Range & { block: Block | undefined })[] = topology.networks.flatMap(({ name, cidrs }) =>
    cidrs.map((cidr) => ({ network: name, cidr, block: undefined })),
  );
  const prefix = ({ cidr }: Range) => parseCidr(cidr)!.prefix;
  for (const range of [...ranges].sort((a, b) => prefix(b) - prefix(a))) {
    const block = blockInForm(range.cidr);
    if (block && space.take(block)) range.block = block;
  }
  return ranges.map(({ network, cidr, block }) => {
    if (block) return { network, cidr, block, kept: true };
    const count = addressesIn(cidr, named.get(network)!).length;
    const size = 2 ** Math.ceil(Math.log2(Math.max(SMALLEST_BLOCK, 2 * count)));
    return { network, cidr, block: takeHighest(space, size), kept: false };
  });
}

/** The block that has the last three bytes of a CIDR; undefined where it may not keep its form. */
function blockInForm(text: string): Block | undefined {
  const { bytes, prefix } = parseCidr(text)!;
  if (bytes.length !== 4 || prefix < WIDEST_PREFIX) return undefined;
  return { first: addressNumber(bytes), size: 2 ** (32 - prefix) };
}

function whyMoved({ cidr }: Range, ranges: readonly PlacedRange[]): string {
  const block = blockInForm(cidr);
  if (!block) return cidr.includes(':') ? 'it is IPv6' : 'it is too wide to keep its form';
  const holder = ranges.find((range) => range.kept && blocksOverlap(range.block, block));
  return holder ? `${holder.cidr} of ${holder.network} has that place` : 'its place is not free';
}

/** The numbers of a range's addresses. In a moved one each keeps its last byte where that is free, or gets the next free number. */
function numberAddresses(
  range: PlacedRange,
  named: ReadonlySet<string>,
): [address: string, number: number][] {
  const { first, size } = range.block;
  const taken = new Set([0]);
  return addressesIn(range.cidr, named).map((address) => {
    const bytes = parseAddress(address)!;
    if (range.kept) return [address, addressNumber(bytes)];
    let offset = bytes.at(-1)!;
    while (taken.has(offset)) offset = (offset + 1) % size;
    taken.add(offset);
    return [address, first + offset];
  });
}

function addressesIn(cidr: string, addresses: ReadonlySet<string>): string[] {
  const parsed = parseCidr(cidr)!;
  return [...addresses].filter((address) => cidrContains(parsed, parseAddress(address)!));
}

function takeHighest(space: BlockSpace, size: number): Block {
  const block = space.takeHighest(size);
  if (!block)
    throw new WorldError('no-room', '127.0.0.0/8 has no room for all networks: give them narrower CIDRs');
  return block;
}
