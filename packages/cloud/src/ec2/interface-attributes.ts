import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { operation } from './ec2.ts';
import { readGroups } from './interface-request.ts';
import { writeAttachment, writeGroups } from './interface-shapes.ts';
import { underInterface } from './interfaces.ts';
import type { NetworkInterface } from './model.ts';
import { findOwn, invalidCombination, invalidValue, missingParameter } from './resources.ts';

/** EC2 takes one attribute a call. */
export const modifyNetworkInterfaceAttribute = operation<aws.ModifyNetworkInterfaceAttributeRequest>(
  [
    'NetworkInterfaceId',
    'Description',
    'SourceDestCheck',
    'Groups',
    'Attachment.AttachmentId',
    'Attachment.DeleteOnTermination',
  ],
  (ec2, input, caller) =>
    underInterface(ec2, input.NetworkInterfaceId, caller, async (each, vpc) => {
      const { Description, SourceDestCheck, Groups, Attachment } = input;
      const given = [Description, SourceDestCheck, Groups, Attachment].filter((value) => value !== undefined);
      if (given.length !== 1) throw invalidCombination('Exactly one attribute has to be specified.');
      const record: NetworkInterface = {
        ...each,
        ...(Description && { description: Description.Value ?? '' }),
        ...(SourceDestCheck && { sourceDestCheck: requireBoolean(SourceDestCheck.Value) }),
        ...(Groups && { groupIds: readGroups(ec2.state.now(), Groups, vpc, caller) }),
        ...(Attachment && { attachment: changeAttachment(each, Attachment) }),
      };
      await commit(ec2, [{ table: 'interfaces', id: each.id, record }]);
      return {};
    }),
);

function requireBoolean(value: boolean | undefined): boolean {
  if (value === undefined) throw missingParameter('Value');
  return value;
}

function changeAttachment(
  { attachment }: NetworkInterface,
  { AttachmentId, DeleteOnTermination }: aws.NetworkInterfaceAttachmentChanges,
): NetworkInterface['attachment'] {
  if (AttachmentId === undefined) throw missingParameter('Attachment.AttachmentId');
  if (attachment?.id !== AttachmentId) throw unknownAttachment(AttachmentId);
  return { ...attachment, deleteOnTermination: requireBoolean(DeleteOnTermination) };
}

export function unknownAttachment(id: string | undefined): AwsError {
  return new AwsError('InvalidAttachmentID.NotFound', `The attachment ID '${id}' does not exist`);
}

export const describeNetworkInterfaceAttribute = operation<
  aws.DescribeNetworkInterfaceAttributeRequest,
  aws.DescribeNetworkInterfaceAttributeResult
>(['NetworkInterfaceId', 'Attribute'], ({ state }, { NetworkInterfaceId, Attribute }, caller) => {
  const seen = state.seen();
  const each = findOwn(seen, 'interfaces', NetworkInterfaceId, caller);
  switch (Attribute) {
    case 'description':
      return { NetworkInterfaceId, Description: { Value: each.description } };
    case 'groupSet':
      return { NetworkInterfaceId, Groups: writeGroups(seen, each.groupIds) };
    case 'sourceDestCheck':
      return { NetworkInterfaceId, SourceDestCheck: { Value: each.sourceDestCheck } };
    case 'attachment':
      return { NetworkInterfaceId, Attachment: each.attachment && writeAttachment(each.attachment) };
    default:
      throw invalidValue(Attribute, 'attribute', 'It is none of a network interface.');
  }
});
