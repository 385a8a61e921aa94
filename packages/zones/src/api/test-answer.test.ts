import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Vpc } from '../store/model.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { openZoneDirectory } from '../zone-directory.ts';
import { testsOf } from './test-answer.ts';

test('a test of an answer tells of the zone alone, and nothing of zones of others on the same VPC or of the same name', async () => {
  const key = { id: 'vpc', region: 'eu-west-1' };
  const on = { enableDnsSupport: true, enableDnsHostnames: true };
  const vpc: Vpc = { ...key, account: '1', cidrs: [], ...on };
  const store = createMemoryStore({ findVpc: () => vpc, limits: AWS_LIMITS, now: () => 0 });
  const directory = openZoneDirectory(store, { isHealthy: () => true, findTarget: () => undefined });
  const answer = testsOf(directory, () => 0);
  const zone = async (account: string, name: string, given?: typeof key) => {
    const asked = { account: '1', name, callerReference: `${account} ${name}`, vpc: given };
    return (await store.createZone({ ...asked, account: given ? '1' : account })).value;
  };
  const put = (zoneId: string, name: string, type: string, value: string) =>
    store.changeRecordSets(zoneId, [
      { action: 'CREATE', recordSet: { name, type, ttl: 60, values: [value] } },
    ]);
  const mine = await zone('1', 'mine.example', key);
  const inner = await zone('1', 'inner.mine.example', key);
  const theirs = await zone('2', 'theirs.example', key);
  await put(mine.id, 'a.mine.example', 'A', '10.0.0.1');
  await put(mine.id, 'out.mine.example', 'CNAME', 'a.theirs.example');
  await put(inner.id, 'a.inner.mine.example', 'A', '10.0.0.2');
  await put(theirs.id, 'a.theirs.example', 'A', '10.0.0.3');
  const ask = (name: string, type = 'A') => {
    const { responseCode, recordData } = answer({ zone: mine, name, type, vpc, client: undefined });
    return [responseCode, ...recordData].join(' ');
  };
  assert.equal(ask('a.mine.example.'), 'NOERROR 10.0.0.1');
  assert.equal(ask('a.theirs.example.'), 'REFUSED');
  assert.equal(ask('a.inner.mine.example.'), 'NXDOMAIN');
  assert.equal(ask('out.mine.example.'), 'NOERROR');
  assert.equal(ask('out.mine.example.', 'CNAME'), 'NOERROR a.theirs.example.');

  const first = await zone('1', 'open.example');
  const second = await zone('2', 'open.example');
  await put(first.id, 'a.open.example', 'A', '192.0.2.1');
  const none = answer({
    zone: second,
    name: 'a.open.example.',
    type: 'A',
    vpc: undefined,
    client: undefined,
  });
  assert.deepEqual(none, { responseCode: 'NXDOMAIN', recordData: [] });
});
