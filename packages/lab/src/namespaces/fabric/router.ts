/** A network's router: a namespace whose rules, routes and addresses are brought to what the model says. */
import { servicesOf } from './addresses.ts';
import type { Commands, Steps } from './commands.ts';
import { interfacesOf, isIpv6, type Model, type Network } from './model.ts';
import { oneByOne } from './one-by-one.ts';
import { compileForwarding } from './rules/forwarding.ts';
import { compileRoutes } from './rules/routes.ts';
import { compileSourceCheck } from './rules/source-check.ts';

export type Router = {
  /**
   * Takes these steps, then brings everything to what the model says by then. One change after another.
   * @throws FabricError
   */
  apply(steps?: Pick<Steps, 'ip' | 'settings'>): Promise<void>;
};

/**
 * It forwards, also back to where a packet came from: ports of a bridge are isolated, so that packets between two machines of a subnet pass
 * security groups too. The router answers for everybody's address at once (ARP, and NDP by entry), as a VPC does. No redirects, which
 * would tell of a shorter way; no reverse-path filter, which is the machines' affair.
 */
export const ROUTER_SETTINGS: Readonly<Record<string, string>> = {
  'ipv4/ip_forward': '1',
  'ipv4/conf/all/rp_filter': '0',
  'ipv4/conf/default/rp_filter': '0',
  'ipv4/conf/all/send_redirects': '0',
  'ipv4/conf/default/send_redirects': '0',
  'ipv4/conf/default/proxy_arp_pvlan': '1',
  'ipv6/conf/all/forwarding': '1',
  'ipv6/conf/default/forwarding': '1',
  'ipv6/conf/default/accept_ra': '0',
  'ipv6/conf/default/accept_dad': '0',
  'ipv6/conf/all/proxy_ndp': '1',
  'ipv6/conf/default/proxy_ndp': '1',
};

/** Its namespace is made with it. @throws FabricError */
export async function createRouter(
  commands: Commands,
  model: Model,
  network: Network,
  table: string,
): Promise<Router> {
  await commands.runIp([`netns add ${network.namespace}`]);
  let present: ReadonlySet<string> = new Set();
  let rules = '';
  const inTurn = oneByOne();

  async function applyNow({ ip = [], settings }: Pick<Steps, 'ip' | 'settings'>): Promise<void> {
    const wanted = new Set(compileItems(model, network));
    const wantedRules = compileSourceCheck(model, network, table) + compileForwarding(model, network, table);
    const changes = [
      ...[...present].filter((item) => !wanted.has(item)).map((item) => command(item, 'delete')),
      ...[...wanted].filter((item) => !present.has(item)).map((item) => command(item, 'replace')),
    ];
    await commands.runIn(network.namespace, {
      ip: [...ip, ...changes],
      ...(settings ? { settings } : {}),
      ...(wantedRules === rules ? {} : { nft: wantedRules }),
    });
    present = wanted;
    rules = wantedRules;
  }

  await commands.runIn(network.namespace, { settings: ROUTER_SETTINGS, ip: ['link set lo up'] });
  return {
    apply: (steps = {}) => inTurn(() => applyNow(steps)),
  };
}

/** What the router has beside its links: `OBJECT ARGUMENTS` of ip(8). What has no route is dropped in silence, as in a VPC. */
function compileItems(model: Model, network: Network): string[] {
  return [
    ...servicesOf(network).map((address) => `address ${address}/${isIpv6(address) ? 128 : 32} dev lo`),
    'route blackhole 0.0.0.0/0',
    'route blackhole ::/0',
    ...compileRoutes(model, network).map((route) => `route ${route}`),
    ...interfacesOf(model, network.id).flatMap(({ addresses, subnetId }) => {
      const { bridge } = model.subnets.get(subnetId)!;
      return addresses.filter(isIpv6).map((address) => `neighbour proxy ${address} dev ${bridge}`);
    }),
  ];
}

function command(item: string, verb: 'replace' | 'delete'): string {
  const [object, ...rest] = item.split(' ');
  return `${object} ${verb} ${rest.join(' ')}${object === 'address' && verb === 'replace' && item.includes(':') ? ' nodad' : ''}`;
}
