import { InterfaceError } from '../interface/index.ts';
import { findChange, takeConfirmation } from './pending-change.ts';

/** What an operator does when he sees that he can still come in. @throws InterfaceError NOTHING_PENDING, TOO_LATE */
export async function confirmPending(directory: string): Promise<void> {
  const found = await findChange(directory);
  if (!found)
    throw new InterfaceError('NOTHING_PENDING', `no change waits for a confirmation (${directory})`);
  if (found.isRestoring || !(await takeConfirmation(directory, found.change.id))) {
    throw new InterfaceError('TOO_LATE', 'too late: everything is being put back as it was before');
  }
}
