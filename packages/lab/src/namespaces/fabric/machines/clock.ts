/**
 * Wall clocks of machines. Linux has no namespaces for them: a program of a machine sees the machine's own by libfaketime, where that is installed and its
 * environment says so. Monotonic time stays the kernel's, as it does where somebody sets the clock of a real machine.
 */
import { globSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { FabricError } from '../fabric-error.ts';

/** In the folder that a machine sees as /run/machine. */
export const CLOCK = 'clock';

/** libfaketime(1): seconds ahead of the host's clock. */
export function formatClock(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}\n`;
}

/** The environment of a program that is to see the clock of its machine; empty where libfaketime is not installed. */
export function clockEnvironment(): Record<string, string> {
  const library = findLibrary();
  if (library === undefined) return {};
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: `/run/machine/${CLOCK}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    // Seconds after which it is read again.
    FAKETIME_CACHE_DURATION: '1',
    // Else each program that is killed leaves memory behind.
    FAKETIME_DISABLE_SHM: '1',
  };
}

/** @throws FabricError */
export async function setClock(machineFolder: string, ms: number): Promise<void> {
  if (findLibrary() === undefined)
    throw new FabricError(
      'the clock of a machine cannot be set: apt-get install faketime, and start the lab again',
    );
  const path = `${machineFolder}/boot/${CLOCK}`;
  await writeFile(`${path}.next`, formatClock(ms));
  await rename(`${path}.next`, path);
}

function findLibrary(): string | undefined {
  return globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];
}
