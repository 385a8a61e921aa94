import { type Change, type ChangeLists, NO_CHANGES } from './change-lists.ts';
import type { Classes } from './classes.ts';
import type { ContactList } from './contacts.ts';
import { combine, decide, type Live } from './decide.ts';
import type { Liveness, LivenessChange } from './liveness.ts';
import type { Model } from './model.ts';
import type { Player } from './players.ts';
import { makeStepsOf } from './steps.ts';
import type { Verdicts } from './verdicts.ts';

/** By class: the number of its verdict, and of the list of changes that single failures make to it. */
export type Row = { readonly verdicts: Int32Array; readonly changes: Int32Array };

export type CellParts = {
  model: Model;
  classes: Classes;
  verdicts: Verdicts;
  liveness: Liveness;
  changeLists: ChangeLists;
};

/**
 * Makes the row of all who ask these players in this order: one player's row follows from those of the players that it asks. Where forwarding goes in
 * a circle the rows in it would follow from each other: such cells are decided one by one.
 */
export function makeRowMaker(parts: CellParts): (list: ContactList, live: Live) => Row {
  const { model, classes, verdicts, liveness, changeLists } = parts;
  const stepsOf = makeStepsOf(model, classes, verdicts);
  const rows = new Map<Player, Row>();
  const changesOfPlayer = new Map<number, number>();
  /** The class that is being filled. */
  let index = 0;
  /** Rows that have a cell of this class filled on behalf of another one. */
  const filled: Row[] = [];
  let isCircle = false;

  /** The verdict of a player on the class; what failures change in it is then known, too. */
  const verdictOf = (player: Player): number => {
    const known = rows.get(player);
    if (known && known.verdicts[index]! !== UNKNOWN) {
      if (known.verdicts[index]! !== IN_PROGRESS) return known.verdicts[index]!;
      isCircle = true;
      return verdicts.intern({ disposition: 'LOOP', by: player.subject });
    }
    const step = stepsOf(player)(index);
    if (typeof step === 'number') return step;
    const row = known ?? makeRow(classes.names.length);
    rows.set(player, row);
    row.verdicts[index] = IN_PROGRESS;
    filled.push(row);
    const live = liveness.live(step);
    const verdict = combine(verdicts, step, live, liveness.outage, verdictOf);
    row.changes[index] = changesOfList(step, live, verdict, true);
    row.verdicts[index] = verdict;
    return verdict;
  };
  const changesOf = (player: Player): number => rows.get(player)?.changes[index] ?? NO_CHANGES;

  /** `isWhole`: counts what failures do to the list itself, and not only what they do behind it. */
  const changesOfList = (list: ContactList, live: Live, verdict: number, isWhole: boolean): number => {
    const own = isWhole ? liveness.changes(list) : [];
    if (live.length !== 1 || live[0]!.doubt !== undefined) return joinChanges(list, live, verdict, own);
    const behind = changesOf(live[0]!.player);
    if (own.length === 0) return behind;
    // With one player, what its failure leaves does not depend on the class.
    const key = list.id * 2 ** 26 + behind;
    let id = changesOfPlayer.get(key);
    if (id === undefined) {
      id = joinChanges(list, live, verdict, own);
      changesOfPlayer.set(key, id);
    }
    return id;
  };

  const joinChanges = (
    list: ContactList,
    live: Live,
    verdict: number,
    own: readonly LivenessChange[],
  ): number => {
    const lives = new Map(own.map((change) => [change.failure, change.live]));
    const behind = live.flatMap(({ player }) => changeLists.of(changesOf(player)));
    const failures = new Set([...lives.keys(), ...behind.map(({ failure }) => failure)]);
    const changes: Change[] = [];
    for (const failure of [...failures].sort((a, b) => a - b)) {
      const outage = liveness.outageOf(failure);
      const under = combine(verdicts, list, lives.get(failure) ?? live, outage, (player) => {
        // In this order: a player that nobody has asked yet has its changes only once it has its verdict.
        const usual = verdictOf(player);
        return changeLists.under(changesOf(player), failure, usual);
      });
      if (under !== verdict) changes.push({ failure, verdict: under });
    }
    return changeLists.intern(changes);
  };

  /** A cell with a circle behind it: nothing that was found on the way holds for others. */
  const decideAlone = (row: Row, list: ContactList, live: Live): void => {
    const suffixes = classes.suffixes[index]!;
    const visited = new Set<ContactList>();
    const note = (asked: ContactList) => visited.add(asked);
    const verdict = decide(model, verdicts, list, live, suffixes, liveness.outage, note);
    const failures = new Set(
      [...visited].flatMap((asked) => liveness.changes(asked).map(({ failure }) => failure)),
    );
    const changes: Change[] = [];
    for (const failure of [...failures].sort((a, b) => a - b)) {
      const under = decide(model, verdicts, list, live, suffixes, liveness.outageOf(failure));
      if (under !== verdict) changes.push({ failure, verdict: under });
    }
    row.verdicts[index] = verdict;
    row.changes[index] = changeLists.intern(changes);
  };

  return (list, live) => {
    const row = makeRow(classes.names.length);
    for (index = 0; index < classes.names.length; index++) {
      isCircle = false;
      filled.length = 0;
      const verdict = combine(verdicts, list, live, liveness.outage, verdictOf);
      row.verdicts[index] = verdict;
      row.changes[index] = isCircle ? NO_CHANGES : changesOfList(list, live, verdict, false);
      if (!isCircle) continue;
      for (const each of filled) each.verdicts[index] = UNKNOWN;
      decideAlone(row, list, live);
    }
    return row;
  };
}

/** The row of those who can ask nobody. */
export function makeConstantRow(length: number, verdict: number): Row {
  return { verdicts: new Int32Array(length).fill(verdict), changes: new Int32Array(length) };
}

const UNKNOWN = -1;
const IN_PROGRESS = -2;

function makeRow(length: number): Row {
  return makeConstantRow(length, UNKNOWN);
}
