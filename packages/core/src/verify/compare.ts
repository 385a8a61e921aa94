import type { Name, RecordSet } from '../dns/index.ts';
import { parentOf } from '../dns/name.ts';
import type { Zone } from '../topology/topology.ts';
import type { Row } from './cells.ts';
import type { Disposition, Verdict } from './disposition.ts';
import type { TracedRecord } from './trace.ts';
import { traceName } from './trace-name.ts';
import type { Walk } from './walk.ts';

/** What a change of topology changes in answers. Nothing at all where all three lists are empty. */
export type Comparison = {
  changes: AnswerChange[];
  /** Networks that only one of the two has. */
  added: string[];
  removed: string[];
};

/** One change, for all networks that see it alike. */
export type AnswerChange = {
  networks: string[];
  name: Name;
  /** Absent where the change is for all names at and below `name` that no other change tells of. */
  type?: string;
  was: Answer;
  is: Answer;
};

export type Answer = { disposition: Disposition; zone?: Name; answers?: TracedRecord[] };

/**
 * Compares two topologies class by class, and the records of zones where the same zone answers. An alias changes where the name it leads to does: once
 * anything has changed, the aliases of all zones are followed in both.
 */
export function compareWalks(old: Walk, young: Walk): Comparison {
  const oldNames = old.model.topology.networks.map(({ name }) => name);
  const names = new Set(young.model.topology.networks.map(({ name }) => name));
  const common = oldNames.filter((name) => names.has(name));
  const differing = makeDiffering();
  const changes = groupAlike(old, young, common).flatMap((networks) =>
    changesFor(old, young, networks, differing),
  );
  return {
    changes: mergeAlike(changes),
    added: [...names].filter((name) => !oldNames.includes(name)),
    removed: oldNames.filter((name) => !names.has(name)),
  };
}

/** Networks whose rows are the same in both. */
function groupAlike(old: Walk, young: Walk, networks: readonly string[]): string[][] {
  const groups = new Map<Row, Map<Row, string[]>>();
  for (const network of networks) {
    const byYoung = groups.get(old.rowOf(network)) ?? new Map<Row, string[]>();
    groups.set(old.rowOf(network), byYoung);
    const group = byYoung.get(young.rowOf(network));
    if (group) group.push(network);
    else byYoung.set(young.rowOf(network), [network]);
  }
  return [...groups.values()].flatMap((byYoung) => [...byYoung.values()]);
}

function changesFor(
  old: Walk,
  young: Walk,
  networks: string[],
  differing: (one: Zone, other: Zone) => readonly RecordSet[],
): AnswerChange[] {
  const changes: AnswerChange[] = [];
  const questions = new Map<string, { name: Name; type: string }>();
  const ask = ({ name, type }: RecordSet) => questions.set(`${name} ${type}`, { name, type });
  const served = new Set<Zone>();
  const classes = new Set([...old.classes.names, ...young.classes.names]);
  for (const name of classes) {
    const was = cellAt(old, networks[0]!, name);
    const is = cellAt(young, networks[0]!, name);
    for (const { zone } of [was, is]) if (zone) served.add(zone);
    if (was.verdict.disposition !== is.verdict.disposition || was.verdict.zone !== is.verdict.zone)
      changes.push({ networks, name, was: answerOf(was.verdict), is: answerOf(is.verdict) });
    else if (was.zone && is.zone) for (const set of differing(was.zone, is.zone)) ask(set);
  }
  if (changes.length === 0 && questions.size === 0) return [];
  for (const { records } of served) {
    for (const set of records) if (set.type === 'CNAME' || set.type === 'DNAME') ask({ ...set, type: 'A' });
  }
  for (const question of questions.values()) {
    const was = traceAnswer(old, networks[0]!, question);
    const is = traceAnswer(young, networks[0]!, question);
    if (JSON.stringify(was) !== JSON.stringify(is)) changes.push({ networks, ...question, was, is });
  }
  return withoutImplied(changes, classes);
}

