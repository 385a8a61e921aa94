import { spawn } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Commands } from '../commands.ts';
import { FabricError } from '../fabric-error.ts';
import { NAMESPACES } from '../names.ts';

/**
 * The process that keeps the machines' disks and what they see of the host, in a mount namespace of its own. It outlives this process, as
 * the machines do, until the lab is removed.
 */
export type Keeper = { pid: number };

/** @throws FabricError */
export async function startKeeper(
  folder: string,
  namespace: string,
  { environment }: Commands,
): Promise<Keeper> {
  await mkdir(folder, { recursive: true });
  await cp(join(import.meta.dirname, 'scripts'), `${folder}/scripts`, { recursive: true });
  const child = spawn(
    'nsenter',
    [
      `--net=${NAMESPACES}/${namespace}`,
      'unshare',
      '--mount',
      '--propagation=private',
      'sh',
      `${folder}/scripts/keeper.sh`,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment },
  );
  const complaints: string[] = [];
  createInterface(child.stderr).on('line', (line) => complaints.push(line));
  const { promise, resolve, reject } = Promise.withResolvers<Keeper>();
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'ready') resolve({ pid: child.pid! });
  });
  child.on('error', (error) => reject(new FabricError(`cannot start the keeper of disks: ${error.message}`)));
  child.on('close', () => reject(new FabricError(`the keeper of disks ended: ${complaints.join('; ')}`)));
  const keeper = await promise;
  child.unref();
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  return keeper;
}
