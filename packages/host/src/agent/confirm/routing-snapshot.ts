import type { Family, RunCommand } from '../interface/index.ts';
import { InterfaceError, listLinks, readSettings } from '../interface/index.ts';

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

/** Whether a route, as `ip` prints it, goes by that interface. */
export function goesBy(line: string, device: string): boolean {
  return ` ${line} `.includes(` dev ${device} `);
}
