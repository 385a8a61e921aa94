import { parseCidr, reverseZonesOf } from '../../address/index.ts';
import { type Name, parentOf } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import type { PrivateZone, Vpc } from '../../topology/topology.ts';
import { builtInZones } from '../built-in-zones.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import { compareTexts, type Draft } from './finding.ts';
import { listed } from './words.ts';

/**
 * `autodefined-reverse`: a private reverse zone that is wider than the reverse rules that a VPC resolver has of its own, for the CIDRs of its VPC and of
 * the VPCs that it is joined with. The rule of the most specific name counts; that private zones come before autodefined rules is for
 * equal names. https://repost.aws/knowledge-center/route-53-override-reverse-dns-rules
 */
export function findAutodefinedReverse(context: FindingContext): Draft[] {
  const { topology, networks } = context;
  const below = indexRules(context);
  const zonesOf = new Map<string, Set<Name>>();
  const wide: PrivateZone[] = [];
  for (const zone of topology.zones) {
    if (zone.kind !== 'private' || !/(^|\.)arpa\.$/.test(zone.name)) continue;
    wide.push(zone);
    for (const name of zone.networks) {
      const own = zonesOf.get(name);
      if (own) own.add(zone.name);
      else zonesOf.set(name, new Set([zone.name]));
    }
  }
  return wide.flatMap((zone): Draft[] => {
    const found = rulesWithin(zone, (name) => networks.get(name) as Vpc, below, zonesOf);
    if (found.size === 0) return [];
    const vpcs = [...new Set(found.values())].sort(compareTexts);
    const names = [...found.keys()].map(showName);
    return [
      {
        code: 'autodefined-reverse',
        subject: zoneSubject(zone),
        text: `the VPC resolver of ${listed(vpcs)} has reverse rules of its own for narrower names, and may answer these in the zone’s place: ${listed(names)}`,
        paths: [zone.path, ...vpcs.slice(0, 3).map((name) => networks.get(name)!.path)],
        remedy: `name zones by the CIDRs themselves, or turn the autodefined reverse rules of ${listed(vpcs)} off (Resolver configuration) and state autodefinedReverse: false`,
      },
    ];
  });
}

/** By network, and by link: the autodefined reverse names below each name. */
type Rules = {
  ofNetwork: (vpc: Vpc) => Map<Name, Name[]>;
  ofLink: (link: number) => Map<Name, Name[]>;
  linksOf: ReadonlyMap<string, number[]>;
};

function indexRules({ topology, networks }: FindingContext): Rules {
  const linksOf = new Map<string, number[]>(topology.networks.map(({ name }) => [name, []]));
  for (const [index, { kind, between }] of topology.links.entries()) {
    if (kind !== 'peering' && kind !== 'transit-gateway') continue;
    for (const name of between) linksOf.get(name)!.push(index);
  }
  const known = new Map<number, Map<Name, Name[]>>();
  const ofLink = (link: number) => {
    const cidrs = topology.links[link]!.between.flatMap((name) => {
      const network = networks.get(name)!;
      return network.kind === 'vpc' ? network.cidrs : [];
    });
    const rules = known.get(link) ?? byAncestor(cidrs.flatMap((cidr) => reverseZonesOf(parseCidr(cidr)!)));
    known.set(link, rules);
    return rules;
  };
  return { ofNetwork: (vpc) => byAncestor(builtInZones(vpc).keys()), ofLink, linksOf };
}

function byAncestor(names: Iterable<Name>): Map<Name, Name[]> {
  const below = new Map<Name, Name[]>();
  for (const name of new Set(names)) {
    for (let at = parentOf(name); at !== undefined; at = parentOf(at)) {
      const there = below.get(at);
      if (there) there.push(name);
      else below.set(at, [name]);
    }
  }
  return below;
}

/** The rules that no narrower zone of the same VPC is as specific as, each with a VPC that has it. One VPC that shows a link’s is enough. */
function rulesWithin(
  zone: PrivateZone,
  vpcOf: (name: string) => Vpc,
  { ofNetwork, ofLink, linksOf }: Rules,
  zonesOf: ReadonlyMap<string, ReadonlySet<Name>>,
): Map<Name, string> {
  const found = new Map<Name, string>();
  const settled = new Set<number>();
  for (const name of zone.networks.toSorted(compareTexts)) {
    const vpc = vpcOf(name);
    if (!vpc.autodefinedReverse || !vpc.dnsHostnames || !vpc.dnsSupport) continue;
    const zones = zonesOf.get(name)!;
    const note = (rules: readonly Name[] = []): boolean => {
      const bare = rules.filter((rule) => encloserOf(rule, zones) === zone.name);
      for (const rule of bare) if (!found.has(rule)) found.set(rule, name);
      return bare.length > 0;
    };
    note(ofNetwork(vpc).get(zone.name));
    for (const link of linksOf.get(name)!)
      if (!settled.has(link) && note(ofLink(link).get(zone.name))) settled.add(link);
  }
  return found;
}

/** The narrowest of some zones that a name is in. */
function encloserOf(name: Name, zones: ReadonlySet<Name>): Name | undefined {
  let at: Name | undefined = name;
  while (at !== undefined && !zones.has(at)) at = parentOf(at);
  return at;
}
