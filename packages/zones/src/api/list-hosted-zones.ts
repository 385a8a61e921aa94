import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { NameError } from '@pointsman/core/dns';
import { formatRoute53Name, parseRoute53Name, sortKey } from '../records/names.ts';
import { compareText } from '../records/record-sets.ts';
import type { HostedZone } from '../store/model.ts';
import { writeZone } from './hosted-zone-shapes.ts';
import { bareId, invalidInput, type Operation, requireOwner } from './operation.ts';
import { pageOf, pageSize, readToken, writeToken } from './paging.ts';

const MOST_ZONES = 100;

/** By ID. */
export const listHostedZones: Operation<aws.ListHostedZonesRequest, aws.ListHostedZonesResponse> = (
  { store },
  { Marker, MaxItems, DelegationSetId, HostedZoneType },
  { account },
) => {
  const size = pageSize(MaxItems, MOST_ZONES);
  if (HostedZoneType !== undefined && HostedZoneType !== 'PrivateHostedZone') {
    throw invalidInput(
      `1 validation error detected: Value '${HostedZoneType}' at 'hostedZoneType' failed to satisfy constraint: Member must satisfy enum value set: [PrivateHostedZone]`,
    );
  }
  const first = Marker === undefined ? '' : bareId(Marker);
  const zones = store
    .zones()
    .filter((zone) => zone.account === account && zone.id >= first)
    .filter((zone) => HostedZoneType === undefined || zone.private)
    .filter((zone) => DelegationSetId === undefined || zone.delegationSetId === bareId(DelegationSetId))
    .sort((a, b) => compareText(a.id, b.id));
  const { items, next } = pageOf(zones, size);
  return {
    HostedZones: items.map((zone) => writeZone(store, zone)),
    Marker,
    IsTruncated: next !== undefined,
    NextMarker: next?.id,
    MaxItems: size,
  };
};

/** By reversed labels and then ID, from the first that is not before the given name and ID. */
export const listHostedZonesByName: Operation<
  aws.ListHostedZonesByNameRequest,
  aws.ListHostedZonesByNameResponse
> = ({ store }, { DNSName, HostedZoneId, MaxItems }, { account }) => {
  const size = pageSize(MaxItems, MOST_ZONES);
  if (HostedZoneId !== undefined && DNSName === undefined) {
    throw invalidInput('A hosted zone ID needs the DNS name of the hosted zone.');
  }
  const start = DNSName === undefined ? undefined : readStart(DNSName, HostedZoneId);
  const zones = store.zones().filter((zone) => zone.account === account && !isBefore(zone, start));
  const { items, next } = pageOf(zones, size);
  return {
    HostedZones: items.map((zone) => writeZone(store, zone)),
    DNSName,
    HostedZoneId,
    IsTruncated: next !== undefined,
    NextDNSName: next && formatRoute53Name(next.name),
    NextHostedZoneId: next?.id,
    MaxItems: size,
  };
};

type Start = { key: string; id: string };

function readStart(name: string, id: string | undefined): Start {
  try {
    return { key: sortKey(parseRoute53Name(name)), id: id === undefined ? '' : bareId(id) };
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    throw new AwsError('InvalidDomainName', `${name} is not a valid domain name`);
  }
}

function isBefore({ name, id }: HostedZone, start: Start | undefined): boolean {
  if (start === undefined) return false;
  return (compareText(sortKey(name), start.key) || compareText(id, start.id)) < 0;
}

/** Of every account: who owns a VPC may know what it resolves. */
export const listHostedZonesByVpc: Operation<
  aws.ListHostedZonesByVPCRequest,
  aws.ListHostedZonesByVPCResponse
> = ({ store, findVpc }, { VPCId, VPCRegion, MaxItems, NextToken }, caller) => {
  const size = pageSize(MaxItems, MOST_ZONES);
  const vpc = findVpc(VPCId!);
  if (!vpc || vpc.region !== VPCRegion) {
    const message = `The VPC: ${VPCId} in region ${VPCRegion} that you provided is not valid.`;
    throw new AwsError('InvalidVPCId', message);
  }
  requireOwner(vpc.account, caller, `vpc/${vpc.id}`);
  const first = NextToken === undefined ? '' : readToken(NextToken);
  const zones = store
    .zones()
    .filter(({ id, vpcs }) => id >= first && vpcs.some((each) => each.id === vpc.id))
    .sort((a, b) => compareText(a.id, b.id));
  const { items, next } = pageOf(zones, size);
  return {
    HostedZoneSummaries: items.map(({ id, name, account }) => ({
      HostedZoneId: id,
      Name: formatRoute53Name(name),
      Owner: { OwningAccount: account },
    })),
    MaxItems: size,
    NextToken: next && writeToken(next.id),
  };
};
