import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ResourceRecordSet } from '../store/model.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { applyChangeBatch } from './apply-change-batch.ts';
import {
  accepts,
  alias,
  create,
  malformed,
  messagesOf,
  refuses,
  remove,
  set,
  upsert,
  viewOf,
  weighted,
} from './batches.fixture.ts';

/** The rules of aliases, policies and whole batches, with AWS's words for what breaks them. */

describe('an alias', () => {
  test('needs a record set of its type in the zone, which may come before it in the same batch', () => {
    refuses(
      [create(alias('z.example', 'x.z.example'))],
      'Tried to create an alias that targets x.z.example., type A in zone ZONE, but that target was not found',
    );
    refuses([create(alias('z.example', 'x.z.example'))], /was not found/, [
      set('x.z.example.', 'TXT', '"t"'),
    ]);
    accepts([create(set('x.z.example')), create(alias('z.example', 'x.z.example'))]);
    refuses([create(alias('z.example', 'x.z.example')), create(set('x.z.example'))], /was not found/);
    refuses([create(alias('z.example', 'x.z.example')), upsert(set('x.z.example'))], /was not found/, [
      set('x.z.example.'),
    ]);
    accepts([create(alias('z.example', 'x.z.example')), remove(set('x.z.example'))], [set('x.z.example.')]);
    refuses([create(alias('x.z.example', 'x.z.example'))], /was not found/);
  });

  test('leads nowhere but into its own zone, or to an AWS resource', () => {
    refuses([create(alias('z.example', 'x.o.example', 'OTHER'))], /is in another zone/);
    refuses([create(alias('z.example', 'x.o.example'))], /does not lie within the target zone/);
    accepts([create(alias('z.example', 'lb.elb.amazonaws.com', 'Z32O12XQLNTSW2'))]);
    refuses(
      [create(alias('x.z.example', 'lb.elb.amazonaws.com', 'Z32O12XQLNTSW2', 'MX'))],
      /not supported by the target/,
    );
  });

  test('carries no TTL, and is not allowed at the apex to a CNAME', () => {
    malformed({ ...alias('z.example', 'x.z.example'), ttl: 60 }, /found more than one/);
    refuses([create(alias('z.example', 'x.z.example', 'ZONE', 'CNAME'))], /not permitted at apex/, [
      set('x.z.example.', 'CNAME'),
    ]);
  });
});

describe('routing policies', () => {
  test('one policy at a name and type', () => {
    const other = { ...set('w.z.example.'), setIdentifier: 'b', region: 'eu-west-1' };
    refuses(
      [create(other)],
      /type A, SetIdentifier b cannot be created as other RRSets exist with the same name and type\.$/,
      [weighted('a')],
    );
    refuses(
      [create(set('w.z.example'))],
      'RRSet with DNS name w.z.example., type A cannot be created as other RRSets exist with the same name and type.',
      [weighted('a')],
    );
    refuses([create(weighted('a'))], /cannot be created as/, [set('w.z.example.')]);
    accepts([remove(weighted('a')), create(set('w.z.example'))], [weighted('a')]);
  });

  test('the set identifier is unique in the group, and needs a policy as a policy needs it', () => {
    refuses(
      [create(weighted('a'))],
      "Tried to create resource record set [name='w.z.example.', type='A', set-identifier='a'] but it already exists",
      [weighted('a')],
    );
    malformed({ ...weighted('a'), setIdentifier: undefined }, /Missing field 'SetIdentifier'/);
    malformed({ ...weighted('a'), weight: undefined }, /but found none/);
    malformed({ ...weighted('a'), region: 'eu-west-1' }, /but found more than one/);
  });

  test('weights are 0 to 255, biases -99 to 99', () => {
    malformed(weighted('a', 256), /Weight must be between 0 and 255/);
    malformed(weighted('a', -1), /Weight must be/);
    const near = (bias: number): ResourceRecordSet => ({
      ...set('g.z.example'),
      setIdentifier: 'a',
      geoProximity: { awsRegion: 'eu-west-1', bias },
    });
    accepts([create(weighted('a', 0)), create(weighted('b', 255)), create(near(-99))]);
    malformed(near(100), /Bias must be between -99 and 99/);
  });

  test('non-simple policies: not NS, SOA, DS; multivalue: also not CNAME', () => {
    for (const type of ['NS', 'SOA', 'DS'])
      malformed(
        { ...set('x.z.example', type), setIdentifier: 'a', weight: 1 },
        /can't have a routing policy/,
      );
    malformed(
      { ...set('x.z.example', 'CNAME'), setIdentifier: 'a', multiValueAnswer: true },
      /can't have MultiValueAnswer/,
    );
    accepts([create({ ...set('x.z.example', 'CNAME'), setIdentifier: 'a', weight: 1 })]);
  });

  test('a region, a failover role and an area are there once in a group', () => {
    const cases: Partial<ResourceRecordSet>[] = [
      { region: 'eu-west-1' },
      { failover: 'PRIMARY' },
      { geoLocation: { countryCode: 'DE' } },
    ];
    for (const policy of cases) {
      const one = { ...set('x.z.example.'), setIdentifier: 'one', ...policy };
      refuses([create({ ...one, setIdentifier: 'two' })], /another RRSet exists/, [one]);
    }
  });

  test('a geolocation is a continent, a country or a state', () => {
    const area = (geoLocation: ResourceRecordSet['geoLocation']): ResourceRecordSet => ({
      ...set('x.z.example'),
      setIdentifier: 'a',
      geoLocation,
    });
    accepts([create(area({ countryCode: '*' }))]);
    accepts([create(area({ countryCode: 'US', subdivisionCode: 'OR' }))]);
    malformed(area({}), /exactly one of ContinentCode and CountryCode/);
    malformed(area({ continentCode: 'XX' }), /not a continent code/);
    malformed(area({ countryCode: 'Germany' }), /not a country code/);
    malformed(area({ countryCode: 'DE', subdivisionCode: 'BY' }), /SubdivisionCode needs/);
  });

  test('IP-based record sets may be created, of a location that is there or the default one', () => {
    const located = (locationName: string, collectionId = 'collection') => ({
      ...set('x.z.example'),
      setIdentifier: locationName,
      cidrRouting: { collectionId, locationName },
    });
    accepts([create(located('*')), create(located('here'))]);
    refuses([create(located('there'))], /names the CIDR location there of the collection collection/);
    refuses([create(located('*', 'other'))], /collection other, which was not found$/);
  });

  test('a health check has to be there', () => {
    accepts([create({ ...weighted('a'), healthCheckId: 'check' })]);
    assert.equal(messagesOf([create({ ...weighted('a'), healthCheckId: 'none' })])[0], 'NoSuchHealthCheck');
  });
});

