import { cpus, release, totalmem } from 'node:os';
import { type Command, runToEnd } from '../running/children.ts';
import type { Pinning } from '../running/cpus.ts';

/** Where the figures come from. */
export type Machine = {
  cpu: string;
  cpus: number;
  memoryBytes: number;
  kernel: string;
  pinning: Pinning | 'none';
};

export function describeMachine(pinning: Pinning): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    pinning: pinning ?? 'none',
  };
}

/** The first thing that looks like a version in what a program says of itself. */
export async function versionOf(command: Command): Promise<string> {
  const { stdout, stderr } = await runToEnd(command);
  return /\d+\.\d+(\.\d+)*/.exec(stdout + stderr)?.[0] ?? 'unknown';
}
