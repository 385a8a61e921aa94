import { WorldError } from '../../loopback/world-error.ts';
import { type Fault, formatFault, placeOf } from './fault.ts';

/** Puts right what a fault has broken. */
export type Heal = () => Promise<void>;

/** What of a lab is broken by drills. One call breaks or heals at a time. */
export type Breaker = {
  /** Breaks all of these at once, or nothing. @throws WorldError `broken-already`; what breaking one of them throws */
  break: (faults: readonly Fault[]) => Promise<void>;
  /** Heals some, or all that is broken; gives what it healed, in words. @throws what the first thing throws that could not be healed, when all else is */
  heal: (faults?: readonly Fault[]) => Promise<string[]>;
};

/** `apply` breaks a thing, and gives what heals it. */
export function makeBreaker(apply: (fault: Fault) => Promise<Heal>): Breaker {
  const broken = new Map<string, { what: string; heal: Heal }>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  // What was broken last is healed first, as the one may lie on the other. One that cannot be healed (its machine was terminated) keeps no other broken.
  const heal = async (isMeant: (place: string) => boolean) => {
    const healed: string[] = [];
    const failures: unknown[] = [];
    for (const [place, each] of [...broken].reverse()) {
      if (!isMeant(place)) continue;
      try {
        await each.heal();
        broken.delete(place);
        healed.push(each.what);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return healed;
  };
  const breakAll = async (faults: readonly Fault[]) => {
    for (const fault of faults) requireWhole(broken.get(placeOf(fault))?.what);
    const tried = await Promise.allSettled(faults.map(apply));
    for (const [index, each] of tried.entries()) {
      const fault = faults[index]!;
      if (each.status === 'fulfilled')
        broken.set(placeOf(fault), { what: formatFault(fault), heal: each.value });
    }
    const failure = tried.find((each) => each.status === 'rejected');
    if (!failure) return;
    await heal(isOneOf(faults));
    throw failure.reason;
  };
  return {
    break: (faults) => inTurn(() => breakAll(faults)),
    heal: (faults) => inTurn(() => heal(faults ? isOneOf(faults) : () => true)),
  };
}

function isOneOf(faults: readonly Fault[]): (place: string) => boolean {
  const places = new Set(faults.map(placeOf));
  return (place) => places.has(place);
}

/** @throws WorldError */
function requireWhole(what: string | undefined): void {
  if (what === undefined) return;
  const remedy = `"${what}" is broken already; \`pointsman heal FILE\` puts it right`;
  throw new WorldError('broken-already', remedy);
}
