import type { RunCommand } from '../interface/index.ts';
import { claimRestore, endRestore, type PendingChange } from './pending-change.ts';
import { restoreRouting } from './restore-routing.ts';

/**
 * Puts a pending change back, or goes on where somebody was killed doing so. False where there is nothing to put back: it was confirmed, or
 * somebody else has done it. @throws InterfaceError NOT_RESTORED
 */
export async function rollBack(run: RunCommand, directory: string, change: PendingChange): Promise<boolean> {
  // On a disk that fails nobody can have confirmed it: what cannot be written down is put back all the same.
  const isToRestore = await claimRestore(directory, change.id).catch(() => true);
  if (!isToRestore) return false;
  try {
    await restoreRouting(run, change);
  } catch (error) {
    await endRestore(directory, 'failed');
    throw error;
  }
  await endRestore(directory, 'restored');
  return true;
}
