import { formatCidr, maskCidr } from '@pointsman/core/address';
import type { AddressJson, LinkJson, RouteJson, RuleJson } from './iproute-json.ts';
import type { CommandResult, RunCommand } from './run-command.ts';

/** A host in memory that understands the `ip` and `sysctl` commands that are planned, and prints its state as they do. */
export type FakeHost = {
  run: RunCommand;
  /** Every command that changed something or tried to, as a line. */
  commands: string[];
  links: LinkJson[];
  routes: Record<'4' | '6', RouteJson[]>;
  rules: Record<'4' | '6', RuleJson[]>;
};

type Words = Readonly<Record<string, string>>;

const FOREVER = 0xffff_ffff;
const OK: CommandResult = { code: 0, stdout: '', stderr: '' };
const failure = (stderr: string): CommandResult => ({ code: 2, stdout: '', stderr });

/** `macs`: of its interfaces eth0, eth1, …, all down. The kernel's own IP rules are there. */
export function makeFakeHost(macs: readonly string[]): FakeHost {
  const kernelRules = (tables: readonly (readonly [number, string])[]): RuleJson[] =>
    tables.map(([priority, table]) => ({ priority, src: 'all', table }));
  const host: FakeHost = {
    run: async (argv) => answer(host, settings, argv),
    commands: [],
    links: macs.map((address, index) => ({
      ...{ ifindex: index + 2, ifname: `eth${index}`, address },
      ...{ flags: ['BROADCAST'], addr_info: [] },
    })),
    routes: { '4': [], '6': [] },
    rules: {
      '4': kernelRules([
        [0, '255'],
        [32_766, '254'],
        [32_767, '253'],
      ]),
      '6': kernelRules([
        [0, '255'],
        [32_766, '254'],
      ]),
    },
  };
  const settings = new Map<string, string>();
  for (const { ifname } of host.links) {
    for (const name of ['ipv4/rp_filter', 'ipv4/arp_ignore', 'ipv4/arp_announce', 'ipv6/disable_ipv6']) {
      settings.set(`net/${name.replace('/', `/conf/${ifname}/`)}`, '0');
    }
    settings.set(`net/ipv6/conf/${ifname}/accept_ra`, '1');
  }
  return host;
}

function answer(host: FakeHost, settings: Map<string, string>, argv: readonly string[]): CommandResult {
  const line = argv.join(' ');
  const json = (value: unknown): CommandResult => ({ ...OK, stdout: JSON.stringify(value) });
  if (line === 'ip -json -N address show') return json(host.links);
  const list = /^ip -json -N -([46]) (route show table all|rule show)$/.exec(line);
  if (list) return json(host[list[2] === 'rule show' ? 'rules' : 'routes'][list[1] as '4' | '6']);
  if (argv[0] === 'sysctl' && argv[1] === '-e') return readSettings(settings, argv.slice(2));
  host.commands.push(line);
  if (argv[0] === 'sysctl') return writeSetting(settings, argv[2]!);
  const [, family, object, verb, ...rest] = argv[1]!.startsWith('-') ? argv : ['ip', '-4', ...argv.slice(1)];
  const words = readWords(rest);
  const of = family!.slice(1) as '4' | '6';
  if (object === 'link') return setLink(host, words);
  if (object === 'address') return changeAddress(host, verb!, words);
  return object === 'route'
    ? changeRoute(host.routes[of], of, verb!, words)
    : changeRule(host.rules[of], verb!, words);
}

/** The first word without a key is the `subject`; keys of no value are `true`. */
function readWords(words: readonly string[]): Words {
  const found: Record<string, string> = {};
  const bare = new Set(['noprefixroute', 'nodad', 'up', 'blackhole', 'onlink']);
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (bare.has(word)) found[word] = 'true';
    else if (found.subject === undefined && /^(default|[0-9a-f.:]+(\/[0-9]+)?)$/.test(word))
      found.subject = word;
    else found[word] = words[++index]!;
  }
  return found;
}

function readSettings(settings: Map<string, string>, keys: readonly string[]): CommandResult {
  const lines = keys.filter((key) => settings.has(key)).map((key) => `${key} = ${settings.get(key)}\n`);
  return { ...OK, stdout: lines.join('') };
}

function writeSetting(settings: Map<string, string>, text: string): CommandResult {
  const [key, value] = text.split('=') as [string, string];
  settings.set(key, value);
  return OK;
}

