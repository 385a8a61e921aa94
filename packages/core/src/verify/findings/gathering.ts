import type { Path } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import type { FindingContext } from './context.ts';
import { compareTexts, type Draft } from './finding.ts';
import { byReach, counted, listed } from './words.ts';

/** One thing that is wrong with one subject, for many networks and zones: it becomes one draft. */
type Gathered = What & { parts: Part[] };

type Part = { networks: readonly string[]; zones: readonly Zone[]; without: string };

type What = Pick<Draft, 'code' | 'subject' | 'remedy' | 'paths' | 'severity' | 'without'> & {
  /** The sentence before whom and what it concerns. */
  why: string;
};

export type Gathering = {
  /** Lists that many share stay shared. Without zones, the sentence says all. */
  add: (what: What, networks: readonly string[], zones: readonly Zone[]) => void;
  drafts: () => Draft[];
};

/** Gathers alike faults: by code and subject, those of now and those after a failure apart. */
export function makeGathering(): Gathering {
  const all = new Map<string, Gathered>();
  return {
    add: (what, networks, zones) => {
      const key = `${what.code} ${what.subject} ${what.without === undefined}`;
      let gathered = all.get(key);
      if (!gathered) {
        gathered = { ...what, parts: [] };
        all.set(key, gathered);
      }
      gathered.parts.push({ networks, zones, without: what.without ?? '' });
      // The same reason whatever the order of the file.
      if (orderOf(what) < orderOf(gathered)) Object.assign(gathered, what);
    },
    drafts: () => [...all.values()].map(toDraft),
  };
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
  const shown = concerned.slice(0, MOST_PARTS).map(({ networks, zones }) => {
    const names = listed(zones.map(({ name }) => name));
    return `${counted(zones.length, 'zone')} (${names}) for ${listed(networks)}`;
  });
  const rest = concerned.slice(MOST_PARTS).flatMap(({ networks }) => networks);
  const more = rest.length === 0 ? '' : `; others for ${counted(rest.length, 'more network')}`;
  const also = others.length === 0 ? '' : `; the like without ${listed([...new Set(others)])}`;
  const text = `${why}: ${shown.join('; ')}${more}${also}`;
  return { ...what, text, question: { network: first.networks[0]!, name: sampleOf(first.zones).name } };
}

/** How many groups of networks a text tells apart. */
const MOST_PARTS = 2;

type Concerned = { networks: string[]; zones: readonly Zone[] };

/** Networks that lack the same zones, together; sorted, those with the most networks first. */
function whoLacksWhat(parts: readonly Part[]): Concerned[] {
  const known = new Map<readonly Zone[], string>();
  const keyOf = (zones: readonly Zone[]): string => {
    const key = known.get(zones) ?? fingerprint(zones);
    known.set(zones, key);
    return key;
  };
  const lists = new Map<string, Map<string, readonly Zone[]>>();
  for (const { networks, zones } of parts) {
    if (zones.length === 0) continue;
    for (const network of networks) {
      const own = lists.get(network);
      if (own) own.set(keyOf(zones), zones);
      else lists.set(network, new Map([[keyOf(zones), zones]]));
    }
  }
  const groups = Map.groupBy(lists, ([, own]) => [...own.keys()].sort().join());
  return Array.from(groups.values(), (alike) => {
    const [first, ...more] = alike[0]![1].values();
    const zones = more.length === 0 ? first! : [...new Set([first!, ...more].flat())];
    return { networks: alike.map(([network]) => network).sort(compareTexts), zones };
  }).sort((a, b) => b.networks.length - a.networks.length || compareTexts(a.networks[0]!, b.networks[0]!));
}

const numbers = new WeakMap<Zone, number>();
let count = 0;

/** Lists of the same zones in the same order have the same one (FNV-1a over their numbers). */
function fingerprint(zones: readonly Zone[]): string {
  let hash = 0x811c9dc5;
  for (const zone of zones) {
    let number = numbers.get(zone);
    if (number === undefined) {
      number = count++;
      numbers.set(zone, number);
    }
    hash = Math.imul(hash ^ number, 0x01000193) >>> 0;
  }
  return `${zones.length} ${hash}`;
}

/** The zone whose name is the first in order. */
export function sampleOf(zones: readonly Zone[]): Zone {
  return zones.reduce((least, zone) => (byReach(zone.name, least.name) < 0 ? zone : least));
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
