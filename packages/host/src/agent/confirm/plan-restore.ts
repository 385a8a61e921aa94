import { type Family, PROTOCOL, type Step, settingKey } from '../interface/index.ts';
import { goesBy, type RoutingSnapshot, type SavedDevice } from './routing-snapshot.ts';

/** What is put back: everything, or only what a change of that interface and that table can have changed. */
export type Scope = 'everything' | { mac: string; table: number };

/**
 * The steps from one snapshot to another. What the kernel made for addresses of other interfaces than the saved ones stays: a container
 * may have started meanwhile. Lines of interfaces that are not there any more are left out; one that has been renamed is known by its MAC address.
 */
export function planRestore(now: RoutingSnapshot, before: RoutingSnapshot, scope: Scope): Step[] {
  const saved = withNamesOf(now, before);
  return planAll(limitTo(scope, now), limitTo(scope, saved));
}

function planAll(now: RoutingSnapshot, saved: RoutingSnapshot): Step[] {
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

/** Names are the kernel's to give and udev's to change, which before Linux 6.2 takes an interface down and its routes with it. */
function withNamesOf(now: RoutingSnapshot, saved: RoutingSnapshot): RoutingSnapshot {
  const renamed = saved.devices.flatMap(({ mac, name }) => {
    const others = now.devices.filter((each) => each.mac === mac);
    const [other] = others.some((each) => each.name === name) ? [] : others;
    return other ? [{ from: name, to: other.name }] : [];
  });
  return renamed.reduce(rename, saved);
}

function rename(
  { devices, routes, rules }: RoutingSnapshot,
  { from, to }: { from: string; to: string },
): RoutingSnapshot {
  const inLine = (line: string) =>
    line
      .split(' ')
      .map((word, index, words) => (word === from && NAMES_FOLLOW.has(words[index - 1]!) ? to : word))
      .join(' ');
  const inAll = (lines: Readonly<Record<Family, string[]>>) => ({
    '4': lines['4'].map(inLine),
    '6': lines['6'].map(inLine),
  });
  return {
    devices: devices.map((device) => (device.name === from ? { ...device, name: to } : device)),
    routes: inAll(routes),
    rules: inAll(rules),
  };
}

const NAMES_FOLLOW = new Set(['dev', 'iif', 'oif']);

/** What is ours goes by the interface, stands in our table or leads to it, or has our mark: `planInterface` touches nothing else. */
function limitTo(scope: Scope, snapshot: RoutingSnapshot): RoutingSnapshot {
  if (scope === 'everything') return snapshot;
  const devices = snapshot.devices.filter(({ mac }) => mac === scope.mac);
  const isOurs = (line: string) =>
    ` ${line} `.includes(` proto ${PROTOCOL} `) ||
    ` ${line} `.includes(` table ${scope.table} `) ||
    ` ${line} `.includes(` lookup ${scope.table} `) ||
    devices.some(({ name }) => goesBy(line, name));
  const ofAll = (lines: Readonly<Record<Family, string[]>>) => ({
    '4': lines['4'].filter(isOurs),
    '6': lines['6'].filter(isOurs),
  });
  return { devices, routes: ofAll(snapshot.routes), rules: ofAll(snapshot.rules) };
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

/** Each as often as it is there more. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
