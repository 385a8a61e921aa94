import { type ServiceInterface, subnetOf } from '@pointsman/core/config';
import { PROTOCOL } from './marks.ts';
import type { Family, ObservedInterface, ObservedRoute } from './observe-interface.ts';
import type { Step } from './plan-interface.ts';

/** A route of our table. */
type WantedRoute = {
  family: Family;
  destination: string;
  gateway?: string;
  /** The address that packets have where their sender bound none; IPv4 only. */
  source?: string;
};

/** What `ip -6 route` takes where none is given. */
const DEFAULT_METRIC: Readonly<Record<Family, number>> = { '4': 0, '6': 1024 };

/** Our table: the subnets on the link, then the way out by the subnet's router, and nothing else. */
export function planRoutes({ routes }: ObservedInterface, desired: ServiceInterface, device: string): Step[] {
  const wanted = wantedRoutes(desired);
  const ours = routes.filter(({ table }) => table === desired.table);
  const extra = ours.filter((route) => !wanted.some((each) => isSamePlace(route, each)));
  const missing = wanted.filter((each) => !ours.some((route) => isRight(route, each, device)));
  return [...missing.map((each) => putRoute(each, desired.table, device)), ...extra.map(deleteRoute)];
}

/**
 * What others let go by our interface, in tables that are not ours: a DHCP client's default route, the kernel's route to the subnet. It
 * would take the primary interface's packets. One with several next hops is not ours alone, and an obstacle.
 */
export function planForeignRoutes(
  { routes }: ObservedInterface,
  desired: ServiceInterface,
  device: string,
): Step[] {
  return routes
    .filter((route) => route.table !== desired.table && route.device === device && !isOfTheLink(route))
    .map(deleteRoute);
}

/** In any table; as exactly as it is known. */
export function deleteRoute(route: ObservedRoute): Step {
  const type = ROUTE_TYPES[route.type];
  return [
    ...['ip', `-${route.family}`, 'route', 'del', ...(type ? [type] : []), route.destination],
    ...(route.gateway ? ['via', ...(isOtherFamily(route) ? ['inet6'] : []), route.gateway] : []),
    ...(route.device ? ['dev', route.device] : []),
    ...['table', String(route.table), 'proto', String(route.protocol)],
    ...(route.metric ? ['metric', String(route.metric)] : []),
  ];
}

/** rtnetlink(7); others are of the kernel's own table. */
const ROUTE_TYPES: Readonly<Record<number, string>> = {
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
};

function wantedRoutes({ addresses }: ServiceInterface): WantedRoute[] {
  const onLink = new Map<string, WantedRoute>();
  const byGateway = new Map<Family, WantedRoute>();
  for (const each of addresses) {
    const family = each.address.includes(':') ? '6' : '4';
    const destination = subnetOf(each);
    const source = family === '4' ? { source: each.address } : {};
    if (!onLink.has(destination)) onLink.set(destination, { family, destination, ...source });
    if (!byGateway.has(family)) {
      byGateway.set(family, { family, destination: 'default', gateway: each.gateway, ...source });
    }
  }
  return [...onLink.values(), ...byGateway.values()];
}

function putRoute(
  { family, destination, gateway, source }: WantedRoute,
  table: number,
  device: string,
): Step {
  return [
    ...['ip', `-${family}`, 'route', 'replace', destination],
    ...(gateway ? ['via', gateway] : []),
    ...['dev', device, 'table', String(table), 'proto', String(PROTOCOL)],
    ...(source ? ['src', source] : []),
  ];
}

/** What `replace` would put the wanted route in the place of. */
function isSamePlace(route: ObservedRoute, wanted: WantedRoute): boolean {
  return (
    route.family === wanted.family &&
    route.destination === wanted.destination &&
    route.metric === DEFAULT_METRIC[wanted.family] &&
    route.type === 1
  );
}

function isRight(route: ObservedRoute, wanted: WantedRoute, device: string): boolean {
  return (
    isSamePlace(route, wanted) &&
    route.device === device &&
    route.gateway === wanted.gateway &&
    route.source === wanted.source &&
    route.protocol === PROTOCOL
  );
}

/** The kernel's own of IPv6: without it there are no neighbours. */
function isOfTheLink({ family, destination }: ObservedRoute): boolean {
  return family === '6' && (destination === 'fe80::/64' || destination === 'ff00::/8');
}

function isOtherFamily({ family, gateway }: ObservedRoute): boolean {
  return family === '4' && gateway?.includes(':') === true;
}
