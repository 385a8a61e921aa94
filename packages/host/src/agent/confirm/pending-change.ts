import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InterfaceError } from '../interface/index.ts';
import type { ManagementPaths } from './prove-paths.ts';
import type { RoutingSnapshot } from './routing-snapshot.ts';

/**
 * A change of routing that is not confirmed yet, as a file in a folder of its own:
 *
 *     pending.json ──> confirmed.json
 *          └── claimed ──> restoring.json ──> restored.json, or failed.json where not all could be put back
 *
 * Each arrow is a renaming, which decides between confirming and restoring however many try at once. Whoever finds restoring.json may go on
 * with it. The last one that ended in each way is kept.
 */
export type PendingChange = {
  id: string;
  /** Who waits: an agent's change may be put back as soon as the agent is gone, an operator's has its time. */
  owner: 'agent' | 'operator';
  /** Of the kernel that was changed: after a reboot there is nothing to put back. */
  bootId: string;
  /** Seconds since the boot, which no change of the clock moves. */
  deadline: number;
  /** Of the interface that is changed. */
  mac: string;
  /** The route table that is ours. */
  table: number;
  snapshot: RoutingSnapshot;
  /** How the host was managed before. */
  management: ManagementPaths;
};

const PENDING = 'pending.json';
const RESTORING = 'restoring.json';

/** On the disk when it resolves. @throws InterfaceError CONFIRMATION_PENDING; system errors, then nothing is saved */
export async function savePending(
  directory: string,
  change: Omit<PendingChange, 'id'>,
): Promise<PendingChange> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const saved = { id: randomUUID(), ...change };
  const fresh = join(directory, `${saved.id}.new`);
  try {
    await writeSynced(fresh, JSON.stringify(saved));
    // Unlike a renaming, this fails where another one is there: of two that save at once, one has to wait.
    await link(fresh, join(directory, PENDING)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      throw new InterfaceError(
        'CONFIRMATION_PENDING',
        `an earlier change waits for its confirmation (${directory})`,
      );
    });
  } finally {
    await rm(fresh, { force: true });
  }
  await syncFolder(directory);
  return saved;
}

export type FoundChange = { change: PendingChange; isRestoring: boolean };

/** The change that waits for its confirmation, or is being put back. @throws InterfaceError DAMAGED_STATE */
export async function findChange(directory: string): Promise<FoundChange | undefined> {
  for (const name of [RESTORING, PENDING]) {
    const change = await read(directory, name);
    if (change) return { change, isRestoring: name === RESTORING };
  }
  return undefined;
}

/** How the change of that ID ended; undefined where it has not, or another one ended after it. */
export async function findEnd(directory: string, id: string): Promise<End | undefined> {
  const ends: End[] = ['confirmed', 'restored', 'failed'];
  for (const end of ends) if ((await read(directory, `${end}.json`))?.id === id) return end;
  return undefined;
}

export type End = 'confirmed' | 'restored' | 'failed';

/** False where it is being put back, or was, or was confirmed. */
export async function takeConfirmation(directory: string, id: string): Promise<boolean> {
  return (await read(directory, PENDING))?.id === id && move(directory, PENDING, 'confirmed.json');
}

/** True where the caller has to put everything back; false where it was confirmed, or has been put back. */
export async function claimRestore(directory: string, id: string): Promise<boolean> {
  if ((await read(directory, PENDING))?.id === id) await move(directory, PENDING, RESTORING);
  return (await read(directory, RESTORING))?.id === id;
}

export async function endRestore(directory: string, end: 'restored' | 'failed'): Promise<void> {
  await move(directory, RESTORING, `${end}.json`);
}

/** The kernel that was changed is gone, or nothing was changed. */
export async function forgetChange(directory: string): Promise<void> {
  for (const name of [RESTORING, PENDING]) await rm(join(directory, name), { force: true });
  await syncFolder(directory);
}

/** What cannot be read is kept for whoever wants to look, out of the way. */
export async function setAside(directory: string): Promise<void> {
  for (const name of [RESTORING, PENDING]) await move(directory, name, 'damaged.json');
}

async function read(directory: string, name: string): Promise<PendingChange | undefined> {
  const path = join(directory, name);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PendingChange;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new InterfaceError('DAMAGED_STATE', `${path} cannot be read (${error.message})`);
  }
}

/** False where there is no such file, because somebody else was first. */
async function move(directory: string, from: string, to: string): Promise<boolean> {
  try {
    await rename(join(directory, from), join(directory, to));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(directory);
  return true;
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A power cut may undo what was done to a folder, until this has ended. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
