/**
 * The rules of family `bridge` in a network's router: what an interface's frames must be like, as a VPC has it. Forged frames are
 * dropped at the port, before anything else sees them; so are those of a failed availability zone.
 */
import { resolversOf } from '../addresses.ts';
import { type Interface, interfacesOf, isIpv6, type Model, type Network, subnetsOf } from '../model.ts';
import { lossRule, table, vmap } from './nft.ts';

/** https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html: packets a second, of each network interface. */
const RESOLVER_PACKETS = 1024;
/** Packets: a tenth of a second's worth may come at once. */
const RESOLVER_BURST = 102;

export function compileSourceCheck(model: Model, network: Network, name: string): string {
  const interfaces = interfacesOf(model, network.id);
  const failed = new Set(
    subnetsOf(model, network.id)
      .filter(({ availabilityZone }) => model.failedZones.has(availabilityZone))
      .map(({ id }) => id),
  );
  const cut = interfaces.filter(({ subnetId }) => failed.has(subnetId)).map(({ number }) => `"e${number}"`);
  const checked = interfaces.filter(({ sourceDestCheck }) => sourceDestCheck);
  return table('bridge', name, {
    ...Object.fromEntries(interfaces.map((each) => [`from-${each.number}`, fromRules(each, network)])),
    ...Object.fromEntries(checked.map((each) => [`to-${each.number}`, toRules(each)])),
    prerouting: [
      'type filter hook prerouting priority -300; policy accept',
      ...(cut.length > 0 ? [`iifname { ${cut.join(', ')} } drop`] : []),
      ...lossRule('meta protocol { ip, ip6 }', model.loss),
      ...vmap(
        'iifname',
        interfaces.map(({ number }) => [`"e${number}"`, `from-${number}`]),
      ),
    ],
    postrouting: [
      'type filter hook postrouting priority 0; policy accept',
      ...(cut.length > 0 ? [`oifname { ${cut.join(', ')} } drop`] : []),
      ...vmap(
        'oifname',
        checked.map(({ number }) => [`"e${number}"`, `to-${number}`]),
      ),
    ],
  });
}

/** A DHCP client has no address yet; neither has who looks whether one is free (RFC 5227, RFC 4862). */
function fromRules({ mac, addresses, number, sourceDestCheck }: Interface, network: Network): string[] {
  const ipv4 = addresses.filter((each) => !isIpv6(each));
  const ipv6 = addresses.filter(isIpv6);
  const check = [
    `arp saddr ip != { ${['0.0.0.0', ...ipv4].join(', ')} } drop`,
    'ip saddr 0.0.0.0 udp dport != 67 drop',
    `ip saddr != { ${['0.0.0.0', ...ipv4].join(', ')} } drop`,
    `ip6 saddr != { ${['::', 'fe80::/10', ...ipv6].join(', ')} } drop`,
  ];
  return [
    `ether saddr != ${mac} drop`,
    `ether type arp arp saddr ether != ${mac} drop`,
    ...(sourceDestCheck ? check : []),
    ...limitRules(network),
    `meta mark set ${number}`,
  ];
}

/** One bucket for both families: the limit is the interface's. */
function limitRules(network: Network): string[] {
  const resolvers = resolversOf(network);
  const ofFamily = (family: string, addresses: string[]) =>
    addresses.length > 0 ? [`${family} daddr { ${addresses.join(', ')} } meta mark set ${LIMITED}`] : [];
  const marks = [
    ...ofFamily(
      'ip',
      resolvers.filter((each) => !isIpv6(each)),
    ),
    ...ofFamily('ip6', resolvers.filter(isIpv6)),
  ];
  if (marks.length === 0) return [];
  return [
    ...marks,
    `meta mark ${LIMITED} limit rate over ${RESOLVER_PACKETS}/second burst ${RESOLVER_BURST} packets drop`,
  ];
}

/** No interface has this number. */
const LIMITED = 0xffffffff;

function toRules({ addresses }: Interface): string[] {
  const ipv4 = addresses.filter((each) => !isIpv6(each));
  const ipv6 = addresses.filter(isIpv6);
  return [
    `ip daddr != { ${['255.255.255.255', ...ipv4].join(', ')} } drop`,
    `ip6 daddr != { ${['fe80::/10', 'ff00::/8', ...ipv6].join(', ')} } drop`,
  ];
}
