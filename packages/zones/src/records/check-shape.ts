import { isContinent, isCountry } from '../routing/places.ts';
import type {
  GeoLocation,
  GeoProximityLocation,
  RequestedChange,
  ResourceRecordSet,
} from '../store/model.ts';
import { policiesOf } from './record-sets.ts';
import { isRecordType } from './values.ts';

/** Rules that a record set keeps by itself, whatever zone it goes to. What breaks one is an `InvalidInput`. */

const LONGEST_TTL = 2_147_483_647;
const LONGEST_VALUE = 4000;
const LONGEST_IDENTIFIER = 128;
const WITHOUT_POLICY = new Set(['NS', 'SOA', 'DS']);

/** AWS's words for the first rule that a change breaks; undefined where it breaks none. */
export function shapeMistake({ action, recordSet: set }: RequestedChange): string | undefined {
  const place = `in Change with [Action=${action}, Name=${set.name}, Type=${set.type}, SetIdentifier=${set.setIdentifier ?? 'null'}]`;
  if (!isRecordType(set.type)) {
    return `1 validation error detected: Value '${set.type}' at 'changeBatch.changes.1.member.resourceRecordSet.type' failed to satisfy constraint: Member must satisfy enum value set`;
  }
  const mistake = contentMistake(set) ?? policyMistake(set);
  return mistake && `Invalid request: ${mistake} ${place}`;
}

function contentMistake({ ttl, values, alias }: ResourceRecordSet): string | undefined {
  const choices = '[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
  if (alias === undefined && values === undefined && ttl === undefined) {
    return `Expected exactly one of ${choices}, but found none`;
  }
  if (alias !== undefined && (values !== undefined || ttl !== undefined)) {
    return `Expected exactly one of ${choices}, but found more than one`;
  }
  if (alias !== undefined) return undefined;
  if (ttl === undefined) return "Missing field 'TTL'";
  if (values === undefined || values.length === 0) return "Missing field 'ResourceRecords'";
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > LONGEST_TTL)
    return `TTL must be between 0 and ${LONGEST_TTL}`;
  const long = values.find((value) => value.length > LONGEST_VALUE);
  return long && `a value has ${long.length} characters, at most ${LONGEST_VALUE} are allowed,`;
}

function policyMistake(set: ResourceRecordSet): string | undefined {
  const policies = policiesOf(set);
  const identifier = set.setIdentifier;
  const fields =
    '[Weight, Region, Failover, GeoLocation, MultiValueAnswer, CidrRoutingConfig, GeoProximityLocation]';
  if (policies.length > 1) return `Expected exactly one of ${fields}, but found more than one`;
  if (identifier !== undefined && policies.length === 0) {
    return `Expected exactly one of ${fields}, but found none`;
  }
  if (policies.length === 0) return undefined;
  if (identifier === undefined) return "Missing field 'SetIdentifier'";
  if (identifier.length < 1 || identifier.length > LONGEST_IDENTIFIER) {
    return `SetIdentifier must have 1 to ${LONGEST_IDENTIFIER} characters`;
  }
  if (WITHOUT_POLICY.has(set.type)) return `A record of type ${set.type} can't have a routing policy`;
  if (set.multiValueAnswer !== undefined && set.type === 'CNAME')
    return "A record of type CNAME can't have MultiValueAnswer";
  if (set.multiValueAnswer === false) return 'MultiValueAnswer must be true or left out';
  if (set.multiValueAnswer && set.alias) return "An alias record can't have MultiValueAnswer";
  if (set.weight !== undefined && !(Number.isInteger(set.weight) && set.weight >= 0 && set.weight <= 255))
    return 'Weight must be between 0 and 255';
  if (set.failover !== undefined && set.failover !== 'PRIMARY' && set.failover !== 'SECONDARY')
    return 'Failover must be PRIMARY or SECONDARY';
  return geoMistake(set.geoLocation) ?? proximityMistake(set.geoProximity);
}

function geoMistake(location: GeoLocation | undefined): string | undefined {
  if (location === undefined) return undefined;
  const { continentCode, countryCode, subdivisionCode } = location;
  if ((continentCode === undefined) === (countryCode === undefined))
    return 'GeoLocation must have exactly one of ContinentCode and CountryCode';
  if (continentCode !== undefined && !isContinent(continentCode))
    return `${continentCode} is not a continent code`;
  if (countryCode !== undefined && countryCode !== '*' && !isCountry(countryCode))
    return `${countryCode} is not a country code`;
  if (subdivisionCode !== undefined && countryCode !== 'US' && countryCode !== 'UA')
    return 'SubdivisionCode needs the CountryCode US or UA';
  return undefined;
}

function proximityMistake(location: GeoProximityLocation | undefined): string | undefined {
  if (location === undefined) return undefined;
  const { awsRegion, localZoneGroup, coordinates, bias } = location;
  const places = [awsRegion, localZoneGroup, coordinates].filter((place) => place !== undefined);
  if (places.length !== 1)
    return 'GeoProximityLocation must have exactly one of AWSRegion, LocalZoneGroup and Coordinates';
  if (bias !== undefined && !(Number.isInteger(bias) && Math.abs(bias) <= 99))
    return 'Bias must be between -99 and 99';
  if (coordinates === undefined) return undefined;
  const within = (text: string, limit: number) =>
    /^[-+]?[0-9]{1,3}(\.[0-9]{0,2})?$/.test(text) && Math.abs(Number(text)) <= limit;
  return within(coordinates.latitude, 90) && within(coordinates.longitude, 180)
    ? undefined
    : 'Coordinates must be a latitude from -90 to 90 and a longitude from -180 to 180, with at most two decimals,';
}
