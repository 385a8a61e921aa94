import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { runToEnd } from '../running/children.ts';
import { extendPath, isInstalled } from '../running/programs.ts';
import { nsdFiles } from '../upstream/nsd.ts';
import { peers } from './index.ts';
import type { Work } from './peer.ts';

extendPath();

const work = (directory: string): Work => ({
  listen: { address: '127.0.0.1', port: 5400 },
  upstream: { address: '127.0.0.1', port: 5300 },
  suffixes: ['z000000.bench.example', 'z000001.bench.example', 'z000002.bench.example'],
  cacheBytes: 256 * 2 ** 20,
  directory,
});

async function folderWith(context: TestContext, files: (directory: string) => Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'pointsman-bench-test-'));
  context.after(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files(directory))) await writeFile(join(directory, name), text);
  return directory;
}

for (const peer of Object.values(peers).filter(({ role }) => role !== 'floor')) {
  test(`${peer.name} is told every suffix, the upstream and where to listen`, () => {
    const text = Object.values(peer.files(work('/somewhere'))).join('\n');
    for (const suffix of work('').suffixes) assert.ok(text.includes(suffix), suffix);
    assert.match(text, /127\.0\.0\.1.{0,12}5300/);
    assert.match(text, /5400/);
  });
}

for (const peer of Object.values(peers).filter(({ check }) => check)) {
  const missing = !(await isInstalled(peer.package!.command)) && `needs ${peer.package!.package}`;
  test(`${peer.name} itself finds its configuration correct`, { skip: missing }, async (context) => {
    const directory = await folderWith(context, (at) => peer.files(work(at)));
    const { status, stdout, stderr } = await runToEnd(peer.check!(work(directory)));
    assert.equal(status, 0, stdout + stderr);
  });
}

const noNsd = !(await isInstalled('nsd-checkconf')) && 'needs nsd';
test('nsd itself finds its configuration and zones correct', { skip: noNsd }, async (context) => {
  const directory = await folderWith(context, (at) => nsdFiles(work(at).upstream, at));
  const configuration = await runToEnd({
    program: 'nsd-checkconf',
    arguments: [join(directory, 'nsd.conf')],
  });
  assert.equal(configuration.status, 0, configuration.stderr);
  for (const zone of ['bench.example', 'empty.example']) {
    const checked = await runToEnd({ program: 'nsd-checkzone', arguments: [zone, join(directory, zone)] });
    assert.equal(checked.status, 0, checked.stderr);
  }
});

test('our own configuration is valid', () => {
  for (const peer of [peers.pointsman!, peers['pointsman-dgram']!]) {
    const parsed = parseForwarderConfig(JSON.parse(peer.files(work('/somewhere'))['forwarder.json']!));
    assert.ok(parsed.ok);
  }
});