/** The verdict on a name, and the zone of it, for a network. */
function cellAt(walked: Walk, network: string, name: Name): { verdict: Verdict; zone: Zone | undefined } {
  const { classes, verdicts } = walked;
  let at: Name | undefined = name;
  while (at !== undefined && !classes.indexOf.has(at)) at = parentOf(at);
  const id = walked.rowOf(network).verdicts[classes.indexOf.get(at ?? '.')!]!;
  return { verdict: verdicts.of(id), zone: verdicts.zoneOf(id) };
}

function answerOf({ disposition, zone }: Verdict): Answer {
  return { disposition, ...(zone === undefined ? {} : { zone }) };
}

function traceAnswer({ model }: Walk, from: string, question: { name: Name; type: string }): Answer {
  const { disposition, zone, answers } = traceName(model, { from, ...question });
  const sorted = answers?.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return {
    disposition,
    ...(zone === undefined ? {} : { zone }),
    ...(sorted === undefined ? {} : { answers: sorted }),
  };
}

function keyOf({ name, type, data }: TracedRecord): string {
  return `${type === 'CNAME' ? 0 : 1} ${name} ${type} ${data}`;
}

/** As `differingSets`; each pair of zones is compared once, however many networks they answer. */
function makeDiffering(): (one: Zone, other: Zone) => readonly RecordSet[] {
  const known = new Map<Zone, Map<Zone, RecordSet[]>>();
  return (one, other) => {
    const ofOne = known.get(one) ?? new Map<Zone, RecordSet[]>();
    known.set(one, ofOne);
    const sets = ofOne.get(other) ?? differingSets(one, other);
    ofOne.set(other, sets);
    return sets;
  };
}

/** Record sets that only one of two zones has, or that they have otherwise. */
function differingSets(one: Zone, other: Zone): RecordSet[] {
  if (one.records === other.records) return [];
  const textOf = ({ ttl, data }: RecordSet) =>
    `${ttl} ${data
      .map((bytes) => bytes.join())
      .sort()
      .join(' ')}`;
  const left = new Map(one.records.map((set) => [`${set.name} ${set.type}`, set]));
  const differing: RecordSet[] = [];
  for (const set of other.records) {
    const key = `${set.name} ${set.type}`;
    const before = left.get(key);
    left.delete(key);
    if (!before || textOf(before) !== textOf(set)) differing.push(set);
  }
  return [...differing, ...left.values()];
}

/** A change of one name says nothing new where its whole class has changed; nor does that of a class where the class above it has changed alike. */
function withoutImplied(changes: readonly AnswerChange[], classes: ReadonlySet<Name>): AnswerChange[] {
  const ofClass = new Map(changes.flatMap((each) => (each.type === undefined ? [[each.name, each]] : [])));
  return changes.filter((change) => {
    if (change.type !== undefined) return !ofClass.has(classAt(change.name, classes)!);
    const above = classAt(parentOf(change.name), classes);
    const wider = above === undefined ? undefined : ofClass.get(above);
    return !wider || !isSame(wider.was, change.was) || !isSame(wider.is, change.is);
  });
}

/** The class that a name belongs to. */
function classAt(name: Name | undefined, classes: ReadonlySet<Name>): Name | undefined {
  let at = name;
  while (at !== undefined && !classes.has(at)) at = parentOf(at);
  return at;
}

function isSame(one: Answer, other: Answer): boolean {
  return one.disposition === other.disposition && one.zone === other.zone;
}

/** Changes that are the same for several groups of networks become one. */
function mergeAlike(changes: readonly AnswerChange[]): AnswerChange[] {
  const merged = new Map<string, AnswerChange>();
  for (const change of changes) {
    const { networks, ...rest } = change;
    const key = JSON.stringify(rest);
    const same = merged.get(key);
    if (same) same.networks.push(...networks);
    else merged.set(key, { ...change, networks: [...networks] });
  }
  return [...merged.values()];
}
