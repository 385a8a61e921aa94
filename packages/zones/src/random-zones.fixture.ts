import type { Name, RecordSet } from '@pointsman/core/dns';
import { rdataFromText } from '@pointsman/core/dns';
import fc from 'fast-check';
import type { Zone, ZoneKind } from './compile-zone.ts';

/** Random zones and questions for them. */

export const APEXES = ['z.test.', 'a.z.test.', 'b.a.z.test.', 'y.test.'];
const label = fc.constantFrom('a', 'b', 'c', 'd', '*');
const below = (apexes: readonly Name[], maxLength: number) =>
  fc
    .tuple(fc.array(label, { maxLength }), fc.constantFrom(...apexes))
    .map(([labels, apex]) => [...labels, apex].join('.'));
const target = below([...APEXES, ...APEXES, 'outside.test.'], 2);
const values: Record<string, fc.Arbitrary<string>> = {
  A: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  TXT: fc.constantFrom('"a"', '"b c"'),
  MX: target.map((name) => `10 ${name}`),
  CNAME: target,
  NS: target,
  DNAME: target,
};
const types = fc.constantFrom('A', 'A', 'A', 'TXT', 'MX', 'CNAME', 'CNAME', 'NS', 'DNAME');

function recordSet(apex: Name): fc.Arbitrary<RecordSet> {
  return fc.tuple(below([apex], 3), types, fc.constantFrom(60, 300)).chain(([name, type, ttl]) => {
    const maxLength = type === 'CNAME' || type === 'DNAME' ? 1 : 2;
    return fc
      .uniqueArray(values[type]!, { minLength: 1, maxLength })
      .map((list) => ({ name, type, ttl, data: list.map((value) => rdataFromText(type, value, '.')) }));
  });
}

/** Zones as a careful operator has them: a CNAME alone at its name and not at the apex, no wildcard delegations. */
export function zone(name: Name, kind: ZoneKind): fc.Arbitrary<Zone> {
  const sets = fc.uniqueArray(recordSet(name), {
    selector: (set) => `${set.name} ${set.type}`,
    maxLength: 14,
  });
  return sets.map((list) => {
    const has = (owner: Name, type: string) => list.some((set) => set.name === owner && set.type === type);
    const records = list.filter((set) => {
      if (set.name === name && (set.type === 'CNAME' || set.type === 'NS')) return false;
      if (set.name.startsWith('*.') && (set.type === 'NS' || set.type === 'DNAME')) return false;
      if (set.type === 'DNAME' && (kind === 'private' || has(set.name, 'NS'))) return false;
      return set.type === 'CNAME' || set.name === name || !has(set.name, 'CNAME');
    });
    const soa = 'ns.elsewhere.test. admin.elsewhere.test. 1 3600 1200 604800 77';
    const apexSets: RecordSet[] = [
      { name, type: 'SOA', ttl: 3600, data: [rdataFromText('SOA', soa, '.')] },
      { name, type: 'NS', ttl: 60, data: [rdataFromText('NS', 'ns.elsewhere.test.', '.')] },
    ];
    return { name, kind, records: [...apexSets, ...records] };
  });
}

export const zoneList = (kind: ZoneKind) =>
  fc
    .subarray(APEXES, { minLength: 1 })
    .chain((apexes) => fc.tuple(...apexes.map((apex) => zone(apex, kind))));
export const question = fc.tuple(
  below(APEXES, 4),
  fc.constantFrom('A', 'A', 'A', 'TXT', 'MX', 'CNAME', 'NS', 'DNAME', 'SOA', 'DS'),
);
export const questions = fc.array(question, { minLength: 20, maxLength: 20 });
