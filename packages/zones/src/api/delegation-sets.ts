import type * as aws from '@aws-sdk/client-route-53';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { DelegationSet } from '../store/model.ts';
import { writeDelegationSet } from './hosted-zone-shapes.ts';
import { requireReference } from './hosted-zones.ts';
import { bareId, locationOf, type Operation, type Route53, requireOwner } from './operation.ts';
import { pageOf, pageSize } from './paging.ts';

const MOST_DELEGATION_SETS = 100;

export const createDelegationSet: Operation<
  aws.CreateReusableDelegationSetRequest,
  aws.CreateReusableDelegationSetResponse
> = async ({ store }, { CallerReference, HostedZoneId }, { account }) => {
  if (HostedZoneId !== undefined) {
    const message = 'Making the delegation set of a hosted zone reusable is not implemented here.';
    throw new AwsError('NotImplemented', message, { status: 501 });
  }
  const callerReference = requireReference(CallerReference);
  const { value } = await store.createDelegationSet({ account, callerReference });
  return { DelegationSet: writeDelegationSet(value), Location: locationOf(`delegationset/${value.id}`) };
};

export const getDelegationSet: Operation<
  aws.GetReusableDelegationSetRequest,
  aws.GetReusableDelegationSetResponse
> = (route53, { Id }, caller) => ({
  DelegationSet: writeDelegationSet(ownDelegationSet(route53, Id, caller)),
});

/** By ID. */
export const listDelegationSets: Operation<
  aws.ListReusableDelegationSetsRequest,
  aws.ListReusableDelegationSetsResponse
> = ({ store }, { Marker, MaxItems }, { account }) => {
  const size = pageSize(MaxItems, MOST_DELEGATION_SETS);
  const first = Marker === undefined ? '' : bareId(Marker);
  const sets = store.delegationSets().filter((set) => set.account === account && set.id >= first);
  const { items, next } = pageOf(sets, size);
  return {
    DelegationSets: items.map(writeDelegationSet),
    Marker: Marker ?? '',
    IsTruncated: next !== undefined,
    NextMarker: next?.id,
    MaxItems: size,
  };
};

export const deleteDelegationSet: Operation<
  aws.DeleteReusableDelegationSetRequest,
  aws.DeleteReusableDelegationSetResponse
> = async (route53, { Id }, caller) => {
  const { id } = ownDelegationSet(route53, Id, caller);
  await route53.store.deleteDelegationSet(id);
  return {};
};

/** @throws AwsError NoSuchDelegationSet, AccessDenied */
export function ownDelegationSet({ store }: Route53, id: string | undefined, caller: Caller): DelegationSet {
  const set = store.delegationSet(bareId(id));
  if (!set) throw new AwsError('NoSuchDelegationSet', `No delegation set found with ID: ${bareId(id)}`);
  requireOwner(set.account, caller, `delegationset/${set.id}`);
  return set;
}
