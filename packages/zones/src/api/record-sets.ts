import type * as aws from '@aws-sdk/client-route-53';
import { NameError } from '@pointsman/core/dns';
import { formatRoute53Name, parseRoute53Name } from '../records/names.ts';
import { isRecordType } from '../records/values.ts';
import { pendingChange } from './changes.ts';
import { invalidInput, type Operation, ownZone } from './operation.ts';
import { pageSize } from './paging.ts';
import { readChange, writeRecordSet } from './record-set-shapes.ts';

const MOST_RECORD_SETS = 300;

export const changeRecordSets: Operation<
  aws.ChangeResourceRecordSetsRequest,
  aws.ChangeResourceRecordSetsResponse
> = async (route53, { HostedZoneId, ChangeBatch }, caller) => {
  const { id } = ownZone(route53, HostedZoneId, caller);
  const { Changes = [], Comment } = ChangeBatch!;
  const { change } = await route53.store.changeRecordSets(id, Changes.map(readChange), Comment);
  return { ChangeInfo: pendingChange(change) };
};

export const listRecordSets: Operation<
  aws.ListResourceRecordSetsRequest,
  aws.ListResourceRecordSetsResponse
> = (route53, input, caller) => {
  const { id } = ownZone(route53, input.HostedZoneId, caller);
  const size = pageSize(input.MaxItems, MOST_RECORD_SETS);
  const { recordSets, next } = route53.store.recordSets(id, readStart(input), size);
  return {
    ResourceRecordSets: recordSets.map(writeRecordSet),
    IsTruncated: next !== undefined,
    NextRecordName: next && formatRoute53Name(next.name),
    NextRecordType: next?.type as aws.RRType | undefined,
    NextRecordIdentifier: next?.setIdentifier,
    MaxItems: size,
  };
};

function readStart({
  StartRecordName: name,
  StartRecordType: type,
  StartRecordIdentifier: setIdentifier,
}: aws.ListResourceRecordSetsRequest) {
  if (name === undefined) {
    if (type === undefined && setIdentifier === undefined) return undefined;
    throw invalidInput('A start type or identifier needs the name of the record set to start with.');
  }
  if (type === undefined && setIdentifier !== undefined) {
    throw invalidInput('A start identifier needs the type of the record set to start with.');
  }
  if (type !== undefined && !isRecordType(type)) {
    throw invalidInput(
      `1 validation error detected: Value '${type}' at 'startRecordType' failed to satisfy constraint: Member must satisfy enum value set`,
    );
  }
  try {
    return { name: parseRoute53Name(name), type, setIdentifier };
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    throw invalidInput(`${name} is not a valid domain name`);
  }
}
