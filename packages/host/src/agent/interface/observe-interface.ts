import { InterfaceError } from './interface-error.ts';
import { type AddressJson, type LinkJson, numberOf, type RouteJson, type RuleJson } from './iproute-json.ts';
import type { RunCommand } from './run-command.ts';

/** What the kernel has, as far as it concerns a service interface: all of its addresses, and the routes and IP rules of the whole host. */
export type ObservedInterface = {
  /** The interface with the MAC address; undefined where there is none. */
  device: ObservedDevice | undefined;
  /** Of all tables but the kernel's own of local addresses; in the order of their destinations. */
  routes: ObservedRoute[];
  rules: ObservedRule[];
};

export type Family = '4' | '6';

export type ObservedDevice = {
  name: string;
  up: boolean;
  /** Without those of the link (fe80::/10). */
  addresses: ObservedAddress[];
  /** By their names below `net/`, such as `ipv4/rp_filter`; one that this kernel does not have is missing. */
  settings: Readonly<Record<string, number>>;
};

export type ObservedAddress = {
  family: Family;
  address: string;
  prefixLength: number;
  /** Until somebody takes it away: no DHCP client's or router advertisement's lifetime. */
  permanent: boolean;
  /** IPv6: the kernel found it in use by another host, and does not use it. */
  duplicate: boolean;
};

export type ObservedRoute = {
  family: Family;
  table: number;
  /** A CIDR, an address or `default`. */
  destination: string;
  gateway?: string | undefined;
  /** Undefined where it has none (`blackhole`) or several. */
  device?: string | undefined;
  /** Those of the next hops, where there are several. */
  devices?: readonly string[];
  source?: string | undefined;
  protocol: number;
  /** RTN_… of rtnetlink(7): 1 unicast, 6 blackhole. */
  type: number;
  metric: number;
};

export type ObservedRule = {
  family: Family;
  priority: number;
  /** An address, a CIDR or `all`. */
  from: string;
  table?: number | undefined;
  protocol: number;
  /** It has selectors besides the source address. */
  narrowed: boolean;
};

/** The kernel's table of local addresses. */
const LOCAL_TABLE = 255;
/** Which packets go by where no IP rule says otherwise. */
export const MAIN_TABLE = 254;
/** The type of a route that leads somewhere: rtnetlink(7). */
export const UNICAST = 1;
/** RTPROT_BOOT, which `ip route` sets where none is given, and does not print. */
const BOOT = 3;
const FOREVER = 0xffff_ffff;
/** RT_SCOPE_LINK. */
const LINK_SCOPE = 253;

/** What is wanted of the interface's settings is a subset of these: `planInterface`. */
const SETTINGS = [
  'ipv4/rp_filter',
  'ipv4/arp_ignore',
  'ipv4/arp_announce',
  'ipv6/accept_ra',
  'ipv6/disable_ipv6',
];

/** `mac` in lower case. @throws InterfaceError */
export async function observeInterface(
  run: RunCommand,
  { mac }: { mac: string },
): Promise<ObservedInterface> {
  const [links, ...lists] = await Promise.all([
    listLinks(run),
    routes(run, '4'),
    routes(run, '6'),
    rules(run, '4'),
    rules(run, '6'),
  ]);
  const [routes4, routes6, rules4, rules6] = lists;
  const link = findLink(links, mac);
  return {
    device: link && (await observeDevice(run, link)),
    routes: [...routes4, ...routes6].sort(byPlace),
    rules: [...rules4, ...rules6],
  };
}

/** VLANs and macvlans on top of an interface have its MAC address too, and are younger. */
export function findLink(links: readonly LinkJson[], mac: string): LinkJson | undefined {
  const [first] = links.filter(({ address }) => address === mac).sort((a, b) => a.ifindex - b.ifindex);
  return first;
}

export function listLinks(run: RunCommand): Promise<LinkJson[]> {
  return readJson<LinkJson>(run, ['ip', '-json', '-N', 'address', 'show']);
}