function setLink({ links }: FakeHost, { dev }: Words): CommandResult {
  const link = links.find(({ ifname }) => ifname === dev);
  if (link && !link.flags.includes('UP')) link.flags.push('UP');
  return link ? OK : failure(`Cannot find device "${dev}"`);
}

function changeAddress(host: FakeHost, verb: string, words: Words): CommandResult {
  const link = host.links.find(({ ifname }) => ifname === words.dev);
  if (!link) return failure(`Cannot find device "${words.dev}"`);
  const [local, length] = words.subject!.split('/') as [string, string];
  const isSame = (info: AddressJson) => info.local === local && info.prefixlen === Number(length);
  const there = link.addr_info.find(isSame);
  if (verb === 'del' && !there) return failure('RTNETLINK answers: Cannot assign requested address');
  const isFirst = !link.addr_info.some((info) => subnetOf(info) === subnetOf(words.subject!));
  if (verb !== 'del' && !words.noprefixroute && isFirst) connect(host, words.subject!, link.ifname);
  link.addr_info = link.addr_info.filter((info) => !isSame(info));
  if (verb === 'del') {
    host.routes['4'] = host.routes['4'].filter(({ prefsrc }) => prefsrc !== local);
    return OK;
  }
  const lifetime = (text: string | undefined) =>
    text === undefined || text === 'forever' ? FOREVER : Number(text);
  link.addr_info.push({
    ...{ family: local.includes(':') ? 'inet6' : 'inet', local, prefixlen: Number(length), scope: '0' },
    ...{ valid_life_time: lifetime(words.valid_lft), preferred_life_time: lifetime(words.preferred_lft) },
  });
  return OK;
}

/** The route to the subnet that the kernel makes by itself, for the first address in it. */
function connect({ routes }: FakeHost, cidr: string, dev: string): void {
  const dst = subnetOf(cidr);
  if (cidr.includes(':')) routes['6'].push({ dst, dev, protocol: '2', metric: 256 });
  else routes['4'].push({ dst, dev, protocol: '2', prefsrc: cidr.split('/')[0]! });
}

function subnetOf(of: AddressJson | string): string {
  return formatCidr(maskCidr(typeof of === 'string' ? of : `${of.local}/${of.prefixlen}`)!);
}

function changeRoute(routes: RouteJson[], family: '4' | '6', verb: string, words: Words): CommandResult {
  const metric = words.metric === undefined ? (family === '6' ? 1024 : 0) : Number(words.metric);
  const isSame = (route: RouteJson) =>
    route.dst === words.subject &&
    (route.table ?? '254') === (words.table ?? '254') &&
    (route.metric ?? 0) === metric &&
    (verb !== 'del' || words.dev === undefined || route.dev === words.dev) &&
    (verb !== 'del' || words.via === undefined || route.gateway === words.via);
  const at = routes.findIndex(isSame);
  if (verb === 'del' && at === -1) return failure('RTNETLINK answers: No such process');
  if (verb === 'add' && at !== -1) return failure('RTNETLINK answers: File exists');
  if (at !== -1) routes.splice(at, 1);
  if (verb !== 'del') routes.push(routeOf(words, metric));
  return OK;
}

function routeOf(words: Words, metric: number): RouteJson {
  return {
    dst: words.subject!,
    ...(words.blackhole && { type: '6' }),
    ...(words.via && { gateway: words.via }),
    ...(words.dev && { dev: words.dev }),
    ...(words.table && words.table !== '254' && { table: words.table }),
    ...(words.proto && words.proto !== '3' && { protocol: words.proto }),
    ...(words.src && { prefsrc: words.src }),
    ...(metric > 0 && { metric }),
  };
}

function changeRule(rules: RuleJson[], verb: string, words: Words): CommandResult {
  const wanted: RuleJson = {
    priority: Number(words.priority),
    src: words.from!,
    ...(words.lookup && { table: words.lookup }),
    ...(words.protocol && { protocol: words.protocol }),
  };
  const at = rules.findIndex((rule) => JSON.stringify(rule) === JSON.stringify(wanted));
  if (verb === 'del' && at === -1) return failure('RTNETLINK answers: No such file or directory');
  if (verb === 'add' && at !== -1) return failure('RTNETLINK answers: File exists');
  if (verb === 'del') rules.splice(at, 1);
  else rules.push(wanted);
  rules.sort((a, b) => a.priority - b.priority);
  return OK;
}
