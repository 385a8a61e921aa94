import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so many milliseconds, or when the signal aborts. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {});
}
