import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { originsOfConfig, renderers } from '@pointsman/core/render';
import { run } from '../../../../../test/system/command.ts';
import { freePort } from '../../../../../test/system/free-port.ts';
import { skipWithout } from '../../../../../test/system/packages.ts';
import { openHeals } from '../heals/heals.ts';
import type { AgentStatus } from './agent-status.ts';
import { askStatus } from './ask-status.ts';
import { noMetrics } from './metrics.ts';
import { parseStatus } from './parse-status.ts';
import { hasAgent, serveStatus } from './serve-status.ts';

const STATUS: AgentStatus = {
  tier: 'acme/main',
  at: '2026-11-28T00:00:00.000Z',
  instanceId: 'i-1',
  availabilityZone: 'z-1a',
  role: 'serving',
  doing: 'holds eni-a',
  member: 'a',
  address: '10.10.1.53',
  interfaceId: 'eni-a',
  since: '2026-11-28T00:00:00.000Z',
  healthy: true,
  engine: undefined,
  configuration: undefined,
  rules: [
    { suffix: 'corp.example.', state: 'answered', detail: '', at: 0 },
    { suffix: 'dead.example.', state: 'failed', detail: 'no answer', at: 0 },
  ],
  problems: [],
  faults: [],
  heals: [
    { member: 'a', cause: 'a had no host', startedAt: 0, events: [], took_ms: 5400, outcome: 'healed' },
  ],
};

test('what is published is read again, and whatever else somebody puts there is none', () => {
  const published = JSON.stringify(STATUS);
  assert.equal(JSON.stringify(parseStatus(published)), published);
  const changes = [
    { at: 0 },
    { rules: [null] },
    { heals: 'none' },
    { heals: [{ startedAt: 0, took_ms: 'long' }] },
    { heals: [{ startedAt: 1e300 }] },
    { faults: [7] },
  ];
  const changed = changes.map((each) => JSON.stringify({ ...STATUS, ...each }));
  for (const other of [undefined, '', 'null', '{}', '[]', published.slice(0, -1), ...changed])
    assert.equal(parseStatus(other), undefined, other);
});

test('what is published can tell no terminal what to do', () => {
  const status = { ...STATUS, doing: 'holds \u001b[2J\u202eeni-a', faults: ['full\nand \u0007empty'] };
  const read = parseStatus(JSON.stringify(status));
  assert.equal(read?.doing, 'holds \uFFFD[2J\uFFFDeni-a');
  assert.deepEqual(read?.faults, ['full\uFFFDand \uFFFDempty']);
});

test('the status is asked by a socket, and metrics over HTTP; a socket of one that was killed is no obstacle', async (t) => {
  const folder = folderOf(t);
  const socket = join(folder, 'agent.sock');
  writeFileSync(socket, 'left');
  const port = await freePort();
  const metrics = { ...noMetrics(), attaches: 3, failedCalls: { throttled: 2 } };
  const server = await serveStatus({ socket, metrics: `127.0.0.1:${port}` }, () => STATUS, metrics);
  t.after(server.stop);
  assert.equal((await askStatus(socket)).address, '10.10.1.53');
  const text = await get(port);
  for (const line of [
    'pointsman_agent_serving{tier="acme/main",member="a"} 1',
    'pointsman_agent_healthy 1',
    'pointsman_agent_attach_attempts_total 3',
    'pointsman_agent_failed_calls_total{reason="throttled"} 2',
    'pointsman_agent_rules{state="answered"} 1',
    'pointsman_agent_rules{state="failed"} 1',
    'pointsman_agent_last_heal_seconds 5.4',
  ])
    assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
  for (const line of text.trimEnd().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+)$/);
});

test('of two agents that start at once on a host one is its agent, and the other is told', async (t) => {
  const socket = join(folderOf(t), 'agent.sock');
  const start = () => serveStatus({ socket, metrics: undefined }, () => STATUS, noMetrics());
  assert.equal(hasAgent(socket), false);
  const both = await Promise.allSettled([start(), start()]);
  const [server] = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [refused, ...others] = both.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  assert.match(refused.message, /^an agent runs here already: it has .*agent\.sock\.lock$/);
  assert.deepEqual(others, []);
  assert.equal(hasAgent(socket), true);
  await server!.stop();
  assert.equal(hasAgent(socket), false);
});

test('one whose metrics cannot be served leaves nothing behind', async (t) => {
  const socket = join(folderOf(t), 'agent.sock');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const start = () => serveStatus({ socket, metrics: `127.0.0.1:${port}` }, () => STATUS, noMetrics());
  await assert.rejects(start(), { code: 'EADDRINUSE' });
  assert.equal(hasAgent(socket), false);
  await assert.rejects(askStatus(socket), /no agent runs here/);
});

test('whether it is healthy is asked by curl, as keepalived asks', {
  skip: skipWithout('curl'),
}, async (t) => {
  const socket = join(folderOf(t), 'agent.sock');
  let healthy = true;
  const server = await serveStatus(
    { socket, metrics: undefined },
    () => ({ ...STATUS, healthy }),
    noMetrics(),
  );
  t.after(server.stop);
  const parsed = parseForwarderConfig({ name: 'a', listen: ['10.10.1.53:53'], clients: [], rules: [] });
  assert.ok(parsed.ok);
  const rendered = renderers.keepalived.member(parsed.config, originsOfConfig('a'));
  assert.ok(rendered.ok);
  const script = /^ +script "(.*)"$/m.exec(rendered.text)![1]!;
  const ask = () => run('sh', ['-c', script.replace('/run/pointsman/agent.sock', socket)]);
  assert.deepEqual(await ask(), { code: 0, signal: null, stdout: '', stderr: '' });
  healthy = false;
  assert.notEqual((await ask()).code, 0);
  await server.stop();
  assert.notEqual((await ask()).code, 0);
});

test('where no agent runs, asking it says so', async (t) => {
  await assert.rejects(askStatus(join(folderOf(t), 'agent.sock')), /no agent runs here/);
});

test('the last twenty heals outlive the agent, each with its steps and how long it took', async (t) => {
  const folder = folderOf(t);
  let now = 0;
  const complaints: string[] = [];
  const heals = await openHeals(
    folder,
    () => now,
    (text) => complaints.push(text),
  );
  for (let index = 0; index < 25; index++) {
    heals.begin('a', `cause ${index}`);
    now += 1000;
    heals.note('attached');
    now += 500;
    heals.end('healed');
  }
  heals.end('healed');
  const kept = async () => (await openHeals(folder, () => now, assert.fail)).list();
  while ((await kept()).at(-1)?.cause !== 'cause 24') await new Promise((resolve) => setImmediate(resolve));
  const list = await kept();
  assert.equal(list.length, 20);
  assert.equal(list.at(-1)!.took_ms, 1500);
  assert.deepEqual(list.at(-1)!.events, [
    { at_ms: 1000, what: 'attached' },
    { at_ms: 1500, what: 'answers flow' },
  ]);
  assert.deepEqual(complaints, []);
});

function get(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => (text += part));
    response.on('end', () => resolve(text));
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-status-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