describe('a batch', () => {
  test('lists every message', () => {
    const [, ...messages] = messagesOf([
      create(set('a.z.example', 'A', 'x')),
      create(set('b.z.example', 'A', 'y')),
      remove(set('c.z.example')),
    ]);
    assert.equal(messages.length, 3);
    assert.equal(
      messages[2],
      "Tried to delete resource record set [name='c.z.example.', type='A'] but it was not found",
    );
  });

  test('deletes what matches exactly, its values in any order', () => {
    const there = [{ ...set('x.z.example.', 'A', '10.0.0.1', '10.0.0.2') }];
    accepts([remove(set('X.z.example', 'A', '10.0.0.2', '10.0.0.1'))], there);
    const tried =
      "Tried to delete resource record set [name='x.z.example.', type='A'] but the values provided do not match the current values";
    refuses([remove(set('x.z.example', 'A', '10.0.0.1'))], tried, there);
    refuses([remove({ ...there[0]!, ttl: 61 })], tried, there);
    refuses([remove({ ...weighted('a', 2) })], /do not match/, [weighted('a', 1)]);
  });

  test('with the same record twice is an error, but for a DELETE before a CREATE', () => {
    const message =
      "The request contains an invalid set of changes for a resource record set 'A x.z.example.'";
    const one = set('x.z.example');
    refuses([create(one), create(one)], message);
    refuses([upsert(one), remove(one)], message, [set('x.z.example.')]);
    accepts([remove(one), create({ ...one, ttl: 1 })], [set('x.z.example.')]);
  });

  test('UPSERT makes what is not there and replaces what is', () => {
    const after = accepts(
      [upsert({ ...set('x.z.example'), ttl: 5 }), upsert(set('y.z.example'))],
      [set('x.z.example.')],
    );
    assert.deepEqual(after.names.get('x.z.example.'), [{ ...set('x.z.example.'), ttl: 5 }]);
    assert.equal(after.recordSetCount, 4);
  });

  test('has at most 1,000 records and 32,000 value characters, UPSERT counting double', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => set(`n${index}.z.example`));
    accepts(many(1000).map(create));
    refuses(many(1001).map(create), 'Number of records limit of 1000 exceeded.');
    accepts(many(500).map(upsert));
    refuses(many(501).map(upsert), 'Number of records limit of 1000 exceeded.');
    const text = `"${'x'.repeat(198)}"`;
    const texts = (count: number) =>
      Array.from({ length: count }, (_, index) => set(`n${index}.z.example`, 'TXT', text));
    accepts(texts(160).map(create));
    refuses(texts(161).map(create), 'Number of characters limit of 32000 exceeded.');
    refuses(texts(81).map(upsert), 'Number of characters limit of 32000 exceeded.');
  });

  test('keeps the quotas: 10,000 records a zone, 400 values a record, 100 records of one name and type', () => {
    const full = { ...viewOf([]), recordSetCount: 10_000 };
    assert.throws(
      () => applyChangeBatch(full, [create(set('x.z.example'))], AWS_LIMITS),
      /limit of 10000 exceeded/,
    );
    const values = Array.from({ length: 401 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    refuses([create(set('x.z.example', 'A', ...values))], 'Number of values limit of 400 exceeded.');
    const hundred = Array.from({ length: 100 }, (_, index) => weighted(`n${index}`));
    accepts(hundred.map(create));
    refuses([create(weighted('one more'))], /at most 100 RRSets/, hundred);
  });
});
