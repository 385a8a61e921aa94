import type { AgentConfig } from '@pointsman/core/config';
import type { AgentPorts } from './agent-ports.ts';
import { keepClaiming, type Outcome } from './claim/keep-claiming.ts';
import { type Fitness, makeFitness } from './fitness.ts';
import type { Heals } from './heals/heals.ts';
import { followLaunch } from './health/follow-launch.ts';
import { reportFaults, watchHost } from './health/watch-host.ts';
import { pauseFor } from './pause.ts';
import type { Remembered } from './remembered.ts';
import { startStandby } from './standby.ts';
import { beginTenure, type Tenure } from './tenure.ts';

/** An agent that runs: what it has, and what it does about it. */
export type RunningAgent = {
  view: () => AgentView;
  /** Resolves when it has ended, in order, after the signal. */
  ended: Promise<void>;
};

export type AgentView = {
  tenure: Tenure | undefined;
  turn: Pick<Outcome, 'step' | 'problems'> | undefined;
  faults: readonly string[];
  /** It stands by, with all that it needs to take over. */
  isStandingBy: boolean;
};

/** Milliseconds that an engine which does not come back keeps this host from having an address. */
const ENGINE_FAULT_LASTS = 5 * 60_000;

/**
 * Claims the fixed address of a member, serves it and looks after it, until the signal. Each concern is a loop of its own; they meet in
 * `onTurn`, where a tenure begins and ends with the interface, and in the host's fitness.
 */
export function startAgent(
  config: AgentConfig,
  ports: AgentPorts,
  { heals, remembered }: { heals: Heals; remembered: Remembered },
  signal: AbortSignal,
): RunningAgent {
  const fitness = makeFitness();
  const standby = startStandby(ports);
  const agent: { tenure: Tenure | undefined; turn: AgentView['turn'] } = {
    tenure: undefined,
    turn: undefined,
  };
  const onLost = () => blameEngine(fitness, signal);
  const onTurn = async ({ held, step, candidates, problems }: Outcome) => {
    agent.turn = { step, problems };
    if (agent.tenure && agent.tenure.interface.id !== held?.id) {
      await agent.tenure.end();
      agent.tenure = undefined;
    }
    if (held && !agent.tenure) {
      standby.keep([]);
      agent.tenure = beginTenure(held, { config, ports, heals, onLost });
      await remembered
        .write(held)
        .catch((error: Error) =>
          ports.report({ level: 4, text: `the interface is not kept: ${error.message}` }),
        );
    }
    if (!held && candidates) standby.keep(candidates);
  };
  const isReady = () =>
    agent.tenure ? agent.tenure.health().answers : isCalm(agent.turn) && standby.isReady();
  const run = async () => {
    const loops = [
      keepClaiming({
        config,
        ports,
        isFit: fitness.isFit,
        heals,
        remembered: await remembered.read(),
        onTurn,
        signal,
      }),
      watchHost(ports, fitness, signal),
      reportFaults(ports, fitness, signal),
      ...(config.launchHook === undefined ? [] : [followLaunch(config.launchHook, isReady, ports, signal)]),
    ];
    await Promise.all(loops);
    await Promise.all([standby.end(), agent.tenure?.end()]);
  };
  return {
    view: () => ({
      ...agent,
      faults: fitness.faults(),
      isStandingBy: isCalm(agent.turn) && standby.isReady(),
    }),
    ended: run(),
  };
}

function isCalm(turn: AgentView['turn']): boolean {
  return turn?.step?.do === 'wait' && turn.step.pace === 'calm' && turn.problems.length === 0;
}

/** For a while: whatever held the engine up may have passed, and nobody else may have taken the address. */
function blameEngine(fitness: Fitness, signal: AbortSignal): void {
  fitness.set('engine', 'the engine does not answer, and starting it again does not help');
  void pauseFor(ENGINE_FAULT_LASTS, signal).then(() => fitness.set('engine', undefined));
}
