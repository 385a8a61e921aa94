import type { Fitness } from './fitness.ts';

/** How long it counts against a host that no engine served its address. */
export type EngineBlame = {
  blame: (reason: string) => void;
  /** Forgives it when it is time. `answers`: this host has an address, and serves it. */
  look: (answers: boolean) => void;
};

/** Milliseconds: whatever held the engine up may have passed, and nobody else may have taken the address. */
const LASTS = 5 * 60_000;
/** Milliseconds for which a host that kept its address has to answer again: it is not to let go of what it serves. */
const STEADY = 10_000;

/** `now`: milliseconds, never backwards. */
export function followEngineBlame(fitness: Pick<Fitness, 'set'>, now: () => number): EngineBlame {
  let blamedAt: number | undefined;
  let answersSince: number | undefined;
  return {
    blame: (reason) => {
      blamedAt = now();
      answersSince = undefined;
      fitness.set('engine', reason);
    },
    look: (answers) => {
      if (blamedAt === undefined) return;
      answersSince = answers ? (answersSince ?? now()) : undefined;
      const isSteady = answersSince !== undefined && now() - answersSince >= STEADY;
      if (!isSteady && now() - blamedAt < LASTS) return;
      blamedAt = undefined;
      fitness.set('engine', undefined);
    },
  };
}
