import type { Row } from './cells.ts';
import type { Verdict } from './disposition.ts';
import type { Failure } from './failure.ts';
import { verdictUnder, type Walk } from './walk.ts';

/** What one failure takes away. */
export type Impact = { readonly failure: Failure; readonly losses: readonly Loss[] };

/** What the networks lose that are hit alike. */
export type Loss = {
  readonly networks: readonly string[];
  /** Zones whose names they cannot resolve any more, or not from where they should; and public names (`.`). Places in `classes.names`. */
  readonly classes: readonly number[];
  /** One of them, before and after. */
  readonly example: { readonly name: string; readonly was: Verdict; readonly is: Verdict };
};

/**
 * The impact of every single failure that has one. A name is lost that was answered by a zone, or got to public DNS, and does not any more:
 * an answer from another place (public DNS in the place of a private zone) is as bad as none.
 */
export function impactsOf(walked: Walk): Impact[] {
  const { model, liveness, failures } = walked;
  const counted = countedClasses(walked);
  const lossesBetween = makeLosses(walked, counted);
  /** By failure, then by the row before and the row after: the networks that these are the rows of. */
  const hit = new Map<number, Map<Row, Map<Row, string[]>>>();
  const note = (failure: number, before: Row, after: Row, network: string) => {
    const befores = hit.get(failure) ?? new Map<Row, Map<Row, string[]>>();
    hit.set(failure, befores);
    const afters = befores.get(before) ?? new Map<Row, string[]>();
    befores.set(before, afters);
    const networks = afters.get(after);
    if (networks) networks.push(network);
    else afters.set(after, [network]);
  };
  const behind = new Map<Row, number[]>();
  for (const { name } of model.topology.networks) {
    const list = model.resolversOf(name);
    const before = walked.rowOf(name);
    const own = new Map(liveness.changes(list).map(({ failure, live }) => [failure, live]));
    for (const [failure, live] of own)
      note(failure, before, walked.rowFor(list, live, liveness.outageOf(failure)), name);
    const failuresBehind = behind.get(before) ?? failuresOfRow(walked, before, counted);
    behind.set(before, failuresBehind);
    for (const failure of failuresBehind) if (!own.has(failure)) note(failure, before, before, name);
  }
  return failures.flatMap((failure, index) => {
    const losses: Loss[] = [];
    for (const [before, afters] of hit.get(index) ?? []) {
      for (const [after, networks] of afters) {
        const loss = lossesBetween(before, after, index);
        if (loss) losses.push({ networks, ...loss });
      }
    }
    return losses.length === 0 ? [] : [{ failure, losses }];
  });
}

/** The classes that a loss is counted in: the zones of the topology, and all that is public. */
function countedClasses({ classes, model }: Walk): number[] {
  const names = new Set(['.', ...model.topology.zones.map(({ name }) => name)]);
  return Array.from(names, (name) => classes.indexOf.get(name)!);
}

/** The failures that any cell of a row changes under. */
function failuresOfRow({ changeLists }: Walk, row: Row, counted: readonly number[]): number[] {
  const lists = new Set(counted.map((index) => row.changes[index]!));
  return [...new Set([...lists].flatMap((id) => changeLists.of(id).map(({ failure }) => failure)))];
}

/** Where a failure does nothing behind those that are left, all failures between the same rows are one. */
function makeLosses(walked: Walk, counted: readonly number[]) {
  const { verdicts } = walked;
  const plain = new Map<Row, Map<Row, Omit<Loss, 'networks'> | undefined>>();
  const find = (before: Row, after: Row, failure: number): Omit<Loss, 'networks'> | undefined => {
    const classes: number[] = [];
    let example: Loss['example'] | undefined;
    for (const index of counted) {
      const was = before.verdicts[index]!;
      const is = verdictUnder(walked, after, index, failure);
      if (was === is || !isLost(verdicts.of(was), verdicts.of(is))) continue;
      classes.push(index);
      example ??= { name: walked.classes.names[index]!, was: verdicts.of(was), is: verdicts.of(is) };
    }
    return example && { classes, example };
  };
  const touches = new Map<Row, Set<number>>();
  return (before: Row, after: Row, failure: number) => {
    const touched = touches.get(after) ?? new Set(failuresOfRow(walked, after, counted));
    touches.set(after, touched);
    if (touched.has(failure)) return find(before, after, failure);
    const known = plain.get(before) ?? new Map<Row, Omit<Loss, 'networks'> | undefined>();
    plain.set(before, known);
    if (!known.has(after)) known.set(after, find(before, after, failure));
    return known.get(after);
  };
}

function isLost(was: Verdict, is: Verdict): boolean {
  if (was.disposition !== 'ANSWERED' && was.disposition !== 'PUBLIC') return false;
  return is.disposition !== was.disposition || is.zone !== was.zone;
}
