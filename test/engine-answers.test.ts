import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pointsman } from './system/command.ts';
import { type EngineName, exampleWithEngine } from './system/engines.ts';
import { skipWithout } from './system/packages.ts';
import { makeQuestions } from './system/questions.ts';
import { type RunningWorld, startUp } from './system/running.ts';
import { readTopology } from './system/topology.ts';

const EXAMPLES = [
  { file: 'examples/acme/hybrid.yaml', client: 'orders' },
  { file: 'examples/overlap/overlap.yaml', client: 'freight' },
];

/** One topology twice, with another engine in its tier: a member of the one answers as the same member of the other does. */
describe('BIND answers as the native engine does', {
  skip: skipWithout('named', 'named-checkconf', 'rndc'),
  timeout: 180_000,
}, () => {
  for (const { file, client } of EXAMPLES) {
    test(file, async (t) => {
      const questions = makeQuestions(readTopology(file));
      const folder = mkdtempSync(join(tmpdir(), 'pointsman-answers-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const queries = join(folder, 'queries.txt');
      writeFileSync(queries, questions.map(({ name, type }) => `${name} ${type}\n`).join(''));
      const [native, bind] = [await start(t, file, 'native'), await start(t, file, 'bind')];
      const source = native.ready.networks.find(({ name }) => name === client)!.client;
      const members = [native, bind].map(({ ready }) => ready.forwarders[0]!.address);
      const { stdout, stderr } = await pointsman(
        'diff-answers',
        ...members,
        '--queries',
        queries,
        '--source',
        source,
        '--json',
      );
      assert.equal(stderr, '');
      const lines = stdout.trimEnd().split('\n');
      const { asked } = JSON.parse(lines.at(-1)!) as { asked: number };
      assert.equal(asked, questions.length);
      t.diagnostic(`${asked} questions`);
      assert.deepEqual(lines.slice(0, -1), []);
    });
  }
});

async function start(t: TestContext, file: string, engine: EngineName): Promise<RunningWorld> {
  const example = exampleWithEngine(file, engine);
  t.after(example.remove);
  const world = await startUp(example.path);
  t.after(world.stop);
  return world;
}
