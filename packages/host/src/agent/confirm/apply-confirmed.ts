import type { ServiceInterface } from '@pointsman/core/config';
import { InterfaceError, type Reconciled, type RunCommand, reconcileInterface } from '../interface/index.ts';
import { readBoot } from './boot.ts';
import { guardChange } from './guard-change.ts';
import { findEnd, type PendingChange, savePending } from './pending-change.ts';
import { type ManagementPaths, observeManagement, proveManagement, proveService } from './prove-paths.ts';
import { restoreRouting } from './restore-routing.ts';
import { rollBack } from './roll-back.ts';
import { takeSnapshot } from './routing-snapshot.ts';
import { tooLate, type UnconfirmedChange, unconfirmedChange } from './unconfirmed-change.ts';

export type ConfirmEvent =
  /** What there was is on the disk, and the watchdog (its process ID) watches. Nothing is changed yet. */
  | { event: 'saved'; id: string; watchdog: number }
  | { event: 'applied'; reconciled: Reconciled }
  /** Both paths work. */
  | { event: 'proven' }
  | { event: 'confirmed' };

export type ConfirmOptions = {
  run: RunCommand;
  /** Where the change is kept while it is not confirmed: it has to outlive this process. */
  directory: string;
  /** Seconds until everything is put back, whoever is alive then. */
  within: number;
  /** Undefined: fine. Otherwise what is wrong, in a sentence. Asked besides our own proofs. */
  prove?: () => Promise<string | undefined>;
  report?: (event: ConfirmEvent) => void;
};

/**
 * Brings an interface to what is desired so that a mistake locks nobody out: what there is is saved, a watchdog is started, then it is applied and
 * proven, on the management path as on the fixed addresses. Confirmed when it resolves.
 * @throws InterfaceError NOT_PROVEN, TOO_LATE, and all is as it was before; CONFIRMATION_PENDING, NO_WATCHDOG and system errors, and nothing was
 * changed; NOT_RESTORED, with what is left to do by hand
 */
export async function applyConfirmed(desired: ServiceInterface, options: ConfirmOptions): Promise<void> {
  const change = await applyUnconfirmed(desired, 'agent', options);
  await change.confirm();
  options.report?.({ event: 'confirmed' });
}

/** As `applyConfirmed`, but somebody else confirms: an operator, when he sees that he can still come in. */
export async function applyUnconfirmed(
  desired: ServiceInterface,
  owner: PendingChange['owner'],
  options: ConfirmOptions,
): Promise<UnconfirmedChange> {
  const { run, directory, report = () => {} } = options;
  const boot = readBoot();
  const management = await observeManagement(run, desired);
  const pending = await savePending(directory, {
    ...{ owner, bootId: boot.id, deadline: boot.uptime() + options.within },
    ...{ mac: desired.mac, table: desired.table, management },
    snapshot: await takeSnapshot(run, desired.mac),
  });
  report({ event: 'saved', id: pending.id, watchdog: await guardChange(run, directory, pending) });
  const wrong = await applyAndProve(desired, management, options);
  const isLate = (await findEnd(directory, pending.id)) !== undefined;
  if (wrong === undefined && !isLate) return unconfirmedChange(run, directory, pending);
  // Where the watchdog was faster, steps of ours may have come after its own.
  if (!(await rollBack(run, directory, pending))) await restoreRouting(run, pending);
  if (wrong === undefined) throw tooLate();
  throw new InterfaceError('NOT_PROVEN', `${wrong}; everything is as it was before`);
}

/** The reason why it cannot stay. */
async function applyAndProve(
  desired: ServiceInterface,
  management: ManagementPaths,
  { run, prove, report = () => {} }: ConfirmOptions,
): Promise<string | undefined> {
  try {
    const reconciled = await reconcileInterface(run, desired);
    report({ event: 'applied', reconciled });
    const wrong =
      (await proveManagement(run, management)) ?? (await proveService(run, desired)) ?? (await prove?.());
    if (wrong === undefined) {
      report({ event: 'proven' });
      return undefined;
    }
    const { obstacles } = reconciled;
    return obstacles.length === 0 ? wrong : `${wrong}; in the way: ${obstacles.join('; ')}`;
  } catch (error) {
    return (error as Error).message;
  }
}
