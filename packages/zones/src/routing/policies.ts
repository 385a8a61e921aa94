import type { Policy } from '../records/record-sets.ts';
import type { GeoLocation, GeoProximityLocation, ResourceRecordSet } from '../store/model.ts';
import { distanceBetween, type Place, placeOf } from './places.ts';

/**
 * Which of the record sets of a name and type answer, by routing policy and health.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */

type Judged = { source: ResourceRecordSet; healthy: boolean };

/** Multivalue answers have so many record sets at most. */
const MOST_VALUES = 8;

/** Gives one candidate, or none; several for `multivalue` only. `region` is that of the VPC that asks. */
export function selectCandidates<Each extends Judged>(
  policy: Policy,
  candidates: readonly Each[],
  region: string | undefined,
  random: () => number,
  findLocation: FindLocation = NOWHERE,
): readonly Each[] {
  switch (policy) {
    case 'simple':
      return candidates.slice(0, 1);
    case 'weighted':
      return oneOf(selectWeighted(candidates, random));
    case 'failover':
      return oneOf(selectFailover(candidates));
    case 'multivalue':
      return shuffle(healthyOrAll(candidates), random).slice(0, MOST_VALUES);
    case 'latency':
      return oneOf(selectNearest(healthyOrAll(candidates), region, random, latencyCost));
    case 'geoproximity':
      return oneOf(selectNearest(healthyOrAll(candidates), region, random, proximityCost));
    case 'geolocation':
      return oneOf(selectArea(candidates, region));
    case 'ip-based':
      return oneOf(selectLocation(candidates, findLocation));
  }
}

/** The location of a CIDR collection that the client is in. */
export type FindLocation = (collectionId: string) => string | undefined;
const NOWHERE: FindLocation = () => undefined;

function oneOf<Each>(candidate: Each | undefined): readonly Each[] {
  return candidate === undefined ? [] : [candidate];
}

/** Something has to be answered: where all are unhealthy, all are treated as healthy. */
function healthyOrAll<Each extends Judged>(candidates: readonly Each[]): readonly Each[] {
  const healthy = candidates.filter((each) => each.healthy);
  return healthy.length > 0 ? healthy : candidates;
}

/** Weight over the sum of weights. Those of weight 0 count when all others are unhealthy, and are then alike. */
function selectWeighted<Each extends Judged>(
  candidates: readonly Each[],
  random: () => number,
): Each | undefined {
  const pool = healthyOrAll(candidates);
  const weightOf = (each: Each) => each.source.weight!;
  const sum = pool.reduce((total, each) => total + weightOf(each), 0);
  if (sum === 0) return pool[Math.floor(random() * pool.length)];
  let left = random() * sum;
  const weighty = pool.filter((each) => weightOf(each) > 0);
  for (const each of weighty) {
    left -= weightOf(each);
    if (left < 0) return each;
  }
  return weighty.at(-1);
}

function selectFailover<Each extends Judged>(candidates: readonly Each[]): Each | undefined {
  const primary = candidates.find((each) => each.source.failover === 'PRIMARY');
  const secondary = candidates.find((each) => each.source.failover === 'SECONDARY');
  if (primary === undefined) return secondary;
  return !primary.healthy && secondary?.healthy ? secondary : primary;
}

/** The area that is smallest around the asking region; a larger one where the smaller are unhealthy; the smallest where all are. */
function selectArea<Each extends Judged>(
  candidates: readonly Each[],
  region: string | undefined,
): Each | undefined {
  const place = region === undefined ? undefined : placeOf(region);
  const around = candidates.filter((each) => areaRank(each.source.geoLocation!, place) !== undefined);
  const rank = (each: Each) => areaRank(each.source.geoLocation!, place)!;
  return healthyOrAll(around).toSorted((a, b) => rank(a) - rank(b))[0];
}

/** The client's location; the default location where that is unhealthy or has no record set; what there is where all of it is unhealthy. */
function selectLocation<Each extends Judged>(
  candidates: readonly Each[],
  findLocation: FindLocation,
): Each | undefined {
  const isAt = ({ source }: Each) =>
    findLocation(source.cidrRouting!.collectionId) === source.cidrRouting!.locationName;
  const isDefault = ({ source }: Each) => source.cidrRouting!.locationName === '*';
  return healthyOrAll([...candidates.filter(isAt), ...candidates.filter(isDefault)])[0];
}

/** 0 for a state, 1 for a country, 2 for a continent, 3 for all the world; undefined where the place is outside of it. */
function areaRank(
  { continentCode, countryCode, subdivisionCode }: GeoLocation,
  place: Place | undefined,
): number | undefined {
  if (countryCode === '*') return 3;
  if (place === undefined) return undefined;
  if (continentCode !== undefined) return continentCode === place.continent ? 2 : undefined;
  if (countryCode !== place.country) return undefined;
  if (subdivisionCode === undefined) return 1;
  return subdivisionCode === place.subdivision ? 0 : undefined;
}

/** The candidate of least cost from the asking region; any of them where that is nowhere known. */
function selectNearest<Each extends Judged>(
  candidates: readonly Each[],
  region: string | undefined,
  random: () => number,
  cost: (source: ResourceRecordSet, from: Place, region: string) => number,
): Each | undefined {
  const from = region === undefined ? undefined : placeOf(region);
  if (region === undefined || from === undefined) {
    return (
      candidates.find((each) => region !== undefined && each.source.region === region) ??
      candidates[Math.floor(random() * candidates.length)]
    );
  }
  let nearest: Each | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of candidates) {
    const costs = cost(each.source, from, region);
    if (nearest === undefined || costs < least) [nearest, least] = [each, costs];
  }
  return nearest;
}

/** AWS's latencies between regions are not published: the distance stands for them. The region itself comes first. */
function latencyCost({ region: to }: ResourceRecordSet, from: Place, region: string): number {
  if (to === region) return -1;
  const place = placeOf(to!);
  return place === undefined ? Number.POSITIVE_INFINITY : distanceBetween(from, place);
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geoproximity.html: bias shrinks or stretches the distance. */
function proximityCost({ geoProximity }: ResourceRecordSet, from: Place): number {
  const place = pointOf(geoProximity!);
  if (place === undefined) return Number.POSITIVE_INFINITY;
  const bias = geoProximity!.bias ?? 0;
  const distance = distanceBetween(from, place);
  return bias >= 0 ? distance * (1 - bias / 100) : distance / (1 + bias / 100);
}

/** A local zone group (`us-west-2-lax-1`) is taken to be where its region is. */
function pointOf({ awsRegion, localZoneGroup, coordinates }: GeoProximityLocation) {
  if (coordinates !== undefined) {
    return { latitude: Number(coordinates.latitude), longitude: Number(coordinates.longitude) };
  }
  const region = awsRegion ?? /^[a-z]+(?:-[a-z]+)+-[0-9]+/.exec(localZoneGroup!)?.[0];
  return region === undefined ? undefined : placeOf(region);
}

/** Fisher and Yates. */
function shuffle<Each>(list: readonly Each[], random: () => number): Each[] {
  const shuffled = [...list];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
  }
  return shuffled;
}
