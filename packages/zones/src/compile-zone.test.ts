import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordSet, rdataFromText } from '@pointsman/core/dns';
import { compileZone, ZoneError } from './compile-zone.ts';
import { createZoneSet, zoneFor } from './zone-set.ts';

const set = (name: string, type: string, ...values: string[]): RecordSet => ({
  name,
  type,
  ttl: 300,
  data: values.map((value) => rdataFromText(type, value, '.')),
});
const zone = (name: string, kind: 'private' | 'external' | 'public', ...records: RecordSet[]) =>
  compileZone({ name, kind, records });

test('a zone knows every name that exists, empty non-terminals too', () => {
  const { nodes } = zone(
    'z.',
    'private',
    set('a.b.c.z.', 'A', '10.0.0.1'),
    set('c.z.', 'TXT', 'x'),
    set('b.d.z.', 'A', '10.0.0.1'),
  );
  assert.deepEqual([...nodes.keys()].sort(), ['a.b.c.z.', 'b.c.z.', 'b.d.z.', 'c.z.', 'd.z.', 'z.']);
});

test('the order of the records is of no account', () => {
  const records = [set('x.y.z.', 'A', '10.0.0.1'), set('y.z.', 'A', '10.0.0.2'), set('z.', 'TXT', 'x')];
  const names = (list: RecordSet[]) =>
    [...zone('z.', 'private', ...list).nodes].map(([name, sets]) => `${name} ${sets.length}`);
  assert.deepEqual(names(records).sort(), names(records.toReversed()).sort());
});

test('what cannot be served is refused with a code', () => {
  for (const [code, ...records] of [
    ['outside-zone', set('a.y.', 'A', '10.0.0.1')],
    ['outside-zone', set('az.', 'A', '10.0.0.1')],
    ['duplicate-record-set', set('a.z.', 'A', '10.0.0.1'), set('a.z.', 'A', '10.0.0.2')],
    ['bad-soa', set('a.z.', 'SOA', 'a. b. 1 2 3 4 5')],
    ['bad-soa', set('z.', 'SOA', 'a. b. 1 2 3 4 5', 'a. b. 2 2 3 4 5')],
  ] as [ZoneError['code'], ...RecordSet[]][]) {
    assert.throws(
      () => zone('z.', 'private', ...records),
      (error) => error instanceof ZoneError && error.code === code,
    );
  }
});

test('two zones of one name in one set are refused, unless one is private and the other is not', () => {
  const same = [zone('z.', 'private'), zone('z.', 'private')];
  assert.throws(
    () => createZoneSet(same),
    (error) => error instanceof ZoneError && error.code === 'duplicate-zone',
  );
  const zones = createZoneSet([zone('z.', 'public'), zone('z.', 'private')]);
  assert.equal(zoneFor(zones, 'a.z.', 'A')!.kind, 'private');
});

test('zones may be the root or a reverse zone like any other', () => {
  const zones = createZoneSet([zone('.', 'external'), zone('10.in-addr.arpa.', 'external')]);
  assert.equal(zoneFor(zones, '1.2.3.10.in-addr.arpa.', 'PTR')!.name, '10.in-addr.arpa.');
  assert.equal(zoneFor(zones, '.', 'DS')!.name, '.');
  assert.equal(zoneFor(zones, 'a.', 'A')!.name, '.');
});
