import assert from 'node:assert/strict';
import type { HostedZone, RequestedChange, ResourceRecordSet } from '../store/model.ts';
import { Refusal } from '../store/refusal.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { applyChangeBatch, type ZoneView } from './apply-change-batch.ts';
import { compareSets } from './record-sets.ts';

/** A small zone for the tests of change batches, and short ways to say what it takes and what it refuses. */

export const ZONE: HostedZone = {
  id: 'ZONE',
  name: 'z.example.',
  account: '1',
  callerReference: 'r',
  private: true,
  vpcs: [],
  authorizations: [],
  nameServers: [],
};
export const APEX: ResourceRecordSet[] = [
  { name: 'z.example.', type: 'NS', ttl: 172_800, values: ['ns.'] },
  { name: 'z.example.', type: 'SOA', ttl: 900, values: ['ns. admin. 1 2 3 4 5'] },
];

export function viewOf(sets: readonly ResourceRecordSet[]): ZoneView {
  const all = [...APEX, ...sets];
  return {
    zone: ZONE,
    recordSetCount: all.length,
    recordSetsAt: (name) => all.filter((set) => set.name === name).sort(compareSets),
    findZone: (id) =>
      id === 'ZONE' ? ZONE : id === 'OTHER' ? { ...ZONE, id, name: 'o.example.' } : undefined,
    hasCidrLocation: (id, name) => id === 'collection' && (name === 'here' || name === '*'),
    hasHealthCheck: (id) => id === 'check',
  };
}

export const create = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'CREATE', recordSet });
export const upsert = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'UPSERT', recordSet });
export const remove = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'DELETE', recordSet });
export const set = (name: string, type = 'A', ...values: string[]): ResourceRecordSet => ({
  name,
  type,
  ttl: 60,
  values: values.length > 0 ? values : [type === 'A' ? '10.0.0.1' : 'x.example'],
});
export const alias = (
  name: string,
  dnsName: string,
  hostedZoneId = 'ZONE',
  type = 'A',
): ResourceRecordSet => ({
  name,
  type,
  alias: { hostedZoneId, dnsName, evaluateTargetHealth: false },
});
export const weighted = (setIdentifier: string, weight = 1): ResourceRecordSet => ({
  ...set('w.z.example.'),
  setIdentifier,
  weight,
});

export function messagesOf(changes: RequestedChange[], there: ResourceRecordSet[] = [], limits = {}) {
  try {
    applyChangeBatch(viewOf(there), changes, { ...AWS_LIMITS, ...limits });
    return [];
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return [error.code, ...error.messages];
  }
}

export function accepts(changes: RequestedChange[], there: ResourceRecordSet[] = []) {
  assert.deepEqual(messagesOf(changes, there), []);
  return applyChangeBatch(viewOf(there), changes, AWS_LIMITS);
}

export function refuses(
  changes: RequestedChange[],
  message: string | RegExp,
  there: ResourceRecordSet[] = [],
  limits = {},
) {
  const [code, ...messages] = messagesOf(changes, there, limits);
  assert.equal(code, 'InvalidChangeBatch');
  const found = messages.some((each) =>
    typeof message === 'string' ? each === message : message.test(each),
  );
  assert.ok(found, `${message} is not in ${JSON.stringify(messages)}`);
}

export function malformed(recordSet: ResourceRecordSet, message: RegExp) {
  const [code, text] = messagesOf([create(recordSet)]);
  assert.equal(code, 'InvalidInput');
  assert.match(text!, message);
}
