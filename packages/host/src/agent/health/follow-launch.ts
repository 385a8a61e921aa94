import type { AgentPorts } from '../agent-ports.ts';
import { backoff } from '../backoff.ts';
import { sayOnce } from '../events.ts';
import { pauseFor } from '../pause.ts';
import { decideLaunch } from './decide-launch.ts';

/** Milliseconds. */
const INTERVAL = 2000;

/** Completes the lifecycle hook of this instance's launch; ends when it is over, or at the signal. */
export async function followLaunch(
  hook: string,
  isReady: () => boolean,
  ports: AgentPorts,
  signal: AbortSignal,
): Promise<void> {
  const say = sayOnce(ports.report);
  const start = performance.now();
  let failures = 0;
  while (!signal.aborted) {
    try {
      const found = await ports.fleet.find();
      const decision = decideLaunch(found?.state, isReady(), performance.now() - start);
      if (decision === 'over') return;
      if (decision !== 'wait') {
        await ports.fleet.completeLaunch(found!.group, hook, decision);
        const why = decision === 'CONTINUE' ? 'this host is ready' : 'this host does not become ready';
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
