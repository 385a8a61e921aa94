import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Which run of the kernel this is, and how long it has been running: a clock that nobody sets. */
export type Boot = {
  id: string;
  /** Seconds. */
  uptime: () => number;
};

export function readBoot(): Boot {
  return { id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), uptime };
}
