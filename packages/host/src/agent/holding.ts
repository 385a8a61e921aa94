import type { AgentConfig } from '@pointsman/core/config';
import type { AgentPorts } from './agent-ports.ts';
import type { Outcome } from './claim/keep-claiming.ts';
import { followEngineBlame } from './engine-blame.ts';
import type { Fitness } from './fitness.ts';
import type { Heals } from './heals/heals.ts';
import type { Remembered } from './remembered.ts';
import { startStandby } from './standby.ts';
import { beginTenure, type Tenure } from './tenure.ts';

/** What a host has, turn by turn: a tenure while it has an address, all it needs to take over while it has none. */
export type Holding = {
  view: () => HoldingView;
  onTurn: (outcome: Outcome) => Promise<void>;
  end: () => Promise<void>;
};

export type HoldingView = {
  tenure: Tenure | undefined;
  turn: Pick<Outcome, 'step' | 'problems'> | undefined;
  /** When the latest one ended, as `now` says; undefined before the first. */
  turnedAt: number | undefined;
  /** It stands by, with all that it needs to take over. */
  isStandingBy: boolean;
};

export type HoldingOptions = {
  heals: Heals;
  remembered: Pick<Remembered, 'write'>;
  fitness: Fitness;
  /** Milliseconds, never backwards. */
  now: () => number;
};

/** Milliseconds. */
const TRIES_AGAIN_AFTER = 30_000;

export function makeHolding(
  config: AgentConfig,
  ports: AgentPorts,
  { heals, remembered, fitness, now }: HoldingOptions,
): Holding {
  const standby = startStandby(ports);
  let tenure: Tenure | undefined;
  let turn: HoldingView['turn'];
  let turnedAt: number | undefined;
  const engine = followEngineBlame(fitness, now);
  const end = async () => {
    await tenure?.end();
    tenure = undefined;
  };
  return {
    view: () => ({ tenure, turn, turnedAt, isStandingBy: !tenure && isCalm(turn) && standby.isReady() }),
    onTurn: async ({ held, step, candidates, problems }) => {
      turn = { step, problems };
      engine.look(tenure !== undefined && isServed(tenure));
      turnedAt = now();
      const isOver = tenure && (tenure.interface.id !== held?.id || isDueAgain(tenure, step, fitness));
      if (isOver) await end();
      if (!held && candidates) standby.keep(candidates);
      if (!held || tenure) return;
      standby.keep([]);
      tenure = beginTenure(held, { config, ports, heals, onLost: engine.blame, now });
      await remembered
        .write(held)
        .catch(({ message }) => ports.report({ level: 4, text: `the interface is not kept: ${message}` }));
    },
    end: async () => {
      await Promise.all([standby.end(), end()]);
    },
  };
}

function isCalm(turn: HoldingView['turn']): boolean {
  // What is wrong with one address of an interface keeps nobody from taking it over.
  const isHindered = turn?.problems.some(({ code }) => code !== 'outside-subnet');
  return turn?.step?.do === 'wait' && turn.step.pace === 'calm' && !isHindered;
}

function isServed({ health, lostFor }: Tenure): boolean {
  return lostFor() === undefined && health().answers;
}

/** One that is lost begins anew when the fault is forgiven, and sooner where this host keeps the address all the same, also because the cloud cannot be asked. */
function isDueAgain(tenure: Tenure, step: Outcome['step'], fitness: Fitness): boolean {
  const lostFor = tenure.lostFor();
  if (lostFor === undefined) return false;
  return (
    fitness.state() === 'fit' || ((step === undefined || step.do === 'hold') && lostFor > TRIES_AGAIN_AFTER)
  );
}
