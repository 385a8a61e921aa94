import { parseEndpoint } from '../../address/index.ts';
import type { ForwarderTier, Network } from '../../topology/topology.ts';
import { VPC_RESOLVER_LINK_LOCAL } from '../../topology/vpc-resolver.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';

/**
 * What a VPC resolver takes from one network interface, in packets a second; AWS does not raise it.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits
 */
const RESOLVER_PACKETS = 1024;

/** What reaches a tier, in queries a second: all of it, and what its caches do not answer. */
type TierLoad = { asked: number; missed: number; networks: string[] };

/**
 * `vpc-resolver-limit` and `tier-overloaded`, from the loads that the topology states. Queries are taken to be spread evenly over the
 * members that are left, and every miss to go to the VPC resolver. Which share goes elsewhere the topology does not say: where some may, no error is
 * known. The failure is that of the availability zone with the most members.
 */
export function findOverloads(context: FindingContext): Draft[] {
  const loads = loadsOfTiers(context);
  return context.topology.forwarders.flatMap((tier) => {
    const load = loads.get(tier.name);
    return load ? [...ofResolver(context, tier, load), ...ofMembers(tier, load)] : [];
  });
}

function loadsOfTiers({ topology }: FindingContext): Map<string, TierLoad> {
  const loads = new Map<string, TierLoad>();
  for (const network of topology.networks) {
    const tier = firstTier(network);
    if (tier === undefined || network.load === undefined) continue;
    const load = loads.get(tier) ?? { asked: 0, missed: 0, networks: [] };
    load.asked += network.load.queriesPerSecond;
    load.missed += network.load.queriesPerSecond * (1 - network.load.cacheHitRate);
    load.networks.push(network.name);
    loads.set(tier, load);
  }
  return loads;
}

/** The tier that the clients of a network ask first. */
function firstTier({ resolvers }: Network): string | undefined {
  const [first] = resolvers;
  return first?.kind === 'tier' ? first.name : undefined;
}

function ofResolver({ plan, networks }: FindingContext, tier: ForwarderTier, load: TierLoad): Draft[] {
  const resolver = plan.resolvers.find(({ network }) => network === tier.network)?.address;
  const config = plan.forwarders.find((each) => each.tier === tier.name)!.config;
  const otherwise = config.otherwise === 'refuse' ? [] : config.otherwise.upstreams;
  const asked = [...config.rules.flatMap(({ upstreams }) => upstreams), ...otherwise];
  const own = [resolver, ...VPC_RESOLVER_LINK_LOCAL];
  const isOwn = asked.map((upstream) => own.includes(parseEndpoint(upstream)!.address));
  if (resolver === undefined || !isOwn.includes(true)) return [];
  const isAll = !isOwn.includes(false);
  return overload(tier, load.missed, RESOLVER_PACKETS).map(({ each, without }) => ({
    code: 'vpc-resolver-limit',
    severity: without === undefined && isAll ? 'error' : 'warning',
    subject: `forwarders/${tier.name}`,
    text: `each member sends up to ${rounded(each)} packets a second to the VPC resolver${lacking(without)}; it takes ${RESOLVER_PACKETS} from one network interface (${asking(load)})`,
    paths: pathsOf(networks, tier, load),
    remedy: 'add members, raise the share that the cache answers, or give some networks a tier of their own',
    ...(without === undefined ? {} : { without }),
  }));
}

function ofMembers(tier: ForwarderTier, load: TierLoad): Draft[] {
  const { capacity } = tier;
  if (capacity === undefined) return [];
  return overload(tier, load.asked, capacity).map(({ each, without }) => ({
    code: 'tier-overloaded',
    severity: without === undefined ? 'error' : 'warning',
    subject: `forwarders/${tier.name}`,
    text: `each member is asked ${rounded(each)} times a second${lacking(without)}, and answers ${rounded(capacity)} (${asking(load)})`,
    paths: [[...tier.path, 'capacity']],
    remedy: 'add members, in availability zones of their own',
    ...(without === undefined ? {} : { without }),
  }));
}

/** What each member gets, now or without an availability zone, where that is more than it may be. */
function overload(tier: ForwarderTier, load: number, most: number): { each: number; without?: string }[] {
  const { members } = tier;
  if (load / members.length > most) return [{ each: load / members.length }];
  const largest = largestZone(tier);
  if (largest === undefined || largest.count === members.length) return [];
  const each = load / (members.length - largest.count);
  return each > most ? [{ each, without: `az:${largest.name}` }] : [];
}

/** The availability zone with the most members, by name where several have as many. */
function largestZone({ members }: ForwarderTier): { name: string; count: number } | undefined {
  const counts = new Map<string, number>();
  for (const { availabilityZone: zone } of members)
    if (zone !== undefined) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const [largest] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return largest && { name: largest[0], count: largest[1] };
}

function pathsOf(networks: FindingContext['networks'], tier: ForwarderTier, load: TierLoad) {
  return [tier.path, ...load.networks.slice(0, 3).map((name) => [...networks.get(name)!.path, 'load'])];
}

function lacking(without: string | undefined): string {
  return without === undefined ? '' : ` once ${without.slice(3)} is down`;
}

function asking({ asked, networks }: TierLoad): string {
  return `${counted(rounded(asked), 'query', 'queries')} a second from ${listed(networks)}`;
}

function rounded(number: number): number {
  return Math.round(number);
}
