import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceRecordSet } from '../store/model.ts';
import { distanceBetween, placeOf } from './places.ts';
import { selectCandidates } from './policies.ts';

/** Which record set answers, by policy, region and health. */

type Fields = Partial<ResourceRecordSet> & { id: string; healthy?: boolean };
const candidate = ({ id, healthy = true, ...fields }: Fields) => ({
  source: { name: 'x.', type: 'A', setIdentifier: id, ...fields },
  healthy,
});
type Policy = Parameters<typeof selectCandidates>[0];

function select(policy: Policy, sets: Fields[], region?: string, random = () => 0): string[] {
  const chosen = selectCandidates(policy, sets.map(candidate), region, random);
  return chosen.map(({ source }) => source.setIdentifier!);
}

const SEED = Number(process.env.SEED ?? 4);

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('weighted', () => {
  test(`each answers by its weight over the sum: chi-squared over 100,000 answers (seed ${SEED})`, (context) => {
    const weights = [1, 2, 5, 10, 0, 82, 155];
    const random = seeded(SEED);
    const draws = 100_000;
    const counts = new Map<string, number>();
    const sets = weights.map((weight, index) => ({ id: `${index}`, weight }));
    for (let draw = 0; draw < draws; draw++) {
      const [id] = select('weighted', sets, undefined, random);
      counts.set(id!, (counts.get(id!) ?? 0) + 1);
    }
    const sum = weights.reduce((total, weight) => total + weight);
    let statistic = 0;
    weights.forEach((weight, index) => {
      const expected = (draws * weight) / sum;
      const found = counts.get(`${index}`) ?? 0;
      if (weight === 0) assert.equal(found, 0);
      else statistic += (found - expected) ** 2 / expected;
    });
    context.diagnostic(`chi-squared ${statistic.toFixed(2)}, 5 degrees of freedom`);
    // The 99.9th percentile for five degrees of freedom.
    assert.ok(statistic < 20.52, `chi-squared is ${statistic}`);
  });

  test('0 is never chosen unless all are 0, and then all are alike', () => {
    const zeros = ['a', 'b', 'c', 'd'].map((id) => ({ id, weight: 0 }));
    const random = seeded(SEED);
    const seen = new Set(Array.from({ length: 200 }, () => select('weighted', zeros, undefined, random)[0]));
    assert.equal(seen.size, 4);
  });

  test('those of weight 0 count only when all others are unhealthy', () => {
    const sets = (healthy: boolean) => [
      { id: 'zero', weight: 0 },
      { id: 'sick', weight: 9, healthy: false },
      { id: 'other', weight: 1, healthy },
    ];
    assert.deepEqual(select('weighted', sets(true)), ['other']);
    assert.deepEqual(select('weighted', sets(false)), ['zero']);
  });

  test('all unhealthy means all are treated as healthy', () => {
    const sets = [
      { id: 'zero', weight: 0, healthy: false },
      { id: 'sick', weight: 9, healthy: false },
    ];
    assert.deepEqual(
      select('weighted', sets, undefined, () => 0.999),
      ['sick'],
    );
  });
});

test('failover: primary if healthy, else secondary if healthy, both unhealthy: primary', () => {
  const answer = (primary: boolean, secondary: boolean) =>
    select('failover', [
      { id: 'S', failover: 'SECONDARY', healthy: secondary },
      { id: 'P', failover: 'PRIMARY', healthy: primary },
    ])[0];
  assert.deepEqual(
    [answer(true, true), answer(false, true), answer(false, false), answer(true, false)],
    ['P', 'S', 'P', 'P'],
  );
});

test("latency: the querying VPC's region, else the nearest healthy one", () => {
  const sets = (sick: string) =>
    ['eu-west-1', 'us-east-1', 'eu-central-1'].map((region) => ({
      id: region,
      region,
      healthy: region !== sick,
    }));
  assert.deepEqual(select('latency', sets(''), 'eu-central-1'), ['eu-central-1']);
  assert.deepEqual(select('latency', sets(''), 'eu-west-3'), ['eu-central-1']);
  assert.deepEqual(select('latency', sets(''), 'us-west-2'), ['us-east-1']);
  assert.deepEqual(select('latency', sets('us-east-1'), 'us-east-1'), ['eu-west-1']);
  assert.deepEqual(select('latency', [{ id: 'new', region: 'xx-new-1' }], 'xx-new-1'), ['new']);
});

