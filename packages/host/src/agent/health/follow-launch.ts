import type { AgentPorts } from '../agent-ports.ts';
import { backoff } from '../backoff.ts';
import { sayOnce } from '../events.ts';
import { pauseFor } from '../pause.ts';
import { decideLaunch } from './decide-launch.ts';

/** Milliseconds. */
const INTERVAL = 2000;

export type LaunchOptions = {
  hook: string;
  /** Seconds. */
  within: number;
  isReady: () => boolean;
  /** For which the machine should be replaced. */
  faults: () => readonly string[];
};

/** Completes the lifecycle hook of this instance's launch; ends when it is over, or at the signal. */
export async function followLaunch(
  { hook, within, isReady, faults }: LaunchOptions,
  ports: AgentPorts,
  signal: AbortSignal,
): Promise<void> {
  const say = sayOnce(ports.report);
  const start = performance.now();
  let failures = 0;
  while (!signal.aborted) {
    try {
      const found = await ports.fleet.find();
      const waitedFor = (performance.now() - start) / 1000;
      const unfit = faults().length > 0;
      const decision = decideLaunch(found?.state, { ready: isReady(), unfit, waitedFor, within });
      if (decision === 'over') return;
      if (decision !== 'wait') {
        await ports.fleet.completeLaunch(found!.group, hook, decision);
        const wrong = unfit
          ? 'this host is not fit for an address'
          : `this host is not ready after ${within} s`;
        const why = decision === 'CONTINUE' ? 'this host is ready' : wrong;
        ports.report({
          level: decision === 'CONTINUE' ? 5 : 3,
          text: `${why}: the hook ${hook} is told ${decision}`,
        });
        return;
      }
      failures = 0;
    } catch (error) {
      failures++;
      say('launch', { level: 4, text: (error as Error).message });
    }
    await pauseFor(failures > 0 ? backoff(failures, ports.random()) : INTERVAL, signal);
  }
}
