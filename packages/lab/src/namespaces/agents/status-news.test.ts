import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentStatus } from '@pointsman/host';
import { newsOfStatus } from './status-news.ts';

const HEAL = {
  member: 'a',
  cause: 'i-1 has ended',
  startedAt: 1000,
  events: [],
  took_ms: undefined,
  outcome: 'under way' as const,
};
const STATUS: AgentStatus = {
  tier: 'acme/main',
  at: '2026-01-01T00:00:00Z',
  instanceId: 'i-2',
  availabilityZone: 'eu-west-1a',
  role: 'serving',
  doing: 'holds eni-1',
  member: 'a',
  address: '10.0.0.53',
  interfaceId: 'eni-1',
  since: '2026-01-01T00:00:00Z',
  healthy: true,
  engine: undefined,
  configuration: undefined,
  rules: [{ suffix: 'corp.example.', state: 'answered', detail: '', at: 0 }],
  problems: [],
  faults: [],
  heals: [HEAL],
};
const news = (before: Partial<AgentStatus>, now: Partial<AgentStatus>) =>
  newsOfStatus('main/a', { ...STATUS, ...before }, { ...STATUS, ...now });

test('a heal is told once, when it is over', () => {
  const over = { ...HEAL, took_ms: 5120, outcome: 'healed' as const };
  const told = ['main/a: i-2 has healed it in 5.1 s: i-1 has ended'];
  assert.deepEqual(news({ heals: [] }, { heals: [HEAL] }), []);
  assert.deepEqual(news({ heals: [HEAL] }, { heals: [over] }), told);
  assert.deepEqual(news({ heals: [] }, { heals: [over] }), told);
  assert.deepEqual(news({ heals: [over] }, { heals: [over] }), []);
});

test('a host that fails says why; one that has only begun to serve has not failed', () => {
  assert.deepEqual(news({}, { healthy: false, faults: ['the disk is full'] }), [
    'main/a: i-2 is not fit for it: the disk is full',
  ]);
  assert.deepEqual(news({}, { healthy: false }), ['main/a: i-2 says that it does not answer']);
  assert.deepEqual(news({ instanceId: 'i-1' }, { healthy: false }), []);
});

test('a rule is told when nobody answers by it any more, and when somebody does again', () => {
  const rules = (state: 'answered' | 'failed', detail = '') => ({
    rules: [{ suffix: 'corp.example.', state, detail, at: 0 }] as AgentStatus['rules'],
  });
  assert.deepEqual(news(rules('answered'), rules('failed', '192.168.1.53 is silent')), [
    'main/a does not resolve corp.example.: 192.168.1.53 is silent',
  ]);
  assert.deepEqual(news(rules('failed'), rules('failed')), []);
  assert.deepEqual(news(rules('failed'), rules('answered')), ['main/a resolves corp.example. again']);
  assert.deepEqual(news({ rules: [] }, rules('answered')), []);
});
