/** dnsmasq as the DHCP server of one network and nothing else: every lease is a reservation by MAC address. */
import type { FabricDhcpOptions } from '@pointsman/cloud';
import { gatewayOf, prefixLengthOf, resolversOf } from '../addresses.ts';
import {
  type Interface,
  interfacesOf,
  isIpv6,
  type Model,
  type Network,
  type Subnet,
  subnetsOf,
} from '../model.ts';

/** Seconds: what a VPC's leases are good for. Clients renew at half of it (RFC 2131 §4.4.5). */
const LEASE = 3600;

/** What is read once, at the start: the subnets. */
export function compileServer(model: Model, network: Network, folder: string): string {
  return [
    'port=0',
    'user=root',
    // None to change to: where only one is mapped into our user namespace, none can be.
    'group=',
    'no-ping',
    'leasefile-ro',
    'dhcp-authoritative',
    'dhcp-broadcast',
    'quiet-dhcp',
    `log-facility=${folder}/log`,
    `pid-file=${folder}/dnsmasq.pid`,
    `dhcp-hostsfile=${folder}/hosts`,
    `dhcp-optsfile=${folder}/options`,
    ...subnetsOf(model, network.id).map(rangeOf),
    '',
  ].join('\n');
}

function rangeOf({ cidr, bridge }: Subnet): string {
  const base = cidr.slice(0, cidr.indexOf('/'));
  return `dhcp-range=set:${bridge},${base},static,${netmaskOf(prefixLengthOf(cidr))},${LEASE}`;
}

function netmaskOf(prefixLength: number): string {
  const bits = (0xffffffff << (32 - prefixLength)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

export type Reservation = { mac: string; address: string; hostName: string };

/** The primary IPv4 address of each interface that has one. */
export function reservationsOf(model: Model, network: Network): Reservation[] {
  return interfacesOf(model, network.id).flatMap((each) => {
    const address = each.addresses.find((one) => !isIpv6(one));
    return address === undefined ? [] : { mac: each.mac, address, hostName: hostNameOf(each) };
  });
}

/** What is read again at SIGHUP: who has which address. */
export function compileHosts(reservations: readonly Reservation[]): string {
  return reservations.map(({ mac, address, hostName }) => `${mac},${address},${hostName}\n`).join('');
}

/** As EC2 names a host by its address: ip-10-0-0-12. */
export function hostNameOf({ addresses, id }: Interface): string {
  const ipv4 = addresses.find((address) => !isIpv6(address));
  return ipv4 ? `ip-${ipv4.replaceAll('.', '-')}` : id;
}

/** What is read again at SIGHUP: the option set. IPv6 servers have no place in DHCPv4; see `ipv6ResolversOf`. */
export function compileOptions(model: Model, network: Network): string {
  const routers = subnetsOf(model, network.id).map(
    ({ bridge, cidr }) => `tag:${bridge},option:router,${gatewayOf(cidr)}`,
  );
  const servers = nameServersOf(network).filter((each) => !isIpv6(each));
  const times = (network.dhcp?.ntpServers ?? []).filter((each) => !isIpv6(each));
  return [
    ...routers,
    ...(servers.length > 0 ? [`option:dns-server,${servers.join(',')}`] : []),
    ...(network.dhcp?.domainName ? [`option:domain-name,"${network.dhcp.domainName}"`] : []),
    ...(times.length > 0 ? [`option:ntp-server,${times.join(',')}`] : []),
    '',
  ].join('\n');
}

/** `AmazonProvidedDNS` is the resolver at base plus two. */
function nameServersOf(network: Network): string[] {
  const options: FabricDhcpOptions | undefined = network.dhcp;
  const own = resolversOf(network)[0];
  return (options?.domainNameServers ?? []).flatMap((each) =>
    each === 'AmazonProvidedDNS' ? (own ?? []) : each,
  );
}

export function ipv6ResolversOf(network: Network): string[] {
  return nameServersOf(network).filter(isIpv6);
}
