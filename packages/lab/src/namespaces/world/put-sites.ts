import { cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import type { LabFabric } from '../fabric/index.ts';
import type { LabClient, LabSite, NamespacePlan } from './plan.ts';

/** IDs in the fabric, by the names of the topology. */
export type NetworkIds = (network: string) => string;

/** The networks that are no VPCs, each with its client host. */
export async function putSites(fabric: LabFabric, { sites, clients }: NamespacePlan): Promise<void> {
  await Promise.all(
    sites.map(async (site) => {
      const { network, cidrs, dhcp } = site;
      const isIpv6 = (cidr: string) => cidr.includes(':');
      await fabric.putSite({
        id: siteIdOf(network),
        cidrs: cidrs.filter((cidr) => !isIpv6(cidr)),
        ipv6Cidrs: cidrs.filter(isIpv6),
      });
      const { domainName, domainNameServers } = dhcp;
      await fabric.putDhcpOptions(siteIdOf(network), {
        ...(domainName !== undefined && { domainName: domainName.replace(/\.$/, '') }),
        domainNameServers,
        ntpServers: [],
      });
      const client = clients.find((each) => each.network === network)!;
      await fabric.putHost({
        id: hostIdOf(network),
        subnetId: subnetOf(site, client),
        addresses: client.addresses,
        name: hostIdOf(network),
      });
    }),
  );
}

/** IDs in the fabric; beside those that the cloud gives they are nobody else's. */
export function siteIdOf(site: string): string {
  return `site-${site}`;
}

export function hostIdOf(site: string): string {
  return `host-${site}`;
}

/** The fabric numbers a site's subnets by the CIDRs of each family. */
function subnetOf({ network, cidrs }: LabSite, { addresses }: LabClient): string {
  const bytes = parseAddress(addresses[0]!)!;
  const family = cidrs.map((cidr) => parseCidr(cidr)!).filter((cidr) => cidr.bytes.length === bytes.length);
  return `${siteIdOf(network)}/${family.findIndex((cidr) => cidrContains(cidr, bytes))}`;
}

/** Links that the cloud's API does not have, and what the topology says of the peerings that it has. `peeringOf`: a peering's ID, by its link's name. */
export async function putLinks(
  fabric: LabFabric,
  { links }: NamespacePlan,
  networkOf: NetworkIds,
  peeringOf: (link: string) => string | undefined,
): Promise<void> {
  for (const { name, kind, between, mtu, port53 } of links) {
    await fabric.putLink({
      id: peeringOf(name) ?? name,
      between: between.map(networkOf),
      ...(mtu !== undefined && { mtu }),
      port53,
      transitive: kind === 'transit-gateway',
    });
  }
}

/** Where servers stand that the lab plays. */
export async function putServerAddresses(
  fabric: LabFabric,
  { servers }: NamespacePlan,
  networkOf: NetworkIds,
): Promise<void> {
  for (const { networks, address } of servers)
    for (const network of networks) await fabric.putRouterAddress(networkOf(network), address);
}
