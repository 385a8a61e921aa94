import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { attachLater, detachLater } from './attachment-progress.ts';
import { commit } from './commit.ts';
import { type Ec2, operation } from './ec2.ts';
import { hexDigits } from './ids.ts';
import { mostInterfaces } from './instance-types.ts';
import { unknownAttachment } from './interface-attributes.ts';
import { underInterface } from './interfaces.ts';
import type { Attachment, Ec2State, Instance, NetworkInterface } from './model.ts';
import { findOwn, invalidValue, isOwn, missingParameter } from './resources.ts';

/** The attachment comes about later; until then it is `attaching`. */
export const attachNetworkInterface = operation<
  aws.AttachNetworkInterfaceRequest,
  aws.AttachNetworkInterfaceResult
>(['NetworkInterfaceId', 'InstanceId', 'DeviceIndex', 'NetworkCardIndex'], (ec2, input, caller) =>
  underInterface(ec2, input.NetworkInterfaceId, caller, async (each) => {
    const { DeviceIndex, InstanceId, NetworkCardIndex = 0 } = input;
    if (DeviceIndex === undefined) throw missingParameter('DeviceIndex');
    const state = ec2.state.now();
    const instance = findOwn(state, 'instances', InstanceId, caller);
    if (NetworkCardIndex !== 0)
      throw invalidValue(NetworkCardIndex, 'networkCardIndex', 'There is only one network card.');
    requireFree(each);
    requireReachable(each, instance);
    requireSlot(state, instance, DeviceIndex);
    const attachment = makeAttachment(ec2, instance, DeviceIndex);
    await commit(ec2, [{ table: 'interfaces', id: each.id, record: { ...each, attachment } }]);
    attachLater(ec2, each.id, attachment.id);
    return { AttachmentId: attachment.id, NetworkCardIndex };
  }),
);

export function makeAttachment(
  { random, clock }: Pick<Ec2, 'random' | 'clock'>,
  { id, account }: Pick<Instance, 'id' | 'account'>,
  deviceIndex: number,
): Attachment {
  return {
    id: `eni-attach-${hexDigits(random, 17)}`,
    instanceId: id,
    instanceAccount: account,
    deviceIndex,
    status: 'attaching',
    since: clock.now(),
    deleteOnTermination: false,
  };
}

/** @throws AwsError InvalidNetworkInterface.InUse */
export function requireFree({ id, attachment }: NetworkInterface): void {
  if (attachment) throw new AwsError('InvalidNetworkInterface.InUse', `Interface: [${id}] in use.`);
}

function requireReachable(each: NetworkInterface, instance: Instance): void {
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError('IncorrectInstanceState', `Instance '${instance.id}' is not 'running' or 'stopped'`);
  }
  if (each.availabilityZone !== instance.availabilityZone) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You may not attach a network interface to an instance if they are not in the same availability zone',
    );
  }
  if (each.vpcId !== instance.vpcId) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Network interface '${each.id}' and instance '${instance.id}' are not in the same VPC`,
    );
  }
}

function requireSlot({ interfaces }: Ec2State, instance: Instance, deviceIndex: number): void {
  const attached = [...interfaces.values()].filter(
    ({ attachment }) => attachment?.instanceId === instance.id,
  );
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0 || deviceIndex > 31) {
    throw invalidValue(deviceIndex, 'deviceIndex', 'It is no device index.');
  }
  if (attached.some(({ attachment }) => attachment!.deviceIndex === deviceIndex)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const most = mostInterfaces(instance.instanceType);
  if (attached.length >= most) {
    throw new AwsError(
      'AttachmentLimitExceeded',
      `Interface count ${attached.length + 1} exceeds the limit for ${instance.instanceType}`,
    );
  }
}

/** Ends after a while, or never where the cloud hangs; with `Force`, at once and in any case. */
export const detachNetworkInterface = operation<aws.DetachNetworkInterfaceRequest>(
  ['AttachmentId', 'Force'],
  (ec2, { AttachmentId, Force = false }, caller) => {
    if (AttachmentId === undefined) throw missingParameter('AttachmentId');
    const found = [...ec2.state.now().interfaces.values()].find(
      (each) => isOwn(each, caller) && each.attachment?.id === AttachmentId,
    );
    if (!found) throw unknownAttachment(AttachmentId);
    return underInterface(ec2, found.id, caller, async (each) => {
      const { attachment } = each;
      if (attachment?.id !== AttachmentId) throw unknownAttachment(AttachmentId);
      if (attachment.deviceIndex === 0) {
        throw new AwsError(
          'OperationNotPermitted',
          'The network interface at device index 0 and networkCard index 0 cannot be detached.',
        );
      }
      if (attachment.status === 'detaching' && !Force) return {};
      const record: NetworkInterface = { ...each, attachment: { ...attachment, status: 'detaching' } };
      await commit(ec2, [{ table: 'interfaces', id: each.id, record }]);
      detachLater(ec2, each.id, attachment.id, Force);
      return {};
    });
  },
);
