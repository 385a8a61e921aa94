import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordSet } from '@pointsman/core/dns';
import type { Policy } from '../records/record-sets.ts';
import type { ResourceRecordSet } from '../store/model.ts';
import { ANY_QUERIER, type Querier } from './querier.ts';
import { chooseRecords, MOST_LOOKS, newChoice, type RoutedSet } from './routed-set.ts';

/** Aliases and the health that they take from their targets. */

const records = (name: string, ttl = 60): RecordSet => ({ name, type: 'A', ttl, data: [Uint8Array.of(ttl)] });
const alias = (dnsName: string, fields: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  name: 'x.',
  type: 'A',
  alias: { hostedZoneId: 'Z', dnsName, evaluateTargetHealth: true },
  ...fields,
});
const plain = (fields: Partial<ResourceRecordSet>): ResourceRecordSet => ({
  name: 'x.',
  type: 'A',
  ttl: 60,
  values: [],
  ...fields,
});

/** A zone of groups by name; a record set without an alias has records of its set identifier's name. */
function zone(groups: Record<string, { policy: Policy; sets: ResourceRecordSet[] } | RecordSet>) {
  const compiled = new Map<string, RoutedSet | RecordSet>();
  for (const [name, group] of Object.entries(groups)) {
    if ('data' in group) {
      compiled.set(name, group);
      continue;
    }
    const candidates = group.sets.map((source) => ({
      source,
      records: source.alias ? undefined : records(source.setIdentifier!, source.ttl!),
    }));
    const find = (target: string) => compiled.get(target);
    compiled.set(name, { name, type: 'A', policy: group.policy, candidates, find });
  }
  return (name: string, sick: string[] = [], findTarget: Querier['findTarget'] = () => undefined) => {
    const querier = { ...ANY_QUERIER, isHealthy: (id: string) => !sick.includes(id), findTarget };
    return chooseRecords(
      compiled.get(name)!,
      newChoice(querier, () => 0),
    )?.name;
  };
}

describe('EvaluateTargetHealth', () => {
  const ask = zone({
    'top.': {
      policy: 'failover',
      sets: [
        alias('group.', { setIdentifier: '1', failover: 'PRIMARY' }),
        plain({ setIdentifier: 'spare', failover: 'SECONDARY' }),
      ],
    },
    'group.': {
      policy: 'weighted',
      sets: [
        plain({ setIdentifier: 'one', weight: 1, healthCheckId: 'one' }),
        plain({ setIdentifier: 'two', weight: 1, healthCheckId: 'two' }),
      ],
    },
  });

  test('an alias is healthy if any target is', () => {
    assert.equal(ask('top.'), 'one');
    assert.equal(ask('top.', ['one']), 'two');
    assert.equal(ask('top.', ['one', 'two']), 'spare');
  });

  test('false: the alias is healthy whatever its target is', () => {
    const blind = alias('group.', { setIdentifier: '1', failover: 'PRIMARY' });
    const askBlind = zone({
      'top.': {
        policy: 'failover',
        sets: [
          { ...blind, alias: { ...blind.alias!, evaluateTargetHealth: false } },
          plain({ setIdentifier: 'spare', failover: 'SECONDARY' }),
        ],
      },
      'group.': {
        policy: 'weighted',
        sets: [plain({ setIdentifier: 'one', weight: 1, healthCheckId: 'one' })],
      },
    });
    assert.equal(askBlind('top.', ['one']), 'one');
  });

  test('of an AWS resource is what the resolver of the caller says; one that is gone is unhealthy', () => {
    const askResource = zone({
      'top.': {
        policy: 'failover',
        sets: [
          alias('lb.', { setIdentifier: '1', failover: 'PRIMARY' }),
          plain({ setIdentifier: 'spare', failover: 'SECONDARY' }),
        ],
      },
    });
    const balancer = (healthy: boolean) => () => ({ set: records('lb.'), healthy });
    assert.equal(askResource('top.', [], balancer(true)), 'lb.');
    assert.equal(askResource('top.', [], balancer(false)), 'spare');
    assert.equal(askResource('top.', []), 'spare');
  });
});

test('a health check of the alias itself counts too', () => {
  const ask = zone({
    'top.': {
      policy: 'failover',
      sets: [
        alias('www.', { setIdentifier: '1', failover: 'PRIMARY', healthCheckId: 'own' }),
        plain({ setIdentifier: 'spare', failover: 'SECONDARY' }),
      ],
    },
    'www.': records('www.'),
  });
  assert.deepEqual([ask('top.'), ask('top.', ['own'])], ['www.', 'spare']);
});

test('multivalue answers are one record set, each value once, with the shortest TTL', () => {
  const source = (setIdentifier: string, ttl: number) =>
    plain({ setIdentifier, ttl, multiValueAnswer: true });
  const candidates = [source('a', 30), source('b', 60), source('c', 60)].map((each) => ({
    source: each,
    records: records('x.', each.ttl!),
  }));
  const set: RoutedSet = { name: 'x.', type: 'A', policy: 'multivalue', candidates, find: () => undefined };
  const answer = chooseRecords(
    set,
    newChoice(ANY_QUERIER, () => 0),
  )!;
  assert.equal(answer.ttl, 30);
  assert.deepEqual(answer.data.map((each) => each[0]).sort(), [30, 60]);
});

test('one answer looks at a bounded number of record sets, however many aliases of groups of aliases lead on', () => {
  const groups: Record<string, { policy: Policy; sets: ResourceRecordSet[] }> = {};
  for (let depth = 0; depth < 16; depth++) {
    const sets = Array.from({ length: 100 }, (_, index) =>
      alias(`g${depth + 1}.`, { setIdentifier: `${index}`, weight: 1 }),
    );
    groups[`g${depth}.`] = { policy: 'weighted', sets };
  }
  const sick = plain({ setIdentifier: 'sick', weight: 1, healthCheckId: 'sick' });
  groups['g16.'] = { policy: 'weighted', sets: [sick] };
  let looks = 0;
  const source = {
    ...sick,
    get healthCheckId() {
      looks++;
      return 'sick';
    },
  };
  groups['g16.'].sets = Array.from({ length: 100 }, () => source);
  assert.equal(zone(groups)('g0.', ['sick']), 'sick');
  assert.ok(looks > 0 && looks <= MOST_LOOKS, `${looks} looks`);
});

test('one answer looks at a hundred AWS resources, however many aliases of groups of aliases lead to them', () => {
  const balancers = Array.from({ length: 100 }, (_, index) =>
    alias(`lb${index}.`, { setIdentifier: `${index}`, weight: 1 }),
  );
  const groups = Array.from({ length: 100 }, (_, index) =>
    alias('balancers.', { setIdentifier: `${index}`, weight: 1 }),
  );
  const ask = zone({
    'groups.': { policy: 'weighted', sets: groups },
    'balancers.': { policy: 'weighted', sets: balancers },
  });
  const looksFor = (name: string) => {
    const looked: string[] = [];
    ask(name, [], ({ dnsName }) => {
      looked.push(dnsName);
      return { set: records('lb.'), healthy: false };
    });
    return looked;
  };
  // The one that is chosen in the end is looked at once more.
  assert.equal(looksFor('balancers.').length, 101);
  assert.ok(looksFor('groups.').length <= 101);
});
