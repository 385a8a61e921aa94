import type { ChangeInfo, GetChangeRequest, GetChangeResponse } from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import type { Change } from '../store/model.ts';
import { bareId, type Operation, requireOwner } from './operation.ts';

/** A change as the reply to the write tells of it. */
export function pendingChange(change: Change): ChangeInfo {
  return changeInfo(change, 'PENDING');
}

/** By the time that anybody can ask, every server has the change. */
export const getChange: Operation<GetChangeRequest, GetChangeResponse> = ({ store }, { Id }, caller) => {
  const change = store.change(bareId(Id));
  if (!change) throw new AwsError('NoSuchChange', `Could not find resource with ID: ${bareId(Id)}`);
  requireOwner(change.account, caller, `change/${change.id}`);
  return { ChangeInfo: changeInfo(change, 'INSYNC') };
};

function changeInfo({ id, submittedAt, comment }: Change, Status: 'PENDING' | 'INSYNC'): ChangeInfo {
  return { Id: `/change/${id}`, Status, SubmittedAt: new Date(submittedAt), Comment: comment };
}
