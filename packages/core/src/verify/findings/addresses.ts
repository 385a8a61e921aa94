import {
  type AddressBytes,
  addressAt,
  type Cidr,
  formatAddress,
  lastAddress,
  parseAddress,
  parseCidr,
  parseEndpoint,
} from '../../address/index.ts';
import { type Path, showName } from '../../schema/path.ts';
import type { Vpc } from '../../topology/topology.ts';
import { vpcResolverAddress } from '../../topology/vpc-resolver.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';

type Flaw = { code: 'address-reserved' | 'address-outside-subnet'; why: string; remedy: string };

/**
 * `address-reserved` and `address-outside-subnet`, for addresses that somebody asks or that records give. (The parser refuses members and
 * authorities of such addresses.)
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function findBadAddresses(context: FindingContext): Draft[] {
  return [...ofServers(context), ...ofRecords(context)];
}

type Asked = { subject: string; endpoint: string; path: Path };

function ofServers(context: FindingContext): Draft[] {
  return askedAddresses(context).flatMap(({ subject, endpoint, path }) => {
    const { address } = parseEndpoint(endpoint)!;
    const flaw = flawOf(context, parseAddress(address)!, address);
    if (!flaw) return [];
    const severity = flaw.code === 'address-reserved' ? 'error' : 'warning';
    const text = `${address}, which is asked, ${flaw.why}`;
    return [{ code: flaw.code, severity, subject, text, paths: [path], remedy: flaw.remedy }];
  });
}

/** The addresses that the file names as somebody to ask. */
function askedAddresses({ topology }: FindingContext): Asked[] {
  const ofNetworks = topology.networks.flatMap(({ name, path, resolvers }) =>
    resolvers.flatMap((each) =>
      each.kind === 'address'
        ? [{ subject: `networks/${name}`, endpoint: each.address, path: [...path, 'resolvers'] }]
        : [],
    ),
  );
  const ofTiers = topology.forwarders.flatMap((tier) => {
    const subject = `forwarders/${tier.name}`;
    const scopes = [{ ...tier }, ...tier.views];
    return scopes.flatMap(({ path, rules, otherwise }) => [
      ...rules.flatMap((rule) =>
        (rule.upstreams ?? []).flatMap((each) =>
          each.kind === 'endpoint' ? [{ subject, endpoint: each.endpoint, path: rule.path }] : [],
        ),
      ),
      ...(otherwise.kind === 'endpoints'
        ? otherwise.endpoints.map((endpoint) => ({ subject, endpoint, path: [...path, 'otherwise'] }))
        : []),
    ]);
  });
  return [...ofNetworks, ...ofTiers];
}

/** One draft for each zone and flaw, whatever the number of records. */
function ofRecords(context: FindingContext): Draft[] {
  return context.topology.zones.flatMap((zone) => {
    const found = new Map<Flaw['code'], { names: string[]; flaw: Flaw }>();
    for (const { name, type, data } of zone.records) {
      if (type !== 'A' && type !== 'AAAA') continue;
      for (const bytes of data) {
        const flaw = flawOf(context, bytes);
        if (!flaw || isRouter(context, bytes)) continue;
        const group = found.get(flaw.code) ?? { names: [], flaw };
        group.names.push(`${showName(name)} (${formatAddress(bytes)} ${flaw.why})`);
        found.set(flaw.code, group);
      }
    }
    return [...found].map(
      ([code, { names, flaw }]): Draft => ({
        code,
        severity: code === 'address-reserved' ? 'warning' : 'notice',
        subject: zoneSubject(zone),
        text: `${counted(names.length, 'record')} of an address that no host has: ${listed(names)}`,
        paths: [[...zone.path, 'records']],
        remedy: flaw.remedy,
      }),
    );
  });
}

/** What is wrong with a host, or a server, having an address; nothing where a network that is no VPC has it too. */
function flawOf({ addresses }: FindingContext, bytes: AddressBytes, text?: string): Flaw | undefined {
  const networks = addresses.networksOf(bytes);
  const [network] = networks;
  if (networks.length !== 1 || network!.kind !== 'vpc') return undefined;
  const found = addresses.subnetOf(network!, bytes);
  if ((text ?? formatAddress(bytes)) === vpcResolverAddress(network!)) return undefined;
  const range = found?.cidr ?? wholeRange(network!, bytes);
  if (range && isKept(range, bytes)) {
    return {
      code: 'address-reserved',
      why: `is one that AWS keeps in ${found ? `${found.subnet.cidr}, ${network!.name}’s subnet ${found.subnet.name}` : network!.name}`,
      remedy: 'take an address from the fifth of a subnet on, and not its last',
    };
  }
  if (found || network!.subnets.length === 0) return undefined;
  const remedy = `add the subnet to networks.${network!.name}.subnets, or correct the address`;
  return { code: 'address-outside-subnet', why: `is in no subnet of ${network!.name}`, remedy };
}

/** The CIDR of a VPC that states no subnets: whatever its subnets are, its first and its last addresses are kept. */
function wholeRange(network: Vpc, bytes: AddressBytes): Cidr | undefined {
  if (network.subnets.length > 0) return undefined;
  return network.cidrs.map((text) => parseCidr(text)!).find((cidr) => isKept(cidr, bytes));
}

function isKept(cidr: Cidr, bytes: AddressBytes): boolean {
  return (
    [0, 1, 2, 3].some((offset) => isSame(addressAt(cidr.bytes, offset), bytes)) ||
    isSame(lastAddress(cidr), bytes)
  );
}

/** A subnet's router is base plus one, and may well have a name. */
function isRouter({ addresses }: FindingContext, bytes: AddressBytes): boolean {
  const [network] = addresses.networksOf(bytes);
  const subnet = addresses.subnetOf(network!, bytes);
  return subnet !== undefined && isSame(addressAt(subnet.cidr.bytes, 1), bytes);
}

function isSame(a: AddressBytes | undefined, b: AddressBytes): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}
