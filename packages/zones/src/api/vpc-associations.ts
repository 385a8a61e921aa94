import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { pendingChange } from './changes.ts';
import { readVpc, writeVpc } from './hosted-zone-shapes.ts';
import { bareId, type Operation, ownZone } from './operation.ts';
import { pageOf, pageSize, readToken, writeToken } from './paging.ts';

const MOST_AUTHORIZATIONS = 50;

/** By the owner of the VPC, who owns the zone too or has its owner's authorisation. */
export const associateVpc: Operation<
  aws.AssociateVPCWithHostedZoneRequest,
  aws.AssociateVPCWithHostedZoneResponse
> = async ({ store }, { HostedZoneId, VPC, Comment }, { account }) => {
  const { change } = await store.associateVpc(bareId(HostedZoneId), readVpc(VPC), account);
  return { ChangeInfo: { ...pendingChange(change), Comment } };
};

/** By the owner of the zone or of the VPC. */
export const disassociateVpc: Operation<
  aws.DisassociateVPCFromHostedZoneRequest,
  aws.DisassociateVPCFromHostedZoneResponse
> = async (route53, { HostedZoneId, VPC, Comment }, caller) => {
  const { store, findVpc } = route53;
  const vpc = readVpc(VPC);
  if (findVpc(vpc.id)?.account !== caller.account) ownZone(route53, HostedZoneId, caller);
  const { change } = await store.disassociateVpc(bareId(HostedZoneId), vpc);
  return { ChangeInfo: { ...pendingChange(change), Comment } };
};

export const authorizeVpc: Operation<
  aws.CreateVPCAssociationAuthorizationRequest,
  aws.CreateVPCAssociationAuthorizationResponse
> = async (route53, { HostedZoneId, VPC }, caller) => {
  const { id } = ownZone(route53, HostedZoneId, caller);
  const vpc = readVpc(VPC);
  await route53.store.authorizeVpc(id, vpc);
  return { HostedZoneId: id, VPC: writeVpc(vpc) };
};

export const deauthorizeVpc: Operation<
  aws.DeleteVPCAssociationAuthorizationRequest,
  aws.DeleteVPCAssociationAuthorizationResponse
> = async (route53, { HostedZoneId, VPC }, caller) => {
  const { id } = ownZone(route53, HostedZoneId, caller);
  await route53.store.deauthorizeVpc(id, readVpc(VPC));
  return {};
};

export const listVpcAuthorizations: Operation<
  aws.ListVPCAssociationAuthorizationsRequest,
  aws.ListVPCAssociationAuthorizationsResponse
> = (route53, { HostedZoneId, MaxResults, NextToken }, caller) => {
  const { id, authorizations } = ownZone(route53, HostedZoneId, caller);
  const first =
    NextToken === undefined ? 0 : authorizations.findIndex((vpc) => vpc.id === readToken(NextToken));
  if (first < 0)
    throw new AwsError('InvalidPaginationToken', `${NextToken} names no VPC that is authorized.`);
  const { items, next } = pageOf(authorizations.slice(first), pageSize(MaxResults, MOST_AUTHORIZATIONS));
  return {
    HostedZoneId: id,
    VPCs: items.map(writeVpc),
    NextToken: next && writeToken(next.id),
  };
};
