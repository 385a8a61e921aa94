import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { pendingChange } from './changes.ts';
import { readVpc, writeVpc, writeZone, writeZoneDelegation } from './hosted-zone-shapes.ts';
import { bareId, invalidInput, locationOf, type Operation, ownZone } from './operation.ts';

export const createHostedZone: Operation<aws.CreateHostedZoneRequest, aws.CreateHostedZoneResponse> = async (
  { store },
  input,
  { account },
) => {
  const vpc = input.VPC && readVpc(input.VPC);
  if (input.HostedZoneConfig?.PrivateZone && !vpc) {
    throw invalidInput("When you're creating a private hosted zone, you must specify a VPC.");
  }
  const { change, value: zone } = await store.createZone({
    account,
    name: input.Name!,
    callerReference: requireReference(input.CallerReference),
    comment: input.HostedZoneConfig?.Comment,
    vpc,
    delegationSetId: input.DelegationSetId === undefined ? undefined : bareId(input.DelegationSetId),
  });
  return {
    HostedZone: writeZone(store, zone),
    ChangeInfo: pendingChange(change),
    DelegationSet: writeZoneDelegation(store, zone),
    Location: locationOf(`hostedzone/${zone.id}`),
    VPC: vpc && writeVpc(vpc),
  };
};

export const getHostedZone: Operation<aws.GetHostedZoneRequest, aws.GetHostedZoneResponse> = (
  route53,
  { Id },
  caller,
) => {
  const zone = ownZone(route53, Id, caller);
  return {
    HostedZone: writeZone(route53.store, zone),
    DelegationSet: writeZoneDelegation(route53.store, zone),
    VPCs: zone.private ? zone.vpcs.map(writeVpc) : undefined,
  };
};

export const getHostedZoneCount: Operation<object, aws.GetHostedZoneCountResponse> = (
  { store },
  _input,
  { account },
) => ({ HostedZoneCount: store.zones().filter((zone) => zone.account === account).length });

export const updateHostedZoneComment: Operation<
  aws.UpdateHostedZoneCommentRequest,
  aws.UpdateHostedZoneCommentResponse
> = async (route53, { Id, Comment }, caller) => {
  const { id } = ownZone(route53, Id, caller);
  const { value: zone } = await route53.store.setZoneComment(id, Comment);
  return { HostedZone: writeZone(route53.store, zone) };
};

export const deleteHostedZone: Operation<aws.DeleteHostedZoneRequest, aws.DeleteHostedZoneResponse> = async (
  route53,
  { Id },
  caller,
) => {
  const { id } = ownZone(route53, Id, caller);
  const { change } = await route53.store.deleteZone(id);
  return { ChangeInfo: pendingChange(change) };
};

/** Tools ask for it before they delete a zone. No zone here is signed. */
export const getDnssec: Operation<aws.GetDNSSECRequest, aws.GetDNSSECResponse> = (
  route53,
  { HostedZoneId },
  caller,
) => {
  if (ownZone(route53, HostedZoneId, caller).private) {
    throw new AwsError('InvalidArgument', 'Operation is unsupported for private hosted zones.');
  }
  return { Status: { ServeSignature: 'NOT_SIGNING' }, KeySigningKeys: [] };
};

/** What tells a repeated request from a new one. @throws AwsError InvalidInput */
export function requireReference(reference: string | undefined): string {
  if (reference && reference.length <= 128) return reference;
  throw invalidInput(
    `1 validation error detected: Value '${reference}' at 'callerReference' failed to satisfy constraint: Member must have length between 1 and 128`,
  );
}
