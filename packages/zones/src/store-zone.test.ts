import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtOrBelow } from '@pointsman/core/dns';
import fc from 'fast-check';
import type { HostedZone, ResourceRecordSet } from './store/model.ts';
import { createStoreZone } from './store-zone.ts';

const ZONE: HostedZone = {
  id: 'Z',
  name: 'z.test.',
  account: '1',
  callerReference: 'r',
  private: true,
  vpcs: [],
  authorizations: [],
  nameServers: [],
};

test('after any changes a zone knows just the names that its record sets make exist, empty non-terminals too', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const name = fc.array(label, { maxLength: 4 }).map((labels) => [...labels, ZONE.name].join('.'));
  const step = fc.tuple(name, fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(name, { minLength: 5 }), (steps, names) => {
      const zone = createStoreZone(ZONE);
      const there = new Map<string, ResourceRecordSet[]>();
      for (const [at, present] of steps) {
        const sets = present ? [{ name: at, type: 'A', ttl: 1, values: [`10.0.0.${there.size}`] }] : [];
        zone.put(at, sets);
        if (present) there.set(at, sets);
        else there.delete(at);
      }
      for (const asked of names) {
        const exists = asked === ZONE.name || [...there.keys()].some((each) => isAtOrBelow(each, asked));
        assert.equal(zone.nodes.has(asked), exists, asked);
        const found = zone.nodes.get(asked);
        assert.equal(found === undefined, !exists, asked);
        if (exists) assert.equal(found!.length, there.get(asked)?.length ?? 0, asked);
      }
    }),
  );
});
