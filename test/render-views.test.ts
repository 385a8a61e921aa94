import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type ForwarderConfig, parseForwarderConfig } from '@pointsman/core/config';
import { rdataFromText, rdataToText } from '@pointsman/core/dns';
import { originsOfConfig, type RenderTarget, renderers } from '@pointsman/core/render';
import { ask } from '@pointsman/lab';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import { startRendered } from './system/rendered-server.ts';
import { startCommand } from './system/running.ts';
import { startScriptedServer } from './system/scripted-server.ts';

/** Views in real servers: whoever renders them gives each client what the native engine gives it. */

const ADDRESS = '127.0.0.53';
const NAME = 'www.example.';

/** Networks inside of networks, and what a client in each is to get: the address that an upstream says, or a refusal. */
const CLIENTS: [client: string, expected: string, name?: string][] = [
  ['127.9.9.9', '192.0.2.1'],
  ['127.9.9.9', '192.0.2.2', 'deep.example.'],
  ['127.9.9.9', '192.0.2.3', 'very.deep.example.'],
  ['127.9.9.9', '192.0.2.1', 'shallow.example.'],
  ['127.1.9.9', '192.0.2.2'],
  ['127.1.2.3', '192.0.2.3'],
  ['127.1.2.200', '192.0.2.1'],
  ['127.1.3.3', 'REFUSED'],
];

describe('views', { timeout: 300_000 }, () => {
  test('the native engine: the most specific network decides, then the longest suffix', async (t) => {
    const config = await makeConfig(t);
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-views-'));
    const file = join(folder, 'forwarder.json');
    writeFileSync(file, JSON.stringify(config));
    const serving = startCommand(['serve', file, '--workers', '1', '--json']);
    t.after(async () => {
      await serving.stop();
      rmSync(folder, { recursive: true });
    });
    await serving.waitFor(({ event }) => event === 'ready');
    await assertViews(config);
  });

  for (const [target, command] of [
    ['dnsdist', 'dnsdist'],
    ['knot-resolver', 'kresd'],
  ] as [RenderTarget, string][]) {
    test(`${target} does the same, and the longest suffix wins`, {
      skip: skipWithout(command),
    }, async (t) => {
      const config = await makeConfig(t);
      const rendered = renderers[target].member(config, originsOfConfig(config.name));
      assert.ok(rendered.ok);
      const question = { server: serverOf(config), source: CLIENTS[0]![0], name: NAME, type: 'A' };
      const running = await startRendered(target, rendered.text, question);
      t.after(running.stop);
      await assertViews(config);
    });
  }
});

async function assertViews(config: ForwarderConfig): Promise<void> {
  for (const [client, expected, name = NAME] of CLIENTS) {
    const reply = await ask({ server: serverOf(config), source: client, name, type: 'A' });
    assert.ok(reply.ok, client);
    const [answer] = reply.message.answers;
    assert.equal(answer ? rdataToText('A', answer.data) : 'REFUSED', expected, `${client} ${name}`);
    assert.equal(reply.message.rcode, expected === 'REFUSED' ? 5 : 0, client);
  }
}

/** Three upstreams, of which each has its own answer to everything. */
async function makeConfig(t: TestContext): Promise<ForwarderConfig> {
  const upstreams = await Promise.all(
    ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(async (address) => {
      const server = await startScriptedServer(({ name, type }) => ({
        answers:
          type === 'A' ? [{ name, type, class: 1, ttl: 60, data: rdataFromText('A', address, '.') }] : [],
      }));
      t.after(server.stop);
      return server.endpoint;
    }),
  );
  const [one, two, three] = upstreams as [string, string, string];
  const parsed = parseForwarderConfig({
    name: 'views',
    listen: [`${ADDRESS}:${await freePort()}`],
    clients: ['127.0.0.0/8', '127.1.2.128/25'],
    rules: [
      { suffix: 'deep.example', upstreams: [two] },
      { suffix: 'example', upstreams: [one] },
      { suffix: 'very.deep.example', upstreams: [three] },
    ],
    views: [
      { name: 'wide', clients: ['127.1.0.0/16'], rules: [], otherwise: { upstreams: [two] } },
      { name: 'narrow', clients: ['127.1.2.0/24'], rules: [{ suffix: 'www.example', upstreams: [three] }] },
      {
        name: 'without this name',
        clients: ['127.1.3.0/24'],
        rules: [{ suffix: 'other', upstreams: [three] }],
      },
    ],
  });
  assert.ok(parsed.ok);
  return parsed.config;
}

function serverOf({ listen }: ForwarderConfig): { address: string; port: number } {
  return { address: ADDRESS, port: Number(listen[0]!.split(':')[1]) };
}
