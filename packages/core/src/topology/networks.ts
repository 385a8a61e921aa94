import { type Cidr, cidrContains, cidrsOverlap, compareCidrs, parseCidr } from '../address/index.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { BuildContext } from './names.ts';
import { readReferences, readResolver } from './references.ts';
import type { NetworkSource } from './schema.ts';
import type { Network, ResolverReference, Subnet } from './topology.ts';

type VpcSource = Extract<NetworkSource, { kind: 'vpc' }>;

/** Builds the networks; checks each one's address ranges, subnets and resolvers. */
export function buildNetworks(context: BuildContext): readonly Network[] {
  return Object.freeze(
    Object.entries(context.source.networks).map(([name, source]) => buildNetwork(context, name, source)),
  );
}

function buildNetwork(context: BuildContext, name: string, source: NetworkSource): Network {
  const path: Path = Object.freeze(['networks', name]);
  checkDisjoint(
    context,
    source.cidrs.map((cidr, index) => ({ cidr, path: [...path, 'cidrs', index] })),
  );
  const base = {
    name,
    path,
    cidrs: Object.freeze(source.cidrs),
    resolvers: readResolvers(context, source, path),
    domainName: source.domainName,
    load: source.load && Object.freeze(source.load),
  };
  if (source.kind === 'site') return Object.freeze({ kind: 'site', ...base });
  checkVpcSizes(context, source, path);
  return Object.freeze({
    kind: 'vpc',
    ...base,
    region: source.region,
    account: source.account,
    vpcId: source.vpcId,
    subnets: buildSubnets(context, source, path),
    dnsSupport: source.dnsSupport,
    dnsHostnames: source.dnsHostnames,
    autodefinedReverse: source.autodefinedReverse,
  });
}

function readResolvers(
  context: BuildContext,
  source: NetworkSource,
  path: Path,
): readonly ResolverReference[] {
  const hasOwn = source.kind === 'vpc' && source.dnsSupport;
  if (source.resolvers === undefined)
    return Object.freeze(hasOwn ? [Object.freeze({ kind: 'vpc-resolver' })] : []);
  const references = readReferences(context, source.resolvers, [...path, 'resolvers'], readResolver);
  if (!hasOwn && references.some((each) => each.kind === 'vpc-resolver')) {
    context.report({
      code: 'no-vpc-resolver',
      path: [...path, 'resolvers'],
      value: 'vpc-resolver',
      message:
        source.kind === 'site'
          ? 'a site has no VPC resolver'
          : 'this VPC has no resolver: dnsSupport is false',
      remedy: 'name a forwarder tier, an authority or an address',
    });
  }
  return references;
}

/** An IPv4 CIDR of a VPC or a subnet is a /16 at the largest and a /28 at the smallest; a VPC has one at least. */
function checkVpcSizes(context: BuildContext, source: VpcSource, path: Path): void {
  const ranges = [
    ...source.cidrs.map((cidr, index) => ({ cidr, path: [...path, 'cidrs', index] })),
    ...Object.entries(source.subnets).map(([name, { cidr }]) => ({
      cidr,
      path: [...path, 'subnets', name, 'cidr'],
    })),
  ];
  for (const range of ranges) {
    const { bytes, prefix } = parseCidr(range.cidr)!;
    if (bytes.length === 16 || (prefix >= 16 && prefix <= 28)) continue;
    const message = `${showValue(range.cidr)} is not a size that AWS allows`;
    context.report({
      code: 'bad-vpc-size',
      path: range.path,
      value: range.cidr,
      message,
      remedy: 'write a /16 to a /28',
    });
  }
  if (isUnknown(source) || source.cidrs.some((cidr) => parseCidr(cidr)!.bytes.length === 4)) return;
  context.report({
    code: 'no-ipv4-cidr',
    path: [...path, 'cidrs'],
    value: source.cidrs,
    message: 'a VPC has an IPv4 CIDR: its resolver’s address comes from it',
    remedy: 'add one such as 10.20.0.0/16',
  });
}

function buildSubnets(context: BuildContext, source: VpcSource, path: Path): readonly Subnet[] {
  const ranges = source.cidrs.map((cidr) => parseCidr(cidr)!);
  const subnets = Object.entries(source.subnets).map(([name, { cidr, availabilityZone }]) => {
    const at = [...path, 'subnets', name];
    if (!isUnknown(source) && !ranges.some((range) => containsCidr(range, parseCidr(cidr)!))) {
      context.report({
        code: 'outside-network',
        path: [...at, 'cidr'],
        value: cidr,
        message: `${showValue(cidr)} is outside the CIDRs of its network`,
        remedy: `choose it inside ${source.cidrs.join(' or ')}`,
      });
    }
    if (availabilityZone !== undefined && !availabilityZone.startsWith(source.region)) {
      context.report({
        code: 'bad-availability-zone',
        path: [...at, 'availabilityZone'],
        value: availabilityZone,
        message: `${showValue(availabilityZone)} is not in the VPC’s region ${source.region}`,
        remedy: `name one such as ${source.region}a`,
      });
    }
    return Object.freeze({ name, cidr, availabilityZone });
  });
  checkDisjoint(
    context,
    subnets.map(({ name, cidr }) => ({ cidr, path: [...path, 'subnets', name, 'cidr'] })),
  );
  return Object.freeze(subnets);
}

/** True where the network's CIDRs are refused: what depends on them cannot be judged. */
function isUnknown({ cidrs }: NetworkSource): boolean {
  return cidrs.length === 0;
}

function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && cidrContains(outer, inner.bytes);
}

/** Reports each range that overlaps another one. Sorted by base, an overlap shows against the widest range so far. */
function checkDisjoint(context: BuildContext, ranges: { cidr: string; path: Path }[]): void {
  const sorted = ranges
    .map((range, index) => ({ ...range, index, parsed: parseCidr(range.cidr)! }))
    .sort((a, b) => compareCidrs(a.parsed, b.parsed) || a.index - b.index);
  let widest = sorted[0];
  for (const range of sorted.slice(1)) {
    if (!cidrsOverlap(widest!.parsed, range.parsed)) {
      widest = range;
      continue;
    }
    const [first, later] = widest!.index < range.index ? [widest!, range] : [range, widest!];
    context.report({
      code: 'overlapping-cidrs',
      path: later.path,
      value: later.cidr,
      message: `${showValue(later.cidr)} overlaps ${first.cidr}`,
      remedy: 'choose ranges that share no address',
    });
  }
}
