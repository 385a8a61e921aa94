import type { Driver, DriverOptions } from './driver.ts';
import { isLeaving } from './group.ts';

/** What EC2's status check has found last, by instance. One that has not been checked since it runs is not in here. */
export type Statuses = ReadonlyMap<string, 'ok' | 'impaired'>;

/** Checks the running instances of all groups in turns of `faults.statusCheckPeriod`, and wakes groups in which a status has turned. */
export function watchStatuses(options: DriverOptions, { wake }: Pick<Driver, 'wake'>): Statuses {
  const { state, ec2State, background, faults } = options;
  const statuses = new Map<string, 'ok' | 'impaired'>();
  /** Whose check has not ended yet: a machine may be so ill that it hangs. */
  const checking = new Set<string>();
  const isRunning = (id: string) => ec2State.now().instances.get(id)?.state === 'running';
  const check = async (groupId: string, instanceId: string) => {
    checking.add(instanceId);
    const status = await readStatus(options, instanceId);
    checking.delete(instanceId);
    if (status === undefined || statuses.get(instanceId) === status || !isRunning(instanceId)) return;
    statuses.set(instanceId, status);
    wake(groupId);
  };
  const checkAll = async () => {
    for (const id of statuses.keys()) if (!isRunning(id)) statuses.delete(id);
    const checks = [...state.now().groups].flatMap(([groupId, { instances }]) =>
      instances
        .filter((each) => !isLeaving(each) && isRunning(each.id) && !checking.has(each.id))
        .map(({ id }) => check(groupId, id)),
    );
    await Promise.all(checks);
  };
  const takeTurn = () =>
    background.later(faults.statusCheckPeriod, 'status checks', async () => {
      takeTurn();
      await checkAll();
    });
  takeTurn();
  return statuses;
}

async function readStatus({ fabric, onFailure }: DriverOptions, instanceId: string) {
  try {
    return await fabric.instanceStatus(instanceId);
  } catch (error) {
    onFailure(error, `status of ${instanceId}`);
    return undefined;
  }
}
