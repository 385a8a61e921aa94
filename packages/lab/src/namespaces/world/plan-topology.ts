import { cidrContains, parseAddress, parseCidr, parseEndpoint } from '@pointsman/core/address';
import { type Plan, planTopology } from '@pointsman/core/plan';
import { type Topology, VPC_RESOLVER_LINK_LOCAL } from '@pointsman/core/topology';
import { nameLinks } from '@pointsman/core/verify';
import type {
  LabClient,
  LabDhcp,
  LabMember,
  LabServer,
  LabSite,
  LabTier,
  LabVpc,
  NamespacePlan,
} from './plan.ts';
import { planSubnets } from './plan-subnets.ts';

const DNS_PORT = 53;

/** Topology → what the lab makes of it in network namespaces. Pure: who has the file knows where everything is. */
export function planNamespaces(topology: Topology, plan: Plan = planTopology(topology)): NamespacePlan {
  const clients: LabClient[] = [];
  const vpcs: LabVpc[] = [];
  const sites: LabSite[] = [];
  for (const [index, network] of topology.networks.entries()) {
    const { address, resolvers, searchDomain } = plan.clients[index]!;
    const dhcp: LabDhcp = { domainName: searchDomain, domainNameServers: resolvers };
    const base = { network: network.name, dhcp };
    if (network.kind === 'site') {
      sites.push({ ...base, cidrs: network.cidrs });
      clients.push({
        network: network.name,
        subnet: undefined,
        availabilityZone: undefined,
        addresses: [address],
      });
      continue;
    }
    const { subnets, client } = planSubnets(network, address, standingIn(plan, network.name), index);
    clients.push({ network: network.name, ...client });
    const { region, account, dnsSupport, dnsHostnames } = network;
    const isIpv6 = (cidr: string) => cidr.includes(':');
    vpcs.push({
      ...base,
      region,
      account,
      dnsSupport,
      dnsHostnames,
      cidrs: network.cidrs.filter((cidr) => !isIpv6(cidr)),
      ipv6Cidrs: network.cidrs.filter(isIpv6),
      subnets,
    });
  }
  const members = planMembers(topology, plan, vpcs);
  return {
    vpcs,
    sites,
    clients,
    links: planLinks(topology),
    tiers: planTiers(topology, members),
    members,
    servers: planServers(topology, plan),
  };
}

/** The addresses of a network that its servers and members have. */
function standingIn(plan: Plan, network: string): ReadonlySet<string> {
  const places = [
    ...plan.forwarders.map((each) => ({ network: each.network, addresses: [each.address] })),
    ...plan.authorities,
  ];
  return new Set(places.flatMap((each) => (each.network === network ? each.addresses : [])));
}

function planLinks({ links }: Topology): NamespacePlan['links'] {
  const names = nameLinks(links);
  return links.map(({ kind, between, mtu, port53 }, index) => ({
    name: names[index]!,
    kind,
    between,
    mtu,
    port53,
  }));
}

function planMembers(topology: Topology, plan: Plan, vpcs: readonly LabVpc[]): LabMember[] {
  const engines = new Map(topology.forwarders.map(({ name, engine }) => [name, engine]));
  const subnets = new Map<string, string>(
    topology.forwarders.flatMap((tier) =>
      tier.members.map(({ name, subnet }) => [`${tier.name}/${name}`, subnet] as const),
    ),
  );
  return plan.forwarders.map(({ tier, member, network, address, config }) => {
    const name = `${tier}/${member}`;
    const subnet = subnets.get(name)!;
    const { availabilityZone } = vpcs
      .find((vpc) => vpc.network === network)!
      .subnets.find((each) => each.name === subnet)!;
    return {
      name,
      tier: `${topology.name}/${tier}`,
      member,
      network,
      subnet,
      availabilityZone,
      address,
      engine: engines.get(tier)!,
      config,
    };
  });
}

function planTiers({ name: topology, forwarders }: Topology, members: readonly LabMember[]): LabTier[] {
  return forwarders.map(({ name, network, engine, spares }) => {
    const tag = `${topology}/${name}`;
    const own = members.filter(({ tier }) => tier === tag);
    const zones = [...Map.groupBy(own, ({ availabilityZone }) => availabilityZone)];
    return {
      name,
      tag,
      network,
      engine,
      zones: zones.map(([availabilityZone, inZone]) => ({
        availabilityZone,
        subnets: [...new Set(inZone.map(({ subnet }) => subnet))],
        instances: inZone.length + spares,
      })),
    };
  });
}

/** The servers of authorities, and one public resolver for each address that is asked and is in no network. */
function planServers(topology: Topology, plan: Plan): LabServer[] {
  const ports = portsAsked(plan);
  const portsOf = (address: string) => [...new Set([DNS_PORT, ...(ports.get(address) ?? [])])];
  const ranges = topology.networks.flatMap(({ cidrs }) => cidrs.map((cidr) => parseCidr(cidr)!));
  const isInside = (address: string) => ranges.some((range) => cidrContains(range, parseAddress(address)!));
  const all = topology.networks.map(({ name }) => name);
  const outside = [...ports.keys()]
    .filter((address) => !isInside(address) && !VPC_RESOLVER_LINK_LOCAL.includes(address))
    .sort();
  return [
    ...plan.authorities.flatMap(({ name, network, addresses }) =>
      addresses.map((address) => ({
        authority: name,
        networks: [network],
        address,
        ports: portsOf(address),
      })),
    ),
    ...outside.map((address) => ({
      authority: undefined,
      networks: all,
      address,
      ports: portsOf(address),
    })),
  ];
}

/** Every address that somebody of the plan asks, with the ports. The plan shares its lists: each is read once. */
function portsAsked(plan: Plan): Map<string, Set<number>> {
  const scopes = plan.forwarders.flatMap(({ config }) => [config, ...(config.views ?? [])]);
  const lists = new Set<readonly string[]>([
    ...plan.clients.map(({ resolvers }) => resolvers),
    ...plan.authorities.flatMap(({ forwards }) => forwards.map(({ upstreams }) => upstreams)),
    ...scopes.flatMap(({ rules, otherwise }) => [
      ...rules.map(({ upstreams }) => upstreams),
      ...(otherwise === 'refuse' ? [] : [otherwise.upstreams]),
    ]),
  ]);
  const ports = new Map<string, Set<number>>();
  for (const list of lists) {
    for (const text of list) {
      const { address, port = DNS_PORT } = parseEndpoint(text)!;
      ports.set(address, (ports.get(address) ?? new Set()).add(port));
    }
  }
  return ports;
}
