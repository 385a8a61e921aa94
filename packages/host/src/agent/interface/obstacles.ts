import { cidrContains, maskCidr, parseAddress } from '@pointsman/core/address';
import type { ServiceInterface } from '@pointsman/core/config';
import { PROTOCOL } from './marks.ts';
import { MAIN_TABLE, type ObservedInterface, type ObservedRule, UNICAST } from './observe-interface.ts';

/** What is not ours to change. `fatal`: nothing may be done before it is gone. */
export type Obstacle = { text: string; fatal: boolean };

export function findObstacles(observed: ObservedInterface, desired: ServiceInterface): Obstacle[] {
  return [
    ...onlyWayOut(observed, desired),
    ...takenTable(observed, desired),
    ...missingIpv6(observed, desired),
    ...earlierRules(observed, desired),
    ...sharedRoutes(observed, desired),
  ];
}

/** The host is managed by it: what a mistake in the MAC address comes to. All that this interface has would go. */
function onlyWayOut({ device, routes }: ObservedInterface, { mac }: ServiceInterface): Obstacle[] {
  const ways = routes.filter(
    ({ destination, table, type }) => destination === 'default' && table === MAIN_TABLE && type === UNICAST,
  );
  if (!device || ways.length === 0 || ways.some((way) => way.device !== device.name)) return [];
  const text = `${device.name} (${mac}) has the only default route of this host, which it is managed by: give the fixed addresses an interface of their own, and its MAC address as \`mac\``;
  return [{ text, fatal: true }];
}

/** Routes in our table, or IP rules that lead to it, and no trace of us: somebody else uses the number. */
function takenTable({ routes, rules }: ObservedInterface, { table }: ServiceInterface): Obstacle[] {
  const inTable = routes.filter((route) => route.table === table);
  if ([...inTable, ...rules].some(({ protocol }) => protocol === PROTOCOL)) return [];
  const [route] = inTable;
  const rule = rules.find((each) => each.table === table);
  if (!route && !rule) return [];
  const what = route
    ? `has routes that are not ours (${route.destination})`
    : `is where the IP rule ${rule!.priority} of somebody else leads (from ${rule!.from})`;
  return [{ text: `table ${table} ${what}: give another number as \`table\``, fatal: true }];
}

function missingIpv6({ device }: ObservedInterface, { addresses }: ServiceInterface): Obstacle[] {
  const ipv6 = addresses.find(({ address }) => address.includes(':'));
  if (!device || !ipv6 || 'ipv6/disable_ipv6' in device.settings) return [];
  const text = `this kernel has no IPv6, and ${ipv6.address} is an address of it: start the kernel without ipv6.disable=1, or leave the address out`;
  return [{ text, fatal: true }];
}

/** An IP rule of somebody else that takes packets from a fixed address before ours does. */
function earlierRules(
  { rules }: ObservedInterface,
  { addresses, priority, table }: ServiceInterface,
): Obstacle[] {
  const isEarlier = (rule: ObservedRule) =>
    rule.priority > 0 &&
    rule.priority <= priority &&
    rule.protocol !== PROTOCOL &&
    rule.table !== table &&
    !rule.narrowed;
  return rules.filter(isEarlier).flatMap((rule) => {
    const caught = addresses.find(({ address }) => covers(rule, address));
    if (!caught) return [];
    const text = `the IP rule ${rule.priority} (from ${rule.from} lookup ${rule.table ?? 'nothing'}) takes the packets from ${caught.address} before ours of priority ${priority}: remove it (ip -${rule.family} rule del priority ${rule.priority}), or give a lower number as \`priority\``;
    return [{ text, fatal: false }];
  });
}

/** A route of several next hops, some of which go by other interfaces: removing it would take their way too. */
function sharedRoutes({ device, routes }: ObservedInterface, { table }: ServiceInterface): Obstacle[] {
  return routes
    .filter((route) => route.table !== table && device && route.devices?.includes(device.name))
    .map(({ destination, devices }) => ({
      text: `the route ${destination} goes by ${devices!.join(' and ')}: take ${device!.name} out of it, packets from other addresses are lost there`,
      fatal: false,
    }));
}

function covers({ family, from }: ObservedRule, address: string): boolean {
  const isSameFamily = (family === '6') === address.includes(':');
  if (!isSameFamily) return false;
  if (from === 'all') return true;
  const cidr = maskCidr(from.includes('/') ? from : `${from}/${family === '6' ? 128 : 32}`);
  return cidr !== undefined && cidrContains(cidr, parseAddress(address)!);
}
