import type { FabricInstance } from '../fabric/fabric.ts';
import { attachInFabric } from './attachment-progress.ts';
import { commit, type Ec2Edit } from './commit.ts';
import type { Ec2 } from './ec2.ts';
import type { Instance, NetworkInterface } from './model.ts';

/**
 * How machines come and go after the call that asked for it. For one machine, one thing after the other; what it changes in the state is changed
 * under the lock of its VPC, which is always taken after that of the machine.
 */

/** Milliseconds between two tries at ending a machine that does not end. */
const RETRY = 1000;

/** Boots a `pending` machine. One that does not boot is terminated, as EC2 does. */
export function bootLater(ec2: Ec2, id: string): void {
  later(ec2, ec2.faults.startDelay, 'boot', id, 'pending', async (instance) => {
    try {
      await ec2.fabric.startInstance(compileInstance(instance));
      await becomeRunning(ec2, instance);
    } catch (error) {
      await fail(ec2, id);
      throw error;
    }
  });
}

/** Ends what runs in a `stopping` machine, whose secondary interfaces wait outside of it for its next start. */
export function stopLater(ec2: Ec2, id: string): void {
  later(ec2, ec2.faults.stopDelay, 'stop', id, 'stopping', (instance) =>
    orAgain(
      ec2,
      () => stopLater(ec2, id),
      async () => {
        await ec2.locks.run([instance.vpcId], async () => {
          if (ec2.state.now().instances.get(id)?.state !== 'stopping') return;
          await leaveMachine(
            ec2,
            interfacesOf(ec2, id).filter((each) => !isPrimary(each)),
          );
          await ec2.fabric.stopInstance(id);
          await commit(ec2, [edit(ec2, id, { state: 'stopped' })]);
        });
      },
    ),
  );
}

/** Ends a machine that is `shutting-down`, and its attachments: interfaces go with it or become available. */
export function terminateLater(ec2: Ec2, id: string): void {
  later(ec2, ec2.faults.stopDelay, 'termination', id, 'shutting-down', (instance) =>
    orAgain(
      ec2,
      () => terminateLater(ec2, id),
      async () => {
        await ec2.locks.run([instance.vpcId], async () => {
          const attached = interfacesOf(ec2, id);
          await leaveMachine(ec2, attached);
          await ec2.fabric.terminateInstance(id);
          await commit(ec2, [
            edit(ec2, id, { state: 'terminated' }),
            ...attached.map(({ attachment, ...each }): Ec2Edit => {
              const record = attachment!.deleteOnTermination ? undefined : each;
              return { table: 'interfaces', id: each.id, record };
            }),
          ]);
        });
        forgetLater(ec2, id);
      },
    ),
  );
}

/** Milliseconds that a terminated instance is still described. */
const SEEN_AFTER_END = 3600 * 1000;

function forgetLater(ec2: Ec2, id: string): void {
  ec2.background.later(SEEN_AFTER_END, `end of ${id}`, () =>
    commit(ec2, [{ table: 'instances', id, record: undefined }]),
  );
}

export function rebootLater(ec2: Ec2, id: string): void {
  later(ec2, 0, 'reboot', id, 'running', () => ec2.fabric.rebootInstance(id));
}

/** Runs an action on a machine, unless its state is another one by then. */
function later(
  ec2: Ec2,
  delay: number,
  what: string,
  id: string,
  state: Instance['state'],
  action: (instance: Instance) => Promise<void>,
): void {
  ec2.background.later(delay, `${what} of ${id}`, () =>
    ec2.locks.run([`machine ${id}`], async () => {
      const instance = ec2.state.now().instances.get(id);
      if (instance?.state === state) await action(instance);
    }),
  );
}

/** A machine that cannot be ended is tried again after a while: nothing else would free its interfaces. */
async function orAgain(ec2: Ec2, again: () => void, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    ec2.background.later(RETRY, 'another try', async () => again());
    throw error;
  }
}

/** The machine has booted: what is attached to it is put into it, too. */
async function becomeRunning(ec2: Ec2, { id, vpcId }: Instance): Promise<void> {
  await ec2.locks.run([vpcId], async () => {
    if (ec2.state.now().instances.get(id)?.state !== 'pending') return;
    const attached = interfacesOf(ec2, id).filter(({ attachment }) => attachment!.status !== 'detaching');
    for (const each of attached) if (!isPrimary(each)) await attachInFabric(ec2, each);
    await commit(ec2, [
      edit(ec2, id, { state: 'running' }),
      ...attached.map((each): Ec2Edit => {
        const attachment = { ...each.attachment!, status: 'attached' as const };
        return { table: 'interfaces', id: each.id, record: { ...each, attachment } };
      }),
    ]);
  });
}

async function fail(ec2: Ec2, id: string): Promise<void> {
  const { vpcId } = ec2.state.now().instances.get(id)!;
  await ec2.locks.run([vpcId], async () => {
    const message = 'Server.InternalError: Internal error on launch';
    const stateReason = { code: 'Server.InternalError', message };
    await commit(ec2, [edit(ec2, id, { state: 'shutting-down', stateReason, transitionReason: message })]);
  });
  terminateLater(ec2, id);
}

async function leaveMachine(ec2: Ec2, interfaces: readonly NetworkInterface[]): Promise<void> {
  for (const { id } of interfaces) await ec2.fabric.detachInterface(id, { force: true });
}

function interfacesOf({ state }: Ec2, instanceId: string): NetworkInterface[] {
  return [...state.now().interfaces.values()]
    .filter(({ attachment }) => attachment?.instanceId === instanceId)
    .sort((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex);
}

function isPrimary({ attachment }: NetworkInterface): boolean {
  return attachment!.deviceIndex === 0;
}

function edit({ state }: Ec2, id: string, changes: Partial<Instance>): Ec2Edit {
  return { table: 'instances', id, record: { ...state.now().instances.get(id)!, ...changes } };
}

function compileInstance(instance: Instance): FabricInstance {
  const { id, vpcId, subnetId, availabilityZone, primaryInterfaceId, userData, metadataOptions } = instance;
  return {
    id,
    vpcId,
    subnetId,
    availabilityZone,
    primaryInterfaceId,
    metadataHopLimit: metadataOptions.httpPutResponseHopLimit,
    ...(userData !== undefined && { userData: new Uint8Array(Buffer.from(userData, 'base64')) }),
  };
}
