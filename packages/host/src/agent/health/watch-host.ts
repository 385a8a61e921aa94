import type { AgentPorts } from '../agent-ports.ts';
import { backoff } from '../backoff.ts';
import { sayOnce } from '../events.ts';
import type { Fitness } from '../fitness.ts';
import { pauseFor } from '../pause.ts';
import { type HostMemory, judgeHost } from './judge-host.ts';

/** Milliseconds. */
const INTERVAL = 5000;
const LOOK = 500;

/**
 * Looks after the host itself until the signal: disk, memory, clock, and whether Auto Scaling is about to end it. What lasts makes it unfit,
 * and is reported to Auto Scaling once, so that the machine is replaced.
 */
export async function watchHost(ports: AgentPorts, fitness: Fitness, signal: AbortSignal): Promise<void> {
  const say = sayOnce(ports.report);
  let memory: HostMemory = new Map();
  let isLeaving = false;
  while (!signal.aborted) {
    isLeaving = await ports.metadata.targetLifecycleState().then(
      (state) => state === 'Terminated',
      // Away: nothing is known, and nothing changes for it.
      () => isLeaving,
    );
    fitness.set('fleet', isLeaving ? 'Auto Scaling is about to end this instance' : undefined);
    const signs = { ...(await ports.examineHost()), clockOffset: ports.metadata.clockOffset() };
    const judged = judgeHost(memory, signs, performance.now());
    memory = judged.memory;
    const faults = judged.faults.map(({ text }) => text).join('; ');
    fitness.set('host', faults === '' ? undefined : faults);
    const all = fitness.faults().join('; ');
    say('faults', all === '' ? undefined : { level: 3, text: `this host is not fit for an address: ${all}` });
    await pauseFor(INTERVAL, signal);
  }
}

/**
 * Tells Auto Scaling of faults, once each time there are any; tried again until it is told. `letsGo`: this host has no address, or lets go of it. One
 * that keeps it for the time being, because others are in trouble too, is not to be replaced meanwhile.
 */
export async function reportFaults(
  ports: AgentPorts,
  fitness: Fitness,
  letsGo: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const say = sayOnce(ports.report);
  let isReported = false;
  let failures = 0;
  while (!signal.aborted) {
    let pause = LOOK;
    if (fitness.reportable().length === 0) isReported = false;
    else if (!isReported && letsGo()) {
      try {
        const told = await tellFleet(ports);
        isReported = told !== undefined;
        failures = 0;
        if (told === undefined) pause = INTERVAL;
        else say('report', { level: 4, text: `this instance is unhealthy: ${told}` });
      } catch (error) {
        failures++;
        say('report', { level: 3, text: (error as Error).message });
      }
    }
    await pauseFor(failures > 0 ? backoff(failures, ports.random()) : pause, signal);
  }
}

/** What came of it; undefined where the instance is not in service: a launch is abandoned by its hook, and who leaves is leaving. */
async function tellFleet({ fleet }: AgentPorts): Promise<string | undefined> {
  const found = await fleet.find();
  if (!found) return 'it is in no Auto Scaling group: replace it';
  if (found.state !== 'InService') return undefined;
  await fleet.reportUnhealthy();
  return `${found.group} was told`;
}
