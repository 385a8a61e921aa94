import type { Name } from '../../dns/name.ts';
import { type Path, showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import type { FindingContext } from './context.ts';
import { compareTexts, type Draft } from './finding.ts';
import { counted, listed } from './words.ts';

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
  const shown = concerned.slice(0, MOST_PARTS).map(({ networks, names }) => {
    return `${counted(names.length, 'zone')} (${listed(names.map(showName))}) for ${listed(networks)}`;
  });
  const rest = concerned.slice(MOST_PARTS).flatMap(({ networks }) => networks);
  const more = rest.length === 0 ? '' : `; others for ${counted(rest.length, 'more network')}`;
  const also = others.length === 0 ? '' : `; the like without ${listed(others)}`;
  const text = `${why}: ${shown.join('; ')}${more}${also}`;
  return { ...what, text, question: { network: first.networks[0]!, name: first.names[0]! } };
}

/** How many groups of networks a text tells apart. */
const MOST_PARTS = 2;

type Concerned = { networks: string[]; names: Name[] };

/** Networks that lack the same zones, together; sorted, those with the most networks first. */
function whoLacksWhat(parts: Gathered['parts']): Concerned[] {
  const ids = new Map<readonly Zone[], number>();
  const lists = new Map<string, Set<readonly Zone[]>>();
  for (const { networks, zones } of parts) {
    if (zones.length === 0) continue;
    if (!ids.has(zones)) ids.set(zones, ids.size);
    for (const network of networks) {
      const own = lists.get(network);
      if (own) own.add(zones);
      else lists.set(network, new Set([zones]));
    }
  }
  const byLists = Map.groupBy(lists, ([, own]) =>
    [...own]
      .map((zones) => ids.get(zones)!)
      .sort()
      .join(),
  );
  const byNames = new Map<string, Concerned>();
  for (const alike of byLists.values()) {
    const zones = new Set([...alike[0]![1]].flat());
    const names = [...new Set([...zones].map(({ name }) => name))].sort(compareNames);
    const networks = alike.map(([network]) => network);
    const same = byNames.get(names.join());
    if (same) same.networks.push(...networks);
    else byNames.set(names.join(), { networks, names });
  }
  for (const { networks } of byNames.values()) networks.sort(compareTexts);
  return [...byNames.values()].sort(
    (a, b) => b.networks.length - a.networks.length || compareTexts(a.networks[0]!, b.networks[0]!),
  );
}

/** Reverse names last: they show less. */
function compareNames(a: Name, b: Name): number {
  return Number(a.endsWith('.arpa.')) - Number(b.endsWith('.arpa.')) || compareTexts(a, b);
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
