import type { Name } from '../dns/name.ts';
import type { Classes } from './classes.ts';
import type { ContactList } from './contacts.ts';
import { stepAt } from './decide.ts';
import type { Model } from './model.ts';
import type { Player } from './players.ts';
import type { Verdicts } from './verdicts.ts';

/** What a player does with each class by itself: the number of a verdict, or the list that it asks. */
export type Steps = (index: number) => number | ContactList;

/**
 * Makes a player's steps in one go. Only at the names that it has zones or rules for does it do anything else than with the class above: these few are
 * looked up, and all others follow.
 */
export function makeStepsOf(model: Model, classes: Classes, verdicts: Verdicts): (player: Player) => Steps {
  const known = new Map<Player, Steps>();
  const make = (player: Player): Steps => {
    const own = new Set<number>();
    for (const name of namesThatMatter(model, player)) own.add(classes.indexOf.get(name)!);
    const steps = new Int32Array(classes.names.length);
    const lists: ContactList[] = [];
    const places = new Map<ContactList, number>();
    const placeOf = (list: ContactList): number => {
      const place = places.get(list) ?? lists.push(list) - 1;
      places.set(list, place);
      return place;
    };
    for (const index of classes.parentsFirst) {
      const parent = classes.parents[index]!;
      if (parent >= 0 && !own.has(index)) {
        steps[index] = steps[parent]!;
        continue;
      }
      const step = stepAt(model, verdicts, player, classes.suffixes[index]!);
      steps[index] = typeof step === 'number' ? step : -1 - placeOf(step);
    }
    return (index) => (steps[index]! >= 0 ? steps[index]! : lists[-1 - steps[index]!]!);
  };
  return (player) => {
    const steps = known.get(player) ?? make(player);
    known.set(player, steps);
    return steps;
  };
}

function* namesThatMatter({ players }: Model, player: Player): Generator<Name> {
  switch (player.kind) {
    case 'tier':
      for (const { suffix } of player.scope.rules) yield suffix;
      return;
    case 'resolver':
      yield* player.zones.keys();
      yield* player.builtIn.keys();
      yield* players.publicZones.keys();
      return;
    case 'authority':
      yield* player.zones.keys();
      yield* player.forwards.keys();
      yield* players.publicZones.keys();
      return;
    case 'outside':
      yield* players.publicZones.keys();
  }
}
