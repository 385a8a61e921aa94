import { commit } from './commit.ts';
import type { Ec2 } from './ec2.ts';
import type { NetworkInterface } from './model.ts';

/**
 * How attachments go on after the call that asked for them. Of an interface that is `attached` the fabric knows while the machine is running;
 * whoever starts and stops machines keeps to that. What is detached is always taken out of the fabric: it may still be in a machine that stops.
 */

/** Brings an attachment about, after the cloud's delay. One that fails leaves the interface available again. */
export function attachLater(ec2: Ec2, interfaceId: string, attachmentId: string): void {
  const { attachDelay, failAttach } = ec2.faults;
  ec2.background.later(attachDelay, `attachment of ${interfaceId}`, () =>
    underAttachment(ec2, interfaceId, attachmentId, async (each) => {
      if (each.attachment!.status !== 'attaching') return;
      if (failAttach) return release(ec2, each);
      try {
        if (isRunning(ec2, each)) await attachInFabric(ec2, each);
      } catch (error) {
        await release(ec2, each);
        throw error;
      }
      const attachment = { ...each.attachment!, status: 'attached' as const };
      await commit(ec2, [{ table: 'interfaces', id: each.id, record: { ...each, attachment } }]);
    }),
  );
}

/** Ends an attachment that is `detaching`. Without force, after the cloud's delay, or not at all while it hangs. */
export function detachLater(ec2: Ec2, interfaceId: string, attachmentId: string, force: boolean): void {
  const { detachDelay, hangDetach } = ec2.faults;
  if (hangDetach && !force) return;
  ec2.background.later(force ? 0 : detachDelay, `detachment of ${interfaceId}`, () =>
    underAttachment(ec2, interfaceId, attachmentId, async (each) => {
      await ec2.fabric.detachInterface(each.id, { force });
      await release(ec2, each);
    }),
  );
}

/** Puts an interface into its machine. */
export async function attachInFabric({ fabric }: Ec2, { id, attachment }: NetworkInterface): Promise<void> {
  const { instanceId, deviceIndex } = attachment!;
  await fabric.attachInterface({ interfaceId: id, instanceId, deviceIndex });
}

function isRunning({ state }: Ec2, { attachment }: NetworkInterface): boolean {
  return state.now().instances.get(attachment!.instanceId)?.state === 'running';
}

async function release(ec2: Ec2, { attachment: _ended, ...record }: NetworkInterface): Promise<void> {
  await commit(ec2, [{ table: 'interfaces', id: record.id, record }]);
}

/** Runs an action while nobody else changes what is in the VPC, unless the attachment has ended. */
async function underAttachment(
  ec2: Ec2,
  interfaceId: string,
  attachmentId: string,
  action: (each: NetworkInterface) => Promise<void>,
): Promise<void> {
  const known = ec2.state.now().interfaces.get(interfaceId);
  if (!known) return;
  await ec2.locks.run([known.vpcId], async () => {
    const each = ec2.state.now().interfaces.get(interfaceId);
    if (each?.attachment?.id === attachmentId) await action(each);
  });
}