async function observeDevice(run: RunCommand, link: LinkJson): Promise<ObservedDevice> {
  return {
    name: link.ifname,
    up: link.flags.includes('UP'),
    addresses: link.addr_info.filter(({ scope }) => numberOf(scope, 0) !== LINK_SCOPE).map(readAddress),
    settings: await readSettings(run, link.ifname),
  };
}

/** What of the kernel's settings of an interface is ours to change. Where IPv6 is off, its settings are missing: `-e` leaves out what is unknown. */
export async function readSettings(run: RunCommand, device: string): Promise<Record<string, number>> {
  const { stdout } = await run(['sysctl', '-e', ...SETTINGS.map((setting) => settingKey(setting, device))]);
  const lines = stdout.split('\n').flatMap((line) => {
    const match = /^net[./](ipv[46])[./]conf[./].*[./]([a-z0-9_]+) = (-?[0-9]+)$/.exec(line);
    return match ? [[`${match[1]}/${match[2]}`, Number(match[3])] as const] : [];
  });
  return Object.fromEntries(lines);
}

/** With slashes: an interface's name may have dots in it. */
export function settingKey(setting: string, device: string): string {
  const [family, name] = setting.split('/');
  return `net/${family}/conf/${device}/${name}`;
}

async function routes(run: RunCommand, family: Family): Promise<ObservedRoute[]> {
  const found = await readJson<RouteJson>(run, [
    'ip',
    '-json',
    '-N',
    `-${family}`,
    'route',
    'show',
    'table',
    'all',
  ]);
  return found.map((route) => readRoute(family, route)).filter(({ table }) => table !== LOCAL_TABLE);
}

async function rules(run: RunCommand, family: Family): Promise<ObservedRule[]> {
  const found = await readJson<RuleJson>(run, ['ip', '-json', '-N', `-${family}`, 'rule', 'show']);
  return found.map((rule) => readRule(family, rule));
}

function readAddress(info: AddressJson): ObservedAddress {
  return {
    family: info.family === 'inet' ? '4' : '6',
    address: info.local,
    prefixLength: info.prefixlen,
    permanent: info.valid_life_time === FOREVER && info.preferred_life_time === FOREVER,
    duplicate: info.dadfailed === true,
  };
}

function readRoute(family: Family, route: RouteJson): ObservedRoute {
  return {
    family,
    table: numberOf(route.table, MAIN_TABLE),
    destination: route.dst,
    gateway: route.gateway ?? route.via?.host,
    device: route.dev,
    ...(route.nexthops && { devices: route.nexthops.map(({ dev }) => dev) }),
    source: route.prefsrc,
    protocol: numberOf(route.protocol, BOOT),
    type: numberOf(route.type, UNICAST),
    metric: route.metric ?? 0,
  };
}

function byPlace(a: ObservedRoute, b: ObservedRoute): number {
  const order = (route: ObservedRoute) => `${route.family} ${route.destination} ${route.table}`;
  return order(a) < order(b) ? -1 : 1;
}

function readRule(family: Family, rule: RuleJson): ObservedRule {
  const { priority, src, srclen, table, protocol, ...others } = rule;
  return {
    family,
    priority,
    from: srclen === undefined ? src : `${src}/${srclen}`,
    table: table === undefined ? undefined : numberOf(table, 0),
    protocol: numberOf(protocol, 0),
    narrowed: Object.keys(others).length > 0,
  };
}

/** IPv6 may be missing in a kernel: then it has no routes and no rules of it. */
async function readJson<Item>(run: RunCommand, argv: readonly string[]): Promise<Item[]> {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0 && /not supported/.test(stderr)) return [];
  if (code !== 0) throw new InterfaceError('COMMAND_FAILED', `${argv.join(' ')} failed: ${stderr.trim()}`);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as Item[]);
}
