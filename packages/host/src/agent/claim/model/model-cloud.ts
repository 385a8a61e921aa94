import type { AddressCloud, HolderState, MemberInterface } from '../../cloud/address-cloud.ts';
import { CloudError } from '../../cloud/cloud-error.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** EC2 as far as claims see it: one attachment, delays, reads that lag, throttling, detaches that hang, answers that are lost. */
export type ModelCloud = {
  faults: CloudFaults;
  /** The cloud as one instance asks it. */
  seenBy: (instanceId: string) => AddressCloud;
  /** What the kernel of an instance has. */
  macsOf: (instanceId: string) => ReadonlySet<string>;
  addInstance: (instanceId: string) => void;
  /** `impaired`: it is frozen. `ended`: it is terminated, and the cloud takes its interfaces away by itself after a while. */
  setInstance: (instanceId: string, state: HolderState) => void;
  interfaces: readonly MemberInterface[];
  /** Detaches that somebody made of an attachment of an instance that was alive and another. Never any. */
  robberies: readonly string[];
  calls: () => number;
};

export type CloudFaults = {
  attachDelay: number;
  detachDelay: number;
  /** Reads may be so old. */
  lag: number;
  /** Of 1: calls that are throttled, and calls that are done while the answer is lost. */
  throttled: number;
  lost: number;
  outage: boolean;
  hangDetach: boolean;
  /** Attachments that begin never arrive. */
  stuckAttach: boolean;
};

type Snapshot = { at: number; interfaces: MemberInterface[]; instances: Map<string, HolderState> };

/** Of a call, each way at most. */
const LATENCY = 150;
const OUTAGE_PATIENCE = 5000;

export function makeModelCloud(
  clock: Pick<VirtualClock, 'now' | 'sleep' | 'at'>,
  random: () => number,
  first: readonly MemberInterface[],
): ModelCloud {
  const faults: CloudFaults = {
    attachDelay: 2000,
    detachDelay: 2000,
    lag: 0,
    throttled: 0,
    lost: 0,
    outage: false,
    hangDetach: false,
    stuckAttach: false,
  };
  const instances = new Map<string, HolderState>();
  const kernels = new Map<string, Set<string>>();
  let interfaces = structuredClone(first) as MemberInterface[];
  let snapshots: Snapshot[] = [];
  const robberies: string[] = [];
  const hanging = new Set<string>();
  let attachments = 0;
  let calls = 0;
  const remember = () => {
    snapshots.push({ at: clock.now(), interfaces, instances: new Map(instances) });
    snapshots = snapshots.slice(-200);
  };
  const change = (id: string, attachment: MemberInterface['attachment']) => {
    interfaces = interfaces.map((each) => (each.id === id ? { ...each, attachment } : each));
    remember();
  };
  const seen = (): Snapshot => {
    const time = clock.now() - random() * faults.lag;
    return snapshots.findLast(({ at }) => at <= time) ?? snapshots[0]!;
  };
  const call = async <T>(work: () => T): Promise<T> => {
    calls++;
    await clock.sleep(random() * LATENCY);
    if (faults.outage) {
      await clock.sleep(OUTAGE_PATIENCE);
      throw new CloudError('unreachable', 'no answer');
    }
    if (random() < faults.throttled) throw new CloudError('throttled', 'RequestLimitExceeded');
    const result = work();
    await clock.sleep(random() * LATENCY);
    if (random() < faults.lost) throw new CloudError('unreachable', 'the answer was lost');
    return result;
  };
  const currentOf = (attachmentId: string) =>
    interfaces.find(({ attachment }) => attachment?.id === attachmentId);
  const endAttachment = (attachmentId: string) => {
    const each = currentOf(attachmentId);
    if (!each) return;
    kernels.get(each.attachment!.instanceId)?.delete(each.mac);
    change(each.id, undefined);
  };
  const attach = (instanceId: string, interfaceId: string) => {
    const each = interfaces.find(({ id }) => id === interfaceId)!;
    if (each.attachment) throw new CloudError('conflict', 'InvalidNetworkInterface.InUse');
    if (instances.get(instanceId) === 'ended') throw new CloudError('conflict', 'IncorrectState');
    const id = `attach-${++attachments}`;
    change(interfaceId, { id, instanceId, state: 'attaching' });
    if (faults.stuckAttach) return;
    clock.at(clock.now() + faults.attachDelay, () => {
      if (currentOf(id)?.attachment?.state !== 'attaching') return;
      change(interfaceId, { id, instanceId, state: 'attached' });
      kernels.get(instanceId)!.add(each.mac);
    });
  };
  const detach = (instanceId: string, attachmentId: string, force: boolean) => {
    const each = currentOf(attachmentId);
    if (!each) throw new CloudError('conflict', 'InvalidAttachmentID.NotFound');
    const { instanceId: holder, state } = each.attachment!;
    if (state === 'detaching' && !force) throw new CloudError('conflict', 'IncorrectState');
    if (holder !== instanceId && instances.get(holder) === 'alive')
      robberies.push(`${instanceId} detached ${each.id} from ${holder}, which is alive`);
    change(each.id, { ...each.attachment!, state: 'detaching' });
    if (faults.hangDetach && !force) return void hanging.add(attachmentId);
    clock.at(clock.now() + faults.detachDelay, () => endAttachment(attachmentId));
  };
  remember();
  return {
    faults,
    robberies,
    get interfaces() {
      return interfaces;
    },
    calls: () => calls,
    macsOf: (instanceId) => new Set(kernels.get(instanceId)),
    addInstance: (instanceId) => {
      instances.set(instanceId, 'alive');
      kernels.set(instanceId, new Set());
      remember();
    },
    setInstance: (instanceId, state) => {
      instances.set(instanceId, state);
      remember();
      if (state !== 'ended') return;
      for (const { attachment } of interfaces)
        if (attachment?.instanceId === instanceId)
          clock.at(clock.now() + faults.detachDelay * 3, () => {
            if (!hanging.has(attachment.id)) endAttachment(attachment.id);
          });
    },
    seenBy: (instanceId) => ({
      findInterfaces: () => call(() => [...seen().interfaces]),
      findHolders: (ids) =>
        call(() => {
          const { instances: known } = seen();
          return new Map(ids.map((id) => [id, known.get(id) ?? 'missing'] as const));
        }),
      attach: (interfaceId) => call(() => attach(instanceId, interfaceId)),
      detach: (attachmentId, { force }) => call(() => detach(instanceId, attachmentId, force)),
    }),
  };
}
