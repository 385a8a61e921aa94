/**
 * The rules of family `inet` in a network's router: security groups, which know connections, and what may cross links.
 *
 * - Whom a packet is from is known by its mark, which the source check sets by the port it came in at; whom it is for, by its address.
 * - Leaving and entering are two base chains of one hook: what the first accepts goes on to the second.
 * - What the router itself serves (VPC resolver, DHCP, metadata) is outside security groups, as in a VPC.
 */
import { METADATA, resolversOf } from '../addresses.ts';
import {
  endIn,
  type Interface,
  interfacesOf,
  isIpv6,
  type Link,
  linksOf,
  type Model,
  type Network,
} from '../model.ts';
import { lossRule, table, vmap } from './nft.ts';
import { compileGroup } from './security-groups.ts';

export function compileForwarding(model: Model, network: Network, name: string): string {
  const links = linksOf(model, network.id);
  const guarded = interfacesOf(model, network.id).filter((each) => each.securityGroupIds.length > 0);
  const addresses = guarded.flatMap((each) => each.addresses.map((address) => ({ address, ...each })));
  const byAddress = (family: string, wanted: boolean) =>
    vmap(
      `${family} daddr`,
      addresses
        .filter(({ address }) => isIpv6(address) === wanted)
        .map(({ address, number }) => [address, `enter-${number}`]),
    );
  return table('inet', name, {
    ...groupChains(model, guarded),
    prerouting: ['type filter hook prerouting priority -300; policy accept', ...linkRules(links, network)],
    input: ['type filter hook input priority 0; policy accept', ...inputRules(links, network)],
    output: ['type filter hook output priority 0; policy accept', ...outputRules(model, network)],
    leave: [
      'type filter hook forward priority 0; policy accept',
      ...betweenLinks(links, network),
      'ct state established,related accept',
      ...vmap(
        'meta mark',
        guarded.map(({ number }) => [String(number), `leave-${number}`]),
      ),
    ],
    enter: [
      'type filter hook forward priority 10; policy accept',
      'ct state established,related accept',
      ...byAddress('ip', false),
      ...byAddress('ip6', true),
    ],
  });
}

function groupChains(model: Model, interfaces: readonly Interface[]): Record<string, string[]> {
  const used = new Set(interfaces.flatMap(({ securityGroupIds }) => securityGroupIds));
  const groups = [...used].flatMap((id) => model.groups.get(id) ?? []);
  const known = new Set(groups.map(({ id }) => id));
  const jumps = (prefix: string, { securityGroupIds }: Interface) =>
    securityGroupIds.filter((id) => known.has(id)).map((id) => `jump ${prefix}-${id}`);
  return {
    ...Object.fromEntries(
      groups.flatMap((group) => [
        [`egress-${group.id}`, compileGroup(model, group, 'egress')],
        [`ingress-${group.id}`, compileGroup(model, group, 'ingress')],
      ]),
    ),
    ...Object.fromEntries(
      interfaces.flatMap((each) => [
        [`leave-${each.number}`, [...jumps('egress', each), 'drop']],
        [`enter-${each.number}`, [...jumps('ingress', each), 'drop']],
      ]),
    ),
  };
}

/** At the receiving end of a link: what it loses, and what it does not let through of port 53. */
function linkRules(links: readonly Link[], network: Network): string[] {
  return links.flatMap((link) => {
    const from = `iifname "${endIn(link, network.id)}"`;
    const closed = (['udp', 'tcp'] as const).filter((each) => !link.port53.includes(each));
    return [
      ...lossRule(from, link.loss),
      ...closed.flatMap((each) => [`${from} ${each} dport 53 drop`, `${from} ${each} sport 53 drop`]),
    ];
  });
}

/**
 * No network carries others' packets: what comes by a link is for the network's own addresses, or is dropped. In a VPC that is AWS's rule
 * (https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html "transitive peering"); a site's router holds to it too.
 */
function betweenLinks(links: readonly Link[], network: Network): string[] {
  if (links.length === 0) return [];
  const ends = links.map((link) => `"${endIn(link, network.id)}"`).join(', ');
  return [`iifname { ${ends} } oifname { ${ends} } drop`];
}

/** A VPC's resolver and metadata are for the VPC itself. */
function inputRules(links: readonly Link[], network: Network): string[] {
  const silent = [...network.routerAddresses]
    .filter(([, state]) => state === 'down')
    .map(([address]) => address);
  const ends = links.map((link) => `"${endIn(link, network.id)}"`).join(', ');
  return [
    ...familyRules('daddr', silent, 'drop'),
    ...(links.length > 0 ? familyRules('daddr', resolversOf(network), 'drop', `iifname { ${ends} } `) : []),
  ];
}

function outputRules(model: Model, network: Network): string[] {
  const silent = [...network.routerAddresses]
    .filter(([, state]) => state === 'down')
    .map(([address]) => address);
  return [
    // Ports of a bridge are isolated from each other: who was redirected to a neighbour would not reach it.
    'icmpv6 type nd-redirect drop',
    ...familyRules('saddr', silent, 'drop'),
    ...hopLimitRules(model, network),
    ...lossRule('meta l4proto { udp, tcp, icmp }', model.loss),
  ];
}

/**
 * What the metadata service sends reaches the machine, and nothing behind it that it forwards to unless its limit is higher:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
 */
function hopLimitRules(model: Model, network: Network): string[] {
  if (network.kind !== 'vpc') return [];
  const addressesByLimit = new Map<number, string[]>();
  for (const { id, addresses } of interfacesOf(model, network.id)) {
    const limit = model.metadataHopLimits.get(model.attachments.get(id)?.instanceId ?? '') ?? 1;
    if (limit > 1) addressesByLimit.set(limit, [...(addressesByLimit.get(limit) ?? []), ...addresses]);
  }
  const [ipv4, ipv6] = METADATA;
  return [
    `ip saddr ${ipv4} ip ttl set 1`,
    `ip6 saddr ${ipv6} ip6 hoplimit set 1`,
    ...[...addressesByLimit].flatMap(([limit, addresses]) => [
      ...familyRules(
        'daddr',
        addresses.filter((each) => !isIpv6(each)),
        `ip ttl set ${limit}`,
        `ip saddr ${ipv4} `,
      ),
      ...familyRules('daddr', addresses.filter(isIpv6), `ip6 hoplimit set ${limit}`, `ip6 saddr ${ipv6} `),
    ]),
  ];
}

function familyRules(side: string, addresses: readonly string[], action: string, match = ''): string[] {
  const ipv4 = addresses.filter((each) => !isIpv6(each));
  const ipv6 = addresses.filter(isIpv6);
  return [
    ...(ipv4.length > 0 ? [`${match}ip ${side} { ${ipv4.join(', ')} } ${action}`] : []),
    ...(ipv6.length > 0 ? [`${match}ip6 ${side} { ${ipv6.join(', ')} } ${action}`] : []),
  ];
}