describe('geolocation', () => {
  const areas: Fields[] = [
    { id: 'world', geoLocation: { countryCode: '*' } },
    { id: 'europe', geoLocation: { continentCode: 'EU' } },
    { id: 'germany', geoLocation: { countryCode: 'DE' } },
    { id: 'oregon', geoLocation: { countryCode: 'US', subdivisionCode: 'OR' } },
    { id: 'states', geoLocation: { countryCode: 'US' } },
  ];
  test("by the VPC's region: smallest area first, then larger, then *", () => {
    const answers = ['eu-central-1', 'eu-west-1', 'us-west-2', 'us-east-1', 'ap-south-1'].map(
      (region) => select('geolocation', areas, region)[0],
    );
    assert.deepEqual(answers, ['germany', 'europe', 'oregon', 'states', 'world']);
  });

  test('no area around the region, and no *: no answer', () => {
    assert.deepEqual(select('geolocation', areas.slice(1), 'ap-south-1'), []);
    assert.deepEqual(select('geolocation', areas.slice(1)), []);
  });

  test('an unhealthy area gives way to the next larger one; all unhealthy: the smallest', () => {
    const sick = (...ids: string[]) => areas.map((area) => ({ ...area, healthy: !ids.includes(area.id) }));
    assert.deepEqual(select('geolocation', sick('germany'), 'eu-central-1'), ['europe']);
    assert.deepEqual(select('geolocation', sick('germany', 'europe', 'world'), 'eu-central-1'), ['germany']);
  });
});

test('geoproximity: the nearest place, by a distance that the bias shrinks or stretches', () => {
  const sets = (bias: number): Fields[] => [
    { id: 'dublin', geoProximity: { awsRegion: 'eu-west-1' } },
    { id: 'sydney', geoProximity: { coordinates: { latitude: '-33.87', longitude: '151.21' }, bias } },
  ];
  assert.deepEqual(select('geoproximity', sets(0), 'eu-west-2'), ['dublin']);
  assert.deepEqual(select('geoproximity', sets(99), 'eu-west-2'), ['sydney']);
  assert.deepEqual(select('geoproximity', sets(-99), 'ap-southeast-2'), ['sydney']);
  assert.deepEqual(select('geoproximity', sets(-99), 'ap-southeast-1'), ['dublin']);
  const local: Fields[] = [
    { id: 'west', geoProximity: { localZoneGroup: 'us-west-2-lax-1' } },
    { id: 'east', geoProximity: { awsRegion: 'us-east-1' } },
  ];
  assert.deepEqual(select('geoproximity', local, 'us-west-1'), ['west']);
});

test('multivalue: up to 8 healthy ones; all unhealthy: up to 8', () => {
  const sets = (healthy: (index: number) => boolean) =>
    Array.from({ length: 12 }, (_, index) => ({
      id: `${index}`,
      multiValueAnswer: true,
      healthy: healthy(index),
    }));
  const random = seeded(SEED);
  const chosen = select(
    'multivalue',
    sets((index) => index < 10),
    undefined,
    random,
  );
  assert.equal(new Set(chosen).size, 8);
  assert.ok(chosen.every((id) => Number(id) < 10));
  assert.equal(
    select(
      'multivalue',
      sets((index) => index < 3),
      undefined,
      random,
    ).length,
    3,
  );
  assert.equal(
    select(
      'multivalue',
      sets(() => false),
      undefined,
      random,
    ).length,
    8,
  );
});

test('simple: no health', () => {
  assert.deepEqual(select('simple', [{ id: 'only', healthy: false }]), ['only']);
});

test('IP-based: the location of the client, else the default one, else no answer; the default one for an unhealthy one', () => {
  const at = (locationName: string, healthy = true) => ({
    id: locationName,
    healthy,
    cidrRouting: { collectionId: 'c', locationName },
  });
  const choose = (location: string | undefined, ...sets: Fields[]) =>
    selectCandidates(
      'ip-based',
      sets.map(candidate),
      undefined,
      () => 0,
      () => location,
    ).map(({ source }) => source.setIdentifier);
  assert.deepEqual(choose('here', at('*'), at('here'), at('there')), ['here']);
  assert.deepEqual(choose('elsewhere', at('*'), at('here')), ['*']);
  assert.deepEqual(choose(undefined, at('*'), at('here')), ['*']);
  assert.deepEqual(choose(undefined, at('here')), []);
  assert.deepEqual(choose('here', at('*'), at('here', false)), ['*']);
  assert.deepEqual(choose('here', at('*', false), at('here', false)), ['here']);
});

test('places are as far apart as on the globe', () => {
  const kilometres = distanceBetween(placeOf('eu-west-2')!, placeOf('ap-southeast-2')!);
  assert.ok(Math.abs(kilometres - 16_990) < 100, `${kilometres} km from London to Sydney`);
});
