import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { POINTSMAN, run } from './system/command.ts';

/**
 * Broken topologies, one in each file of `broken/`: the topology, then perhaps other files (the first line is the name), then what
 * is said of them, with lines of dashes between. Whoever reads the file, every mistake is told at once, and nothing starts.
 */
const FOLDER = resolve(import.meta.dirname, 'broken');

describe('broken topologies', { timeout: 300_000 }, () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.case'))) {
    test(`${file.replace('.case', '').replaceAll('-', ' ')}: all mistakes at once, exit code 2, nothing started`, async (t) => {
      const { folder, expected } = unpack(t, file);
      for (const args of [['check'], ['up', '--for', '1'], ['query', '--from', 'shared']]) {
        const [command, ...options] = args as [string, ...string[]];
        const rest = command === 'query' ? ['www.example'] : [];
        const { code, stdout, stderr } = await run(
          process.execPath,
          [POINTSMAN, command, ...options, 'hybrid.yaml', ...rest],
          { cwd: folder },
        );
        assert.equal(stderr.trim(), expected, command);
        assert.equal(stdout, '', command);
        assert.equal(code, 2, command);
      }
    });
  }

  test('with --json the mistakes are JSON, on stdout', async (t) => {
    const { folder } = unpack(t, 'unknown-keys.case');
    const args = [POINTSMAN, 'check', 'hybrid.yaml', '--json'];
    const { code, stdout, stderr } = await run(process.execPath, args, { cwd: folder });
    const { event, problems } = JSON.parse(stdout);
    assert.equal(event, 'error');
    assert.ok(problems.length > 1);
    for (const { code, file, line, column, message, remedy } of problems) {
      assert.equal(file, 'hybrid.yaml');
      assert.ok(line > 0 && column > 0 && code && message && typeof remedy === 'string');
    }
    assert.equal(stderr, '');
    assert.equal(code, 2);
  });
});

function unpack(t: TestContext, file: string): { folder: string; expected: string } {
  const sections = readFileSync(join(FOLDER, file), 'utf8').split(/^-{8,}\n/m);
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-broken-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'hybrid.yaml'), sections[0]!);
  for (const section of sections.slice(1, -1)) {
    const [name, ...lines] = section.split('\n');
    writeFileSync(join(folder, name!), lines.join('\n'));
  }
  return { folder, expected: sections.at(-1)!.trim() };
}
