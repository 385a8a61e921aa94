import type { AgentConfig } from '@pointsman/core/config';
import type { AgentPorts } from './agent-ports.ts';
import { keepClaiming } from './claim/keep-claiming.ts';
import { keepWatching } from './claim/keep-watching.ts';
import { makeFitness } from './fitness.ts';
import type { Heals } from './heals/heals.ts';
import { followLaunch } from './health/follow-launch.ts';
import { reportFaults, watchHost } from './health/watch-host.ts';
import { type HoldingView, makeHolding } from './holding.ts';
import type { Remembered } from './remembered.ts';

/** An agent that runs: what it has, and what it does about it. */
export type RunningAgent = {
  view: () => AgentView;
  /** Resolves when it has ended, in order, after the signal. */
  ended: Promise<void>;
};

export type AgentView = HoldingView & { faults: readonly string[] };

/**
 * Gets the fixed address of a member, serves it and looks after it, until the signal. Each concern is a loop of its own; they meet in what
 * the host holds, and in its fitness.
 */
export function startAgent(
  config: AgentConfig,
  ports: AgentPorts,
  { heals, remembered }: { heals: Heals; remembered: Remembered },
  outer: AbortSignal,
): RunningAgent {
  // One loop that fails ends the others: half an agent would hold an address that it does not look after.
  const failing = new AbortController();
  const signal = AbortSignal.any([outer, failing.signal]);
  const fitness = makeFitness();
  const holding = makeHolding(config, ports, { heals, remembered, fitness, now: () => performance.now() });
  const isReady = () => {
    const { tenure, isStandingBy } = holding.view();
    if (!tenure) return isStandingBy;
    const { answers, isProbed } = tenure.health();
    return answers && isProbed;
  };
  const { launchHook: hook, launchWithin: within } = config;
  const faults = fitness.reportable;
  /** Outside AWS an agent does not decide who has the address: there a host that has it is as unfit as one that has not. */
  const letsGo = () => {
    const step = holding.view().turn?.step;
    return step !== undefined && (step.do !== 'hold' || config.interface !== undefined);
  };
  const fail = (error: unknown) => {
    failing.abort();
    throw error;
  };
  const run = async () => {
    const { onTurn } = holding;
    const resumed = await ports.network.resume();
    if (resumed !== 'nothing')
      ports.report({ level: 4, text: `an earlier run left a change of the interface: ${resumed}` });
    const last = await remembered.read();
    const loops = [
      config.interface === undefined
        ? keepClaiming({ config, ports, fitness: fitness.state, heals, remembered: last, onTurn, signal })
        : keepWatching(config.interface, { config, ports, onTurn, signal }),
      watchHost(ports, fitness, signal),
      reportFaults(ports, fitness, letsGo, signal),
      ...(hook === undefined ? [] : [followLaunch({ hook, within, isReady, faults }, ports, signal)]),
    ];
    const ends = await Promise.allSettled(loops.map((loop) => loop.catch(fail)));
    await holding.end();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  return { view: () => ({ ...holding.view(), faults: fitness.faults() }), ended: run() };
}
