import type * as aws from '@aws-sdk/client-route-53';
import { formatRoute53Name } from '../records/names.ts';
import type { DelegationSet, HostedZone, VpcKey } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import { invalidInput } from './operation.ts';

export function writeZone(store: Store, zone: HostedZone): aws.HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: formatRoute53Name(zone.name),
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: zone.private },
    ResourceRecordSetCount: store.recordSetCount(zone.id),
  };
}

/** The name servers of a public zone. Private zones have none that the API tells of. */
export function writeZoneDelegation(store: Store, zone: HostedZone): aws.DelegationSet | undefined {
  if (zone.private) return undefined;
  const reusable = zone.delegationSetId === undefined ? undefined : store.delegationSet(zone.delegationSetId);
  return reusable ? writeDelegationSet(reusable) : { NameServers: zone.nameServers.map(withoutDot) };
}

export function writeDelegationSet({ id, callerReference, nameServers }: DelegationSet): aws.DelegationSet {
  return {
    Id: `/delegationset/${id}`,
    CallerReference: callerReference,
    NameServers: nameServers.map(withoutDot),
  };
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}

export function writeVpc({ id, region }: VpcKey): aws.VPC {
  return { VPCId: id, VPCRegion: region as aws.VPCRegion };
}

/** @throws AwsError InvalidInput */
export function readVpc(vpc: aws.VPC | undefined): VpcKey {
  if (vpc?.VPCId && vpc.VPCRegion) return { id: vpc.VPCId, region: vpc.VPCRegion };
  throw invalidInput('Both VPCId and VPCRegion must be specified.');
}
