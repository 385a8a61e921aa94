import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeAsking } from '../asking.ts';
import type { Configuration } from './check-configuration.ts';
import { type ConfigurationEvent, followConfiguration } from './follow-configuration.ts';
import { openLastGood } from './last-good.ts';
import { openSource } from './source.ts';

const NOBODY = {
  ssm: () => Promise.reject(new Error('no SSM')),
  s3: () => Promise.reject(new Error('no S3')),
};

const textOf = (name: string) =>
  JSON.stringify({ name, listen: ['127.0.0.1:53'], clients: ['127.0.0.0/8'], rules: [] });

test('a URL is asked by its ETag; what it had last is kept on disk, and taken from there while it is away', async (t) => {
  const site = await startSite(t, textOf('one'));
  const folder = folderOf(t);
  const first = follow(t, `${site.url}/{member}.json`, folder);
  await first.heard('taken');
  site.text = textOf('two');
  await first.heard('taken', 2);
  assert.deepEqual(
    first.used.map(({ config }) => config.name),
    ['one', 'two'],
  );
  await first.lookUntil(() => site.unchanged > 0);
  assert.deepEqual(new Set(site.paths), new Set(['/a.json']));
  site.status = 503;
  await first.heard('away');
  const second = follow(t, `${site.url}/{member}.json`, folder);
  await second.heard('away');
  assert.deepEqual(
    second.used.map(({ config }) => config.name),
    ['two'],
  );
  assert.match(JSON.stringify(second.events), /answers 503 Service Unavailable/);
  site.status = 200;
  await second.heard('back');
});

test('one that is refused is told once, with all that is wrong; a torn one on disk is no configuration', async (t) => {
  const site = await startSite(t, '{"name":"x"');
  const folder = folderOf(t);
  await openLastGood(folder).write('a', '{"name":"to');
  const following = follow(t, `${site.url}/a.json`, folder);
  await following.heard('refused', 2);
  const before = site.paths.length;
  await following.lookUntil(() => site.paths.length > before + 1);
  site.text = textOf('good');
  await following.heard('taken');
  assert.deepEqual(
    following.events.map(({ event }) => event),
    ['refused', 'refused', 'taken'],
  );
  assert.equal(following.used.length, 1);
});

test('the first one is tried again while it cannot be put in force; once one is, that is not disturbed', async (t) => {
  const site = await startSite(t, textOf('one'));
  const following = follow(t, `${site.url}/a.json`, folderOf(t), (config, trials) => {
    if (config.name === 'two' || trials < 4) throw new Error('the address is not there');
  });
  await following.heard('taken');
  assert.equal(following.trials(), 4);
  site.text = textOf('two');
  await following.heard('refused', 2);
  const before = site.unchanged;
  await following.lookUntil(() => site.unchanged > before + 1);
  assert.equal(following.trials(), 5);
  assert.deepEqual(
    following.events.map(({ event }) => event),
    ['refused', 'taken', 'refused'],
  );
});

test('so is the one on disk, while its source is away', async (t) => {
  const site = await startSite(t, '');
  site.status = 503;
  const folder = folderOf(t);
  await openLastGood(folder).write('a', textOf('kept'));
  const following = follow(t, `${site.url}/a.json`, folder, (_, trials) => {
    if (trials < 3) throw new Error('the address is not there');
  });
  await following.heard('taken');
  assert.equal(following.used[0]!.config.name, 'kept');
});

test('one that cannot be kept on disk is in force all the same, and that is told', async (t) => {
  const site = await startSite(t, textOf('one'));
  const folder = folderOf(t);
  writeFileSync(join(folder, 'configurations'), 'a file where a folder should be');
  const following = follow(t, `${site.url}/a.json`, folder);
  await following.heard('not-kept');
  assert.equal(following.used.length, 1);
});

test('what comes after the end is neither put in force nor told', async (t) => {
  for (const fetch of [
    async () => ({ text: textOf('late'), tag: undefined }),
    () => Promise.reject(new Error('gone')),
  ]) {
    const ending = new AbortController();
    const nobody = (what: unknown) => assert.fail(JSON.stringify(what));
    await followConfiguration({
      source: {
        name: 'late',
        interval: 1000,
        fetch: () => {
          ending.abort();
          return fetch();
        },
      },
      ...{ member: 'a', addresses: undefined, lastGood: openLastGood(folderOf(t)) },
      ...{ use: async (each) => nobody(each), report: nobody },
      ...{ pause: async () => {}, random: () => 0, signal: ending.signal },
    });
  }
});

function follow(
  t: TestContext,
  configuration: string,
  folder: string,
  put: (config: Configuration['config'], trials: number) => void = () => {},
) {
  const ending = new AbortController();
  const asking = makeAsking();
  const events: ConfigurationEvent[] = [];
  const used: Configuration[] = [];
  let trials = 0;
  const ended = followConfiguration({
    source: openSource(configuration, 'a', NOBODY),
    member: 'a',
    addresses: ['127.0.0.1'],
    lastGood: openLastGood(folder),
    use: async (each) => {
      put(each.config, ++trials);
      used.push(each);
    },
    report: (event) => events.push(event),
    pause: asking.pauseUntil(ending.signal),
    random: () => 0,
    signal: ending.signal,
  });
  t.after(async () => {
    ending.abort();
    await ended;
  });
  const lookUntil = async (isSo: () => boolean) => {
    while (!isSo()) {
      asking.ask();
      await delay(10);
    }
  };
  return {
    events,
    used,
    trials: () => trials,
    /** Has the source looked at again and again until it is so. */
    lookUntil,
    heard: (event: ConfigurationEvent['event'], times = 1) =>
      lookUntil(() => events.filter((each) => each.event === event).length >= times),
  };
}

async function startSite(t: TestContext, text: string) {
  const site = {
    url: '',
    text,
    status: 200,
    unchanged: 0,
    paths: [] as string[],
  };
  const server = createServer(({ url, headers }, response) => {
    site.paths.push(url!);
    const etag = `"${createHash('sha256').update(site.text).digest('hex')}"`;
    const isSame = headers['if-none-match'] === etag && site.status === 200;
    if (isSame) site.unchanged++;
    response.writeHead(isSame ? 304 : site.status, { etag });
    response.end(isSame ? undefined : site.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return site;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
