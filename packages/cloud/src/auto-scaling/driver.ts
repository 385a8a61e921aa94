import type { Ec2Api } from '../ec2/api.ts';
import type { Ec2State, Instance } from '../ec2/model.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { Versions } from '../state/versions.ts';
import { launch, terminate } from './ask-ec2.ts';
import type { GroupState } from './auto-scaling.ts';
import type { Group, Moment } from './group.ts';
import type { Seen } from './health.ts';
import { type Command, reconcile } from './reconcile.ts';
import { type Statuses, watchStatuses } from './status-checks.ts';

/** Has groups done what follows from their state: asks EC2, and looks again when something happens or falls due. */
export type Driver = {
  /** Looks at a group, now. */
  wake(groupId: string): void;
  /**
   * Puts what a group becomes in its place, and looks at it. What has become of it in the meantime counts: `how` is given the group as it is now, and not
   * called for one that is gone.
   */
  change(groupId: string, how: (group: Group) => Group): void;
};

export type DriverOptions = CloudCore & {
  state: Versions<GroupState>;
  ec2: Pick<Ec2Api, 'RunInstances' | 'TerminateInstances'>;
  ec2State: Versions<Ec2State>;
  moment: () => Moment;
};

export function startDriver(options: DriverOptions): Driver {
  const { state, ec2State, clock } = options;
  /** What calls off the next look at a group. */
  const due = new Map<string, () => void>();
  const driver: Driver = {
    wake: (groupId) => {
      due.get(groupId)?.();
      due.delete(groupId);
      const wakeAt = look(options, driver, statuses, groupId);
      if (wakeAt !== undefined) {
        due.set(
          groupId,
          clock.after(wakeAt - clock.now(), () => driver.wake(groupId)),
        );
      }
    },
    change: (groupId, how) => {
      const group = state.now().groups.get(groupId);
      if (!group) return;
      state.write([{ table: 'groups', id: groupId, record: how(group) }]);
      driver.wake(groupId);
    },
  };
  const statuses = watchStatuses(options, driver);
  ec2State.watch((changes) => {
    const changed = new Set(changes.filter(({ table }) => table === 'instances').map(({ id }) => id));
    if (changed.size === 0) return;
    for (const [id, { instances }] of state.now().groups) {
      if (instances.some((instance) => changed.has(instance.id))) driver.wake(id);
    }
  });
  return driver;
}

/** Takes a group one look further. Gives the time of the next one, where time alone brings something. */
function look(
  options: DriverOptions,
  driver: Driver,
  statuses: Statuses,
  groupId: string,
): number | undefined {
  const { state, ec2State, background, moment } = options;
  const group = state.now().groups.get(groupId);
  if (!group) return undefined;
  const see = (instanceId: string) => seeInstance(ec2State.now().instances.get(instanceId), statuses);
  const { group: next, commands, wakeAt } = reconcile(group, see, moment());
  const isOver = next.deleting && next.instances.length === 0 && next.launches.length === 0;
  if (next !== group || isOver) {
    state.write([{ table: 'groups', id: groupId, record: isOver ? undefined : next }]);
  }
  for (const command of commands) {
    background.later(0, `${command.kind} in ${next.name}`, () => carryOut(options, driver, next, command));
  }
  return isOver ? undefined : wakeAt;
}

function carryOut(options: DriverOptions, driver: Driver, group: Group, command: Command): Promise<void> {
  return command.kind === 'launch'
    ? launch(options, driver, group, command.launch)
    : terminate(options, driver, group, command.instanceId);
}

function seeInstance(instance: Instance | undefined, statuses: Statuses): Seen | undefined {
  return instance && { state: instance.state, status: statuses.get(instance.id) ?? 'initializing' };
}
