import type * as aws from '@aws-sdk/client-route-53';
import { formatRoute53Name } from '../records/names.ts';
import type { RequestedChange, ResourceRecordSet } from '../store/model.ts';
import { bareId, invalidInput } from './operation.ts';

const ACTIONS = new Set(['CREATE', 'DELETE', 'UPSERT']);

/** @throws AwsError InvalidInput for what the store's own rules cannot see */
export function readChange({ Action, ResourceRecordSet: set }: aws.Change, index: number): RequestedChange {
  if (!ACTIONS.has(Action!)) {
    throw invalidInput(
      `1 validation error detected: Value '${Action}' at 'changeBatch.changes.${index + 1}.member.action' failed to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]`,
    );
  }
  if (set?.TrafficPolicyInstanceId !== undefined) {
    throw invalidInput('Resource record sets of traffic policy instances cannot be changed.');
  }
  return { action: Action!, recordSet: readRecordSet(set!) };
}

/** The fields in the store's words. Names and values stay as the client spells them. */
export function readRecordSet(set: aws.ResourceRecordSet): ResourceRecordSet {
  const { GeoLocation: geo, GeoProximityLocation: near, CidrRoutingConfig: cidr, AliasTarget: alias } = set;
  return {
    name: set.Name!,
    type: set.Type!,
    ttl: set.TTL,
    values: set.ResourceRecords?.map(({ Value }) => Value!),
    alias: alias && {
      hostedZoneId: bareId(alias.HostedZoneId),
      dnsName: alias.DNSName!,
      evaluateTargetHealth: alias.EvaluateTargetHealth!,
    },
    setIdentifier: set.SetIdentifier,
    weight: set.Weight,
    region: set.Region,
    failover: set.Failover,
    geoLocation: geo && {
      continentCode: geo.ContinentCode,
      countryCode: geo.CountryCode,
      subdivisionCode: geo.SubdivisionCode,
    },
    geoProximity: near && {
      awsRegion: near.AWSRegion,
      localZoneGroup: near.LocalZoneGroup,
      coordinates: near.Coordinates && {
        latitude: near.Coordinates.Latitude!,
        longitude: near.Coordinates.Longitude!,
      },
      bias: near.Bias,
    },
    multiValueAnswer: set.MultiValueAnswer,
    cidrRouting: cidr && { collectionId: cidr.CollectionId!, locationName: cidr.LocationName! },
    healthCheckId: set.HealthCheckId,
  };
}

export function writeRecordSet(set: ResourceRecordSet): aws.ResourceRecordSet {
  const { geoLocation: geo, geoProximity: near, cidrRouting: cidr, alias } = set;
  return {
    Name: formatRoute53Name(set.name),
    Type: set.type as aws.RRType,
    SetIdentifier: set.setIdentifier,
    Weight: set.weight,
    Region: set.region as aws.ResourceRecordSetRegion | undefined,
    GeoLocation: geo && {
      ContinentCode: geo.continentCode,
      CountryCode: geo.countryCode,
      SubdivisionCode: geo.subdivisionCode,
    },
    Failover: set.failover,
    MultiValueAnswer: set.multiValueAnswer,
    TTL: set.ttl,
    ResourceRecords: set.values?.map((Value) => ({ Value })),
    AliasTarget: alias && {
      HostedZoneId: alias.hostedZoneId,
      DNSName: formatRoute53Name(alias.dnsName),
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
    HealthCheckId: set.healthCheckId,
    CidrRoutingConfig: cidr && { CollectionId: cidr.collectionId, LocationName: cidr.locationName },
    GeoProximityLocation: near && {
      AWSRegion: near.awsRegion,
      LocalZoneGroup: near.localZoneGroup,
      Coordinates: near.coordinates && {
        Latitude: near.coordinates.latitude,
        Longitude: near.coordinates.longitude,
      },
      Bias: near.bias,
    },
  };
}
