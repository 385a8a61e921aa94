import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Calls `wake` whenever a link, an address, a route, an IP rule or a setting changed, until the signal aborts; may call it without reason. */
export type Monitor = (wake: () => void, signal: AbortSignal) => void;

/** Milliseconds after which one that ended is started again: it ends where messages came faster than it read them. */
const PAUSE = 1000;

/** What is said does not matter: whoever wakes looks at everything. `prefix`: words before the command, such as `ip netns exec NAME`. */
export function monitorKernel(prefix: readonly string[] = []): Monitor {
  return async (wake, signal) => {
    while (!signal.aborted) {
      await listen(prefix, wake, signal);
      await delay(PAUSE, undefined, { signal }).catch(() => {});
      wake();
    }
  };
}

function listen(prefix: readonly string[], wake: () => void, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const objects = ['link', 'address', 'route', 'rule', 'netconf'];
  const [command, ...args] = [...prefix, 'ip', '-oneline', 'monitor', ...objects] as [string, ...string[]];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    signal,
    killSignal: 'SIGKILL',
  });
  child.stdout.on('data', wake);
  child.on('error', () => resolve());
  child.on('close', () => resolve());
  return promise;
}
