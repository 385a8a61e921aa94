import { showName } from '../../schema/path.ts';
import type { ResolverReference, Vpc, Zone } from '../../topology/topology.ts';
import { vpcResolverAddress } from '../../topology/vpc-resolver.ts';
import { isLinkLocalResolver } from '../places.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';

/**
 * `dhcp-mixed-resolvers`: one option set with a tier or an authority, and a VPC resolver that does not know all zones. Stub resolvers take the first,
 * and another one when that is slow: an NXDOMAIN of the wrong one is final (RFC 2308 §2.1).
 */
export function findMixedResolvers(context: FindingContext): Draft[] {
  return context.topology.networks.flatMap((network) => {
    if (network.kind !== 'vpc') return [];
    const players = context.model.resolversOf(network.name).entries.map(({ player }) => player);
    const own = players.findIndex(({ kind }) => kind === 'resolver');
    const other =
      players.find(({ kind }) => kind === 'tier') ?? players.find(({ kind }) => kind === 'authority');
    if (own < 0 || !other) return [];
    const unknown = zonesUnknownTo(context, network);
    if (unknown.length === 0) return [];
    const { subject, kind } = other;
    const what = `${counted(unknown.length, 'zone')} (${listed(unknown.map(({ name }) => showName(name)))})`;
    const isFirst = own < players.indexOf(other);
    return [
      {
        code: 'dhcp-mixed-resolvers',
        severity: isFirst ? 'error' : 'warning',
        subject: `networks/${network.name}`,
        text: isFirst
          ? `its clients ask its VPC resolver before ${subject}, and that does not know ${what}`
          : `its clients turn from ${subject} to its VPC resolver as soon as it is slow, and that does not know ${what}`,
        paths: [[...network.path, 'resolvers']],
        remedy:
          kind === 'tier'
            ? `name ${subject} alone: it asks a VPC resolver itself for what is there`
            : `name ${subject} alone, and let it forward the private zones to a forwarder tier; or name that tier alone`,
      },
    ];
  });
}

function isOwnResolver(network: Vpc, reference: ResolverReference): boolean {
  if (reference.kind === 'vpc-resolver') return true;
  if (reference.kind !== 'address') return false;
  return reference.address === vpcResolverAddress(network) || isLinkLocalResolver(reference.address);
}

function zonesUnknownTo({ topology }: FindingContext, { name, dnsHostnames }: Vpc): Zone[] {
  return topology.zones.filter(
    (zone) =>
      zone.kind === 'external' ||
      (zone.kind === 'private' && !(dnsHostnames && zone.networks.includes(name))),
  );
}

/**
 * `vpc-dns-off`: private zones answer only where `enableDnsSupport` and `enableDnsHostnames` are both on.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
 */
export function findAttributesOff({ topology, networks }: FindingContext): Draft[] {
  const zonesOf = new Map<string, Zone[]>();
  for (const zone of topology.zones) {
    if (zone.kind !== 'private') continue;
    for (const name of zone.networks) {
      const network = networks.get(name)!;
      if (network.kind !== 'vpc' || (network.dnsSupport && network.dnsHostnames)) continue;
      const zones = zonesOf.get(name);
      if (zones) zones.push(zone);
      else zonesOf.set(name, [zone]);
    }
  }
  return [...zonesOf].map(([name, zones]): Draft => {
    const network = networks.get(name) as Vpc;
    const isAsked =
      topology.forwarders.some((tier) => tier.network === name) ||
      network.resolvers.some((each) => isOwnResolver(network, each));
    const keys = (['dnsSupport', 'dnsHostnames'] as const).filter((key) => !network[key]);
    const listedZones = listed(zones.map((zone) => showName(zone.name)));
    return {
      code: 'vpc-dns-off',
      severity: isAsked ? 'error' : 'warning',
      subject: `networks/${name}`,
      text: `${keys.join(' and ')} ${keys.length === 1 ? 'is' : 'are'} off, so its VPC resolver does not answer the ${counted(zones.length, 'private zone')} associated with it: ${listedZones}`,
      paths: [[...network.path, keys[0]!], network.path],
      remedy: `set ${keys.map((key) => `${key}: true`).join(' and ')}`,
    };
  });
}
