import { WorldError } from '../../loopback/world-error.ts';
import { type Fault, formatFault } from './fault.ts';

/** Puts right what a fault has broken. */
export type Heal = () => Promise<void>;

/** What of a lab is broken by drills. One thing is broken or healed at a time. */
export type Breaker = {
  /** @throws WorldError `broken-already`; what breaking it throws */
  break: (fault: Fault) => Promise<void>;
  /** Heals one thing, or all of it; gives what it healed, in words. @throws what the first thing throws that could not be healed, when all else is */
  heal: (fault?: Fault) => Promise<string[]>;
};

/** `apply` breaks a thing, and gives what heals it. */
export function makeBreaker(apply: (fault: Fault) => Promise<Heal>): Breaker {
  const broken = new Map<string, Heal>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const healOne = async (what: string, heal: Heal) => {
    await heal();
    broken.delete(what);
    return what;
  };
  return {
    break: (fault) =>
      inTurn(async () => {
        const what = formatFault(fault);
        if (broken.has(what))
          throw new WorldError(
            'broken-already',
            `"${what}" is broken already; \`pointsman heal FILE\` puts it right`,
          );
        broken.set(what, await apply(fault));
      }),
    heal: (fault) =>
      inTurn(async () => {
        const wanted = fault && formatFault(fault);
        const healed: string[] = [];
        const failures: unknown[] = [];
        // What was broken last is healed first, as the one may lie on the other. One that cannot be healed (its machine was terminated) keeps no other broken.
        for (const [what, heal] of [...broken].reverse()) {
          if (wanted !== undefined && wanted !== what) continue;
          try {
            healed.push(await healOne(what, heal));
          } catch (error) {
            failures.push(error);
          }
        }
        if (failures.length > 0) throw failures[0];
        return healed;
      }),
  };
}
