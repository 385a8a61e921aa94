import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '@pointsman/zones';
import { runToEnd } from '../running/children.ts';
import { extendPath, isInstalled } from '../running/programs.ts';
import type { Place } from './authority.ts';
import { bindAuthority } from './bind.ts';
import { STORE } from './fill-store.ts';
import { layOutZones } from './lay-out-zones.ts';
import { nsdAuthority } from './nsd.ts';
import { shapes } from './shapes.ts';

extendPath();

const mixed = shapes.find(({ name }) => name === 'mixed')!;

test('named and nsd find their configurations and zones correct, and the store has as many record sets', {
  skip:
    (!(await isInstalled('nsd-checkconf')) || !(await isInstalled('named-checkconf'))) &&
    'needs bind9 and nsd',
}, async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'pointsman-bench-test-'));
  context.after(() => rm(directory, { recursive: true }));
  const zones = await layOutZones(join(directory, 'zones'), mixed);
  const listen = { address: '127.0.0.1', port: 5400 };
  const place: Place = { listen, api: { ...listen, port: 5401 }, directory, shape: mixed, zones };
  for (const { files } of [bindAuthority, nsdAuthority])
    for (const [name, text] of Object.entries(files(place))) await writeFile(join(directory, name), text);
  for (const [program, ...words] of [
    ['named-checkconf', '-z', join(directory, 'named.conf')],
    ['nsd-checkconf', join(directory, 'nsd.conf')],
    ['nsd-checkzone', mixed.zones[0]!, join(zones, mixed.zones[0]!)],
  ] as const) {
    const { status, stdout, stderr } = await runToEnd({ program, arguments: words });
    assert.equal(status, 0, stdout + stderr);
  }
  const limits = {} as Parameters<typeof openSqliteStore>[1]['limits'];
  const store = await openSqliteStore(join(zones, STORE), {
    findVpc: () => undefined,
    limits,
    now: Date.now,
  });
  context.after(() => store.close());
  const records = [...mixed.records(mixed.zones[0]!)];
  // The SOA and NS of a hosted zone are there, too.
  assert.equal(store.recordSetCount(store.zones()[0]!.id), records.length + 2);
});

for (const shape of shapes) {
  test(`${shape.title}: what is asked is there`, () => {
    const questions = shape.questions(3000);
    assert.equal(questions.length, 3000);
    const zone = shape.zones.at(-1)!;
    const owners = new Set(Array.from(shape.records(zone), ({ owner }) => `${owner}.${zone}`));
    const ofZone = questions.filter((name) => name.endsWith(`.${zone}`) && !name.endsWith(`.w.${zone}`));
    assert.ok(ofZone.length > 0);
    for (const name of ofZone) assert.ok(owners.has(name), name);
  });
}
