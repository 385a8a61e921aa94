import type { Family, RunCommand, Step } from '../interface/index.ts';
import { InterfaceError, listLinks, readSettings, settingKey } from '../interface/index.ts';

/**
 * How a host's packets went at a moment: enough to put all of it back. Routes and IP rules are kept as `ip` prints them, which is also how
 * it reads them; numbers in the place of names, so that /etc/iproute2 does not matter.
 */
export type RoutingSnapshot = {
  /** Those whose addresses are put back: the interface that is changed, and those that the host's default routes go by. */
  devices: SavedDevice[];
  /** Of all tables but the kernel's own of local addresses. Sorted. */
  routes: Readonly<Record<Family, string[]>>;
  rules: Readonly<Record<Family, string[]>>;
};

export type SavedDevice = {
  mac: string;
  name: string;
  up: boolean;
  /** As `ip address replace` takes them: the address first. Without those of the link. */
  addresses: string[];
  /** By their names below `net/`. */
  settings: Readonly<Record<string, number>>;
};

/** `mac`: of the interface that is about to be changed. @throws InterfaceError */
export async function takeSnapshot(run: RunCommand, mac: string): Promise<RoutingSnapshot> {
  const routes = { '4': await listRoutes(run, '4'), '6': await listRoutes(run, '6') };
  const rules = { '4': await listRules(run, '4'), '6': await listRules(run, '6') };
  const byDefault = [...routes['4'], ...routes['6']].filter((route) => route.startsWith('default '));
  const links = (await listLinks(run)).filter(
    ({ address, ifname }) => address === mac || byDefault.some((route) => goesBy(route, ifname)),
  );
  const devices = links.map(async ({ address = '', ifname, flags, addr_info }) => ({
    mac: address,
    name: ifname,
    up: flags.includes('UP'),
    addresses: addr_info.filter(({ scope }) => scope !== LINK_SCOPE).map(formatAddress),
    settings: await readSettings(run, ifname),
  }));
  return { devices: await Promise.all(devices), routes, rules };
}

/**
 * The steps from one snapshot to another. What the kernel made for addresses of other interfaces than the saved ones stays: a container
 * may have started meanwhile. Lines of interfaces that are not there any more are left out.
 */
export function planRestore(now: RoutingSnapshot, saved: RoutingSnapshot): Step[] {
  const there = saved.devices.filter(({ mac, name }) =>
    now.devices.some((each) => each.mac === mac && each.name === name),
  );
  const gone = saved.devices.filter((device) => !there.includes(device)).map(({ name }) => name);
  const isPossible = (line: string) => !gone.some((name) => goesBy(line, name));
  const isForeign = (line: string) =>
    / proto 2\b/.test(line) && !there.some(({ name }) => goesBy(line, name));
  const extra = (family: Family) =>
    without(now.routes[family], saved.routes[family]).filter((line) => !isForeign(line));
  const missing = (family: Family) => without(saved.routes[family], now.routes[family]).filter(isPossible);
  return [
    ...FAMILIES.flatMap((family) =>
      without(now.rules[family], saved.rules[family]).map((line) => rule(family, 'del', line)),
    ),
    ...there.flatMap((device) =>
      restoreDevice(now.devices.find(({ name }) => name === device.name)!, device),
    ),
    ...FAMILIES.flatMap((family) => extra(family).map((line) => route(family, 'del', line))),
    // First what is on a link: gateways are found by it.
    ...FAMILIES.flatMap((family) =>
      [...missing(family)].sort(byGateway).map((line) => route(family, 'append', line)),
    ),
    ...FAMILIES.flatMap((family) =>
      without(saved.rules[family], now.rules[family]).map((line) => rule(family, 'add', line)),
    ),
  ];
}

const FAMILIES = ['4', '6'] as const;
const FOREVER = 0xffff_ffff;
/** RT_SCOPE_LINK. */
const LINK_SCOPE = '253';
/** What `ip route` prints of a route's state, and does not take. */
const STATE =
  / (linkdown|dead|offload|trap|rt_offload|rt_trap|expires \d+sec|error -?\d+|users \d+|age \d+sec)\b/g;

async function listRoutes(run: RunCommand, family: Family): Promise<string[]> {
  const lines = await list(run, ['ip', '-N', '-oneline', `-${family}`, 'route', 'show', 'table', 'all']);
  return lines
    .map((line) => line.replaceAll('\\', ' ').replace(STATE, '').replace(/\s+/g, ' ').trim())
    .filter((line) => !/ table 255\b/.test(line))
    .sort();
}

function listRules(run: RunCommand, family: Family): Promise<string[]> {
  return list(run, ['ip', '-N', `-${family}`, 'rule', 'show']);
}

async function list(run: RunCommand, argv: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(argv);
  if (code !== 0 && /not supported/.test(stderr)) return [];
  if (code !== 0) throw new InterfaceError('COMMAND_FAILED', `${argv.join(' ')} failed: ${stderr.trim()}`);
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

type Info = {
  local: string;
  prefixlen: number;
  noprefixroute?: boolean;
  valid_life_time: number;
  preferred_life_time: number;
};

function formatAddress({ local, prefixlen, noprefixroute, ...lifetime }: Info): string {
  const seconds = (time: number) => (time === FOREVER ? 'forever' : String(time));
  return [
    `${local}/${prefixlen}`,
    `valid_lft ${seconds(lifetime.valid_life_time)} preferred_lft ${seconds(lifetime.preferred_life_time)}`,
    ...(noprefixroute ? ['noprefixroute'] : []),
    ...(local.includes(':') ? ['nodad'] : []),
  ].join(' ');
}

function restoreDevice(now: SavedDevice, saved: SavedDevice): Step[] {
  const { name } = saved;
  const place = (line: string) => line.split(' ')[0]!;
  const extra = now.addresses.filter((line) => !saved.addresses.some((each) => place(each) === place(line)));
  const missing = saved.addresses.filter(
    (line) => !now.addresses.some((each) => place(each) === place(line)),
  );
  const changed = Object.entries(saved.settings).filter(
    ([setting, value]) => now.settings[setting] !== value,
  );
  return [
    ...changed.map(([setting, value]) => ['sysctl', '-w', `${settingKey(setting, name)}=${value}`]),
    ...(now.up === saved.up ? [] : [['ip', 'link', 'set', 'dev', name, saved.up ? 'up' : 'down']]),
    ...extra.map((line) => ['ip', 'address', 'del', place(line), 'dev', name]),
    ...missing.map((line) => ['ip', 'address', 'replace', ...line.split(' '), 'dev', name]),
  ];
}

/** `append`: several routes to one place differ in what `add` does not look at. */
function route(family: Family, verb: 'append' | 'del', line: string): Step {
  return ['ip', '-N', `-${family}`, 'route', verb, ...line.split(' ')];
}

/** `530: from 10.10.1.53 lookup 530 proto 153`; what is in brackets is its state. */
function rule(family: Family, verb: 'add' | 'del', line: string): Step {
  const [priority, ...words] = line.replace(/\[[a-z]+\]/g, '').split(/\s+/) as [string, ...string[]];
  return [
    'ip',
    '-N',
    `-${family}`,
    'rule',
    verb,
    'priority',
    priority.slice(0, -1),
    ...words.filter((word) => word !== ''),
  ];
}

function byGateway(a: string, b: string): number {
  return Number(/ via /.test(a)) - Number(/ via /.test(b));
}

function goesBy(line: string, device: string): boolean {
  return ` ${line} `.includes(` dev ${device} `);
}

/** Each as often as it is there more. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
