import type { AliasTarget, GeoProximityLocation, ResourceRecordSet } from '../store/model.ts';
import { formatRoute53Name, parseRoute53Name } from './names.ts';

/** Which of the routing policies a record set has. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html */
export type Policy =
  | 'simple'
  | 'weighted'
  | 'latency'
  | 'failover'
  | 'geolocation'
  | 'geoproximity'
  | 'multivalue'
  | 'ip-based';

/** The policies that a record set states; more than one is a mistake. */
export function policiesOf(set: ResourceRecordSet): Policy[] {
  const stated: [Policy, unknown][] = [
    ['weighted', set.weight],
    ['latency', set.region],
    ['failover', set.failover],
    ['geolocation', set.geoLocation],
    ['geoproximity', set.geoProximity],
    ['multivalue', set.multiValueAnswer],
    ['ip-based', set.cidrRouting],
  ];
  return stated.flatMap(([policy, value]) => (value === undefined ? [] : [policy]));
}

export function policyOf(set: ResourceRecordSet): Policy {
  return policiesOf(set)[0] ?? 'simple';
}

/** Record sets of one name and type are told apart by their set identifiers. */
export function isSameSet(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
  return a.name === b.name && a.type === b.type && a.setIdentifier === b.setIdentifier;
}

/** The order within a name: by type, then by set identifier. */
export function compareSets(
  a: { type: string; setIdentifier?: string | undefined },
  b: { type: string; setIdentifier?: string | undefined },
): number {
  return compareText(a.type, b.type) || compareText(a.setIdentifier ?? '', b.setIdentifier ?? '');
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The form that is kept: names canonical, only the fields that are there, in one order (so that all record sets share few shapes in memory).
 * The names must be well formed.
 */
export function canonicalSet(set: ResourceRecordSet): ResourceRecordSet {
  const kept: ResourceRecordSet = { name: parseRoute53Name(set.name), type: set.type };
  if (set.alias === undefined) {
    kept.ttl = set.ttl;
    kept.values = set.values?.map((value) => value.trim());
  } else kept.alias = canonicalAlias(set.alias);
  if (set.setIdentifier !== undefined) kept.setIdentifier = set.setIdentifier;
  if (set.weight !== undefined) kept.weight = set.weight;
  if (set.region !== undefined) kept.region = set.region;
  if (set.failover !== undefined) kept.failover = set.failover;
  if (set.geoLocation !== undefined) {
    const { continentCode, countryCode, subdivisionCode } = set.geoLocation;
    kept.geoLocation = present({ continentCode, countryCode, subdivisionCode });
  }
  if (set.geoProximity !== undefined) kept.geoProximity = canonicalProximity(set.geoProximity);
  if (set.multiValueAnswer !== undefined) kept.multiValueAnswer = set.multiValueAnswer;
  if (set.cidrRouting !== undefined) {
    const { collectionId, locationName } = set.cidrRouting;
    kept.cidrRouting = { collectionId, locationName };
  }
  if (set.healthCheckId !== undefined) kept.healthCheckId = set.healthCheckId;
  return kept;
}

function canonicalAlias({ hostedZoneId, dnsName, evaluateTargetHealth }: AliasTarget): AliasTarget {
  return { hostedZoneId, dnsName: parseRoute53Name(dnsName), evaluateTargetHealth };
}

function canonicalProximity(location: GeoProximityLocation): GeoProximityLocation {
  const { awsRegion, localZoneGroup, coordinates, bias } = location;
  const place = coordinates && { latitude: coordinates.latitude, longitude: coordinates.longitude };
  return present({ awsRegion, localZoneGroup, coordinates: place, bias });
}

function present<Fields extends object>(fields: Fields): Fields {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Fields;
}

/** True where a DELETE of `asked` takes `kept` away: all the same, the values in any order. Both are canonical. */
export function matches(asked: ResourceRecordSet, kept: ResourceRecordSet): boolean {
  const comparable = (set: ResourceRecordSet) => JSON.stringify({ ...set, values: set.values?.toSorted() });
  return comparable(asked) === comparable(kept);
}

/** How AWS's messages name a record set. */
export function nameSet({ name, type, setIdentifier }: ResourceRecordSet): string {
  const identifier = setIdentifier === undefined ? '' : `, set-identifier='${setIdentifier}'`;
  return `[name='${formatRoute53Name(name)}', type='${type}'${identifier}]`;
}
