/** The routes of a network's router over its links: to the other networks' own CIDRs and nowhere else. */
import { endIn, isIpv6, type Link, linksOf, type Model, type Network } from '../model.ts';

/** Bytes: a link has room for such packets of IPv6, if need be by taking them apart itself (RFC 8200 §5). */
export const LEAST_MTU = 1280;

/** What a route by a link says, where IPv4 has less room than its interfaces. */
export function mtuOfRoute({ mtu }: Pick<Link, 'mtu'>, cidr: string): string {
  return mtu < LEAST_MTU && !isIpv6(cidr) ? ` mtu ${mtu}` : '';
}

/** Where a link's other end is: the same on every link, for nothing is beside it there. */
export const FAR_END = 'fe80::2';
export const NEAR_END = 'fe80::1';

/**
 * Arguments of `ip route` (IPv6 ones begin with the CIDR as well). The first of several links to one network is taken; one that is down is
 * not. IPv4 goes by the far end's IPv6 link-local address (as after RFC 8950), so that links need no addresses of their own.
 */
export function compileRoutes(model: Model, network: Network): string[] {
  const routes = new Map<string, string>();
  for (const link of linksOf(model, network.id)) {
    if (link.down) continue;
    const others = link.between.filter((id) => id !== network.id);
    for (const cidr of others.flatMap((id) => model.networks.get(id)?.cidrs ?? [])) {
      if (routes.has(cidr)) continue;
      const device = endIn(link, network.id);
      const farEnd = farEndOf(network.id, link.between, link.transitive);
      const via = `${isIpv6(cidr) ? '' : 'inet6 '}${farEnd} dev ${device}`;
      routes.set(cidr, `${cidr} via ${via}${mtuOfRoute(link, cidr)}`);
    }
  }
  return [...routes.values()];
}

/** Of two networks the first is the near end; a transit gateway is the far end to all. */
export function farEndOf(networkId: string, between: readonly string[], transitive: boolean): string {
  return transitive || between[0] === networkId ? FAR_END : NEAR_END;
}
