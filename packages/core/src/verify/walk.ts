import { makeConstantRow, makeRowMaker, type Row } from './cells.ts';
import { type ChangeLists, makeChangeLists } from './change-lists.ts';
import { type Classes, classesOf } from './classes.ts';
import type { ContactList } from './contacts.ts';
import { type Live, whyDead } from './decide.ts';
import type { Verdict } from './disposition.ts';
import { type Failure, failuresOf, type Without } from './failure.ts';
import { type Liveness, makeLiveness } from './liveness.ts';
import type { Model } from './model.ts';
import type { Outage } from './outage.ts';
import { makeVerdicts, type Verdicts } from './verdicts.ts';

/**
 * Every class of names for every network, and what each single failure makes of it. Networks whose resolvers are the same, reached alike, share a
 * row.
 */
export type Walk = {
  readonly model: Model;
  readonly classes: Classes;
  readonly verdicts: Verdicts;
  readonly liveness: Liveness;
  readonly changeLists: ChangeLists;
  /** Every single thing that may fail, besides what has failed. */
  readonly failures: readonly Failure[];
  /** The row of a network. */
  readonly rowOf: (network: string) => Row;
  /** The row of all that can ask these, of a list; `outage` says why where nobody can be asked. */
  readonly rowFor: (list: ContactList, live: Live, outage?: Outage) => Row;
};

export function walk(model: Model, without: Without = []): Walk {
  const classes = classesOf(model);
  const verdicts = makeVerdicts(model.world === 'real');
  const failures = failuresOf(model.topology, resolverAddresses(model));
  const liveness = makeLiveness(model, failures, without);
  const changeLists = makeChangeLists();
  const makeRow = makeRowMaker({ model, classes, verdicts, liveness, changeLists });
  const rows = new Map<string | number, Row>();
  const rowFor = (list: ContactList, live: Live, outage = liveness.outage): Row => {
    const dead = live.length === 0 ? verdicts.intern(whyDead(list, outage)) : undefined;
    const key = dead ?? live.map(({ player, doubt = '' }) => `${player.id} ${doubt}`).join('|');
    const row =
      rows.get(key) ??
      (dead === undefined ? makeRow(list, live) : makeConstantRow(classes.names.length, dead));
    rows.set(key, row);
    return row;
  };
  return {
    model,
    classes,
    verdicts,
    liveness,
    changeLists,
    failures,
    rowFor,
    rowOf: (network) => {
      const list = model.resolversOf(network);
      return rowFor(list, liveness.live(list));
    },
  };
}

function resolverAddresses({ plan }: Model): string[] {
  return plan.resolvers.map(({ address }) => address);
}

/** The verdict on a class, by its place in `classes`, for a network; after a single failure besides, by its place in `failures`. */
export function verdictIn(walked: Walk, network: string, index: number, failure?: number): Verdict {
  const { verdicts } = walked;
  if (failure === undefined) return verdicts.of(walked.rowOf(network).verdicts[index]!);
  return verdicts.of(verdictUnder(walked, rowUnder(walked, network, failure), index, failure));
}

/** The row of a network once it can ask only those that a failure leaves it; what the failure does behind them is in its changes. */
export function rowUnder({ model, liveness, rowFor }: Walk, network: string, failure: number): Row {
  const list = model.resolversOf(network);
  const change = liveness.changes(list).find((each) => each.failure === failure);
  return change ? rowFor(list, change.live, liveness.outageOf(failure)) : rowFor(list, liveness.live(list));
}

/** The number of the verdict on a class in a row, after a single failure. */
export function verdictUnder({ changeLists }: Walk, row: Row, index: number, failure: number): number {
  return changeLists.under(row.changes[index]!, failure, row.verdicts[index]!);
}
