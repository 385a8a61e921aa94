import {
  addressAt,
  type Cidr,
  cidrContains,
  cidrsOverlap,
  formatAddress,
  formatCidr,
  maskCidr,
  parseAddress,
  parseCidr,
} from '@pointsman/core/address';
import { isReserved, type Vpc } from '@pointsman/core/topology';
import type { LabSubnet } from './plan.ts';

/** What a VPC's client host gets, and the subnets of the VPC: those of the topology, and one for the client where none of them holds its address. */
export type PlannedSubnets = {
  subnets: LabSubnet[];
  client: { subnet: string; availabilityZone: string; addresses: string[] };
};

/** Prefix lengths of a subnet that the topology does not name, the best first: EC2 takes a /16 to a /28. */
const IPV4_PREFIXES = [24, 25, 26, 27, 28];
/** EC2 takes a /44 to a /64; hosts are meant to have a /64. */
const IPV6_PREFIX = 64;
const CLIENT_SUBNET = 'clients';
/** Past what AWS reserves and what servers usually have. */
const FIRST_HOST = 10;

/**
 * `address`: of the plan's client. `taken`: addresses that something else of the topology has. `turn`: subnets whose availability zone the topology leaves
 * open get the zones in turn, from this one on, so that clients of several VPCs are not all in one.
 */
export function planSubnets(vpc: Vpc, address: string, taken: ReadonlySet<string>, turn = 0): PlannedSubnets {
  const ranges = vpc.cidrs.map((cidr) => parseCidr(cidr)!);
  const named = vpc.subnets.map((subnet) => ({ ...subnet, cidr: parseCidr(subnet.cidr)! }));
  const used: Cidr[] = named.map(({ cidr }) => cidr);
  const take = (family: 4 | 16, prefixes: readonly number[]): Cidr | undefined => {
    const block = freeBlock(ranges, used, family, prefixes);
    if (block) used.push(block);
    return block;
  };
  const wanted = clientRange(ranges, used, address);
  if (wanted) used.push(wanted);
  const asked = [
    ...named,
    ...(wanted ? [{ name: CLIENT_SUBNET, cidr: wanted, availabilityZone: undefined }] : []),
  ];
  if (asked.length === 0)
    asked.push({ name: CLIENT_SUBNET, cidr: take(4, IPV4_PREFIXES)!, availabilityZone: undefined });
  const subnets = asked.map(({ name, cidr, availabilityZone }, index): LabSubnet => {
    const ipv4 = cidr.bytes.length === 4 ? cidr : take(4, IPV4_PREFIXES);
    const ipv6 = cidr.bytes.length === 16 ? cidr : take(16, [IPV6_PREFIX]);
    return {
      name,
      cidr: formatCidr(ipv4 ?? cidr),
      ipv6Cidr: ipv6 && formatCidr(ipv6),
      availabilityZone: availabilityZone ?? `${vpc.region}${'abc'[(turn + index) % 3]}`,
    };
  });
  return { subnets, client: placeClient(subnets, address, taken) };
}

/** A new subnet around the client's address, as wide as there is room; undefined where a named one holds it, or where there is no room. */
function clientRange(ranges: readonly Cidr[], used: readonly Cidr[], address: string): Cidr | undefined {
  const bytes = parseAddress(address)!;
  if (bytes.length !== 4 || used.some((each) => cidrContains(each, bytes))) return undefined;
  return IPV4_PREFIXES.map((prefix) => maskCidr(`${address}/${prefix}`)!).find(
    (block) =>
      ranges.some((range) => range.prefix <= block.prefix && cidrContains(range, block.bytes)) &&
      !used.some((each) => cidrsOverlap(each, block)) &&
      !isReserved(block, address),
  );
}

/** The first block of the family in the ranges that overlaps none that is used: of the first of the prefix lengths for which there is one. */
function freeBlock(
  ranges: readonly Cidr[],
  used: readonly Cidr[],
  family: 4 | 16,
  prefixes: readonly number[],
): Cidr | undefined {
  for (const prefix of prefixes) {
    for (const range of ranges) {
      if (range.bytes.length !== family || range.prefix > prefix) continue;
      const size = 2 ** (family * 8 - prefix);
      // Of so many blocks one is free: each one that is used overlaps blocks side by side, so most steps pass over whole runs of them.
      let block: Cidr | undefined = { bytes: range.bytes, prefix };
      while (block && cidrContains(range, block.bytes)) {
        const { bytes }: Cidr = block;
        const hindrance = used.find((each) => cidrsOverlap(each, { bytes, prefix }));
        if (!hindrance) return block;
        const step = Math.max(size, 2 ** (family * 8 - hindrance.prefix));
        const next = addressAt(hindrance.prefix <= prefix ? hindrance.bytes : bytes, step);
        block = next && { bytes: next, prefix };
      }
    }
  }
  return undefined;
}

function placeClient(
  subnets: readonly LabSubnet[],
  address: string,
  taken: ReadonlySet<string>,
): PlannedSubnets['client'] {
  const bytes = parseAddress(address)!;
  const holds = (cidr: string | undefined) => cidr !== undefined && cidrContains(parseCidr(cidr)!, bytes);
  const subnet = subnets.find(({ cidr, ipv6Cidr }) => holds(cidr) || holds(ipv6Cidr)) ?? subnets[0]!;
  const hosts = [subnet.cidr, subnet.ipv6Cidr].flatMap((cidr) =>
    cidr === undefined ? [] : [holds(cidr) ? address : freeHost(parseCidr(cidr)!, taken)],
  );
  return { subnet: subnet.name, availabilityZone: subnet.availabilityZone, addresses: hosts };
}

function freeHost(subnet: Cidr, taken: ReadonlySet<string>): string {
  for (const start of [FIRST_HOST, 1]) {
    for (let offset = start; ; offset++) {
      const bytes = addressAt(subnet.bytes, offset);
      if (!bytes || !cidrContains(subnet, bytes)) break;
      const address = formatAddress(bytes);
      if (!taken.has(address) && !isReserved(subnet, address)) return address;
    }
  }
  return formatAddress(subnet.bytes);
}
