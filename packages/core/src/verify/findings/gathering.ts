import type { Path } from '../../schema/path.ts';
import type { Severity } from './codes.ts';
import type { FindingContext } from './context.ts';
import { compareTexts, type Draft, RANK, severityOf } from './finding.ts';
import { isZone, type Target } from './rows.ts';
import { byReach, counted, listed } from './words.ts';

/** One thing that is wrong with one subject, for many networks and zones: it becomes one draft. */
type Gathered = What & { parts: Part[] };

type Part = { networks: readonly string[]; targets: readonly Target[]; without: string };

type What = Pick<Draft, 'code' | 'subject' | 'remedy' | 'paths' | 'severity' | 'without'> & {
  /** The sentence before whom and what it concerns. */
  why: string;
};

export type Gathering = {
  /** Lists that many share stay shared. Without zones, the sentence says all. */
  add: (what: What, networks: readonly string[], targets: readonly Target[]) => void;
  drafts: () => Draft[];
};

/** Gathers alike faults: by code and subject, those of now and those after a failure apart. */
export function makeGathering(): Gathering {
  const all = new Map<string, Gathered>();
  return {
    add: (what, networks, targets) => {
      const key = `${what.code} ${what.subject} ${what.without === undefined}`;
      let gathered = all.get(key);
      if (!gathered) {
        gathered = { ...what, parts: [] };
        all.set(key, gathered);
      }
      gathered.parts.push({ networks, targets, without: what.without ?? '' });
      // The same reason, and the worst severity, whatever the order of the file.
      const severity = worse(what, gathered);
      if (orderOf(what) < orderOf(gathered)) Object.assign(gathered, what);
      gathered.severity = severity;
    },
    drafts: () => [...all.values()].map(toDraft),
  };
}

function worse(one: What, other: What): Severity {
  const [a, b] = [severityOf(one), severityOf(other)];
  return RANK[a] < RANK[b] ? a : b;
}

/** The failure of the least, then the first of reasons. */
function orderOf({ without = '', why }: What): string {
  return `${['member', 'upstream', 'link', 'az'].findIndex((kind) => without.startsWith(kind))} ${without} ${why}`;
}

function toDraft({ why, parts, ...what }: Gathered): Draft {
  const { without = '' } = what;
  const concerned = whoLacksWhat(parts.filter((part) => part.without === without));
  const others = parts.flatMap((part) => (part.without === without ? [] : [part.without]));
  const [first] = concerned;
  if (!first) return { ...what, text: why };
  const shown = concerned
    .slice(0, MOST_PARTS)
    .map(({ networks, targets }) => `${told(targets)} for ${listed(networks)}`);
  const rest = concerned.slice(MOST_PARTS).flatMap(({ networks }) => networks);
  const more = rest.length === 0 ? '' : `; others for ${counted(rest.length, 'more network')}`;
  const also = others.length === 0 ? '' : `; the like without ${listed([...new Set(others)])}`;
  const text = `${why}: ${shown.join('; ')}${more}${also}`;
  return { ...what, text, question: { network: first.networks[0]!, name: sampleOf(first.targets).name } };
}

/** How many groups of networks a text tells apart. */
const MOST_PARTS = 2;

type Concerned = { networks: string[]; targets: readonly Target[] };

/** Networks that lack the same zones, together; sorted, those with the most networks first. */
function whoLacksWhat(parts: readonly Part[]): Concerned[] {
  const known = new Map<readonly Target[], string>();
  const keyOf = (targets: readonly Target[]): string => {
    const key = known.get(targets) ?? fingerprint(targets);
    known.set(targets, key);
    return key;
  };
  const lists = new Map<string, Map<string, readonly Target[]>>();
  for (const { networks, targets } of parts) {
    if (targets.length === 0) continue;
    for (const network of networks) {
      const own = lists.get(network);
      if (own) own.set(keyOf(targets), targets);
      else lists.set(network, new Map([[keyOf(targets), targets]]));
    }
  }
  const groups = Map.groupBy(lists, ([, own]) => [...own.keys()].sort().join());
  return Array.from(groups.values(), (alike) => {
    const [first, ...more] = alike[0]![1].values();
    const targets = more.length === 0 ? first! : [...new Set([first!, ...more].flat())];
    return { networks: alike.map(([network]) => network).sort(compareTexts), targets };
  }).sort((a, b) => b.networks.length - a.networks.length || compareTexts(a.networks[0]!, b.networks[0]!));
}

const numbers = new WeakMap<Target, number>();
let count = 0;

/** Lists of the same ones in the same order have the same fingerprint (FNV-1a over their numbers). */
function fingerprint(targets: readonly Target[]): string {
  let hash = 0x811c9dc5;
  for (const target of targets) {
    let number = numbers.get(target);
    if (number === undefined) {
      number = count++;
      numbers.set(target, number);
    }
    hash = Math.imul(hash ^ number, 0x01000193) >>> 0;
  }
  return `${targets.length} ${hash}`;
}

/** The zone whose name is the first in order; where there is none, the forwarded names; all that is left, last. */
export function sampleOf<T extends Target>(targets: readonly T[]): T {
  const rank = (target: T) => (isZone(target) ? 0 : target.name === '.' ? 2 : 1);
  const order = (a: T, b: T) => rank(a) - rank(b) || byReach(a.name, b.name);
  return targets.reduce((least, target) => (order(target, least) < 0 ? target : least));
}

/** `2 zones (a.example, b.example), names below c.example and all other names`. */
function told(targets: readonly Target[]): string {
  const zones = targets.filter(isZone);
  const suffixes = targets.filter((target) => !isZone(target) && target.name !== '.');
  const named = listed(zones.map(({ name }) => name));
  const parts = [
    ...(zones.length > 0 ? [`${counted(zones.length, 'zone')} (${named})`] : []),
    ...(suffixes.length > 0 ? [`names below ${listed(suffixes.map(({ name }) => name))}`] : []),
    ...(targets.length > zones.length + suffixes.length ? ['all other names'] : []),
  ];
  if (parts.length === 1 && !zones.length && !suffixes.length) return 'names that no zone or rule covers';
  return [parts.slice(0, -1).join(', '), parts.at(-1)!].filter((part) => part !== '').join(' and ');
}

/** Where a subject stands in the topology. */
export function pathOf({ topology, linkNames }: FindingContext, subject: string): Path {
  const [section, name, member] = subject.split('/') as [string, string, string?];
  if (section === 'links') return ['links', linkNames.indexOf(name)];
  if (section === 'forwarders' && member !== undefined) {
    const tier = topology.forwarders.find((each) => each.name === name)!;
    return [...tier.path, 'members', tier.members.findIndex((each) => each.name === member)];
  }
  return [section, name];
}
