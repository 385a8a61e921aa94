import type { ServiceInterface } from '@pointsman/core/config';
import { type Alarm, makeAlarm } from './alarm.ts';
import { InterfaceError } from './interface-error.ts';
import { type Monitor, monitorKernel } from './monitor-kernel.ts';
import type { Step } from './plan-interface.ts';
import { reconcileInterface, releaseInterface } from './reconcile-interface.ts';
import { isFought, paceAfter, STARTING_PACE } from './repair-pace.ts';
import type { RunCommand } from './run-command.ts';

export type InterfaceEvent =
  /** Somebody had changed something; it is as it was. */
  | { event: 'repaired'; steps: Step[] }
  /** For the so-manieth time within two minutes: looks are further apart now, in milliseconds. */
  | { event: 'fought'; repairs: number; nextLook: number }
  /** Told once, until it is gone. */
  | { event: 'obstacle'; text: string }
  /** It could not be put right; tried again. */
  | { event: 'failed'; reason: string }
  /** No interface has the MAC address any more: whatever serves its addresses has to end. */
  | { event: 'gone' }
  /** It is there again, and configured. */
  | { event: 'back' };

export type WatchOptions = {
  run: RunCommand;
  report: (event: InterfaceEvent) => void;
  signal: AbortSignal;
  monitor?: Monitor;
  /** Milliseconds between two looks where nothing wakes us: messages of the kernel can be lost. */
  period?: number;
};

const PERIOD = 15_000;

type State = { isThere: boolean; told: ReadonlySet<string> };

/** Keeps a configured interface as it should be. Resolves when the signal aborts; nothing is removed then. */
export async function watchInterface(desired: ServiceInterface, options: WatchOptions): Promise<void> {
  const { signal, monitor = monitorKernel(), period = PERIOD, report } = options;
  const alarm = makeAlarm(signal);
  monitor(alarm.ring, signal);
  let pace = STARTING_PACE;
  let state: State = { isThere: true, told: new Set() };
  while (!signal.aborted) {
    const look = await lookOnce(desired, options, state);
    state = look.state;
    const now = performance.now();
    pace = paceAfter(pace, look.repaired, now);
    const nextLook = pace.notBefore - now;
    if (look.repaired && isFought(pace)) report({ event: 'fought', repairs: pace.repairs.length, nextLook });
    await rest(alarm, nextLook, period);
  }
}

/** At least so long, at most a period; in between until something wakes us. */
async function rest(alarm: Alarm, least: number, period: number): Promise<void> {
  await alarm.sleep(least);
  await alarm.wait(Math.max(0, period - least));
}

async function lookOnce(
  desired: ServiceInterface,
  { run, report }: WatchOptions,
  { isThere, told }: State,
): Promise<{ state: State; repaired: boolean }> {
  try {
    const { steps, obstacles } = await reconcileInterface(run, desired);
    if (!isThere) report({ event: 'back' });
    else if (steps.length > 0) report({ event: 'repaired', steps });
    for (const text of obstacles) if (!told.has(text)) report({ event: 'obstacle', text });
    return { state: { isThere: true, told: new Set(obstacles) }, repaired: steps.length > 0 };
  } catch (error) {
    if (error instanceof InterfaceError && error.code === 'NO_INTERFACE') {
      if (isThere) report({ event: 'gone' });
      await releaseInterface(run, desired).catch(() => []);
      return { state: { isThere: false, told }, repaired: false };
    }
    const reason = (error as Error).message;
    if (!told.has(reason)) report({ event: 'failed', reason });
    return { state: { isThere, told: new Set([...told, reason]) }, repaired: true };
  }
}
