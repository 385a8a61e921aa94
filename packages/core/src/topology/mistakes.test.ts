import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatProblem, parseTopology } from './index.ts';

/**
 * Each `mistakes/*.case` is a topology, zone files each behind a line `-- PATH`, a line of dashes, and what the parser
 * says: every mistake, from top to bottom, then what could not be read whole.
 */
const folder = new URL('mistakes/', import.meta.url);

for (const name of readdirSync(folder)) {
  test(`every mistake is reported, with its place, value and remedy: ${name}`, () => {
    const [input, expected] = readFileSync(new URL(name, folder), 'utf8').split(/^----\n/m) as [
      string,
      string,
    ];
    const [text, ...parts] = input.split(/^-- (.*)\n/m) as [string, ...string[]];
    const files = new Map<string, string>();
    for (let index = 0; index < parts.length; index += 2) files.set(parts[index]!, parts[index + 1]!);
    const result = parseTopology({ path: 'hybrid.yaml', text, format: 'yaml' }, (path) =>
      files.get(path.replace('./', '')),
    );
    assert.ok(!result.ok);
    const lines = result.problems.map(formatProblem);
    if (result.unread.length > 0) lines.push(`not read whole: ${result.unread.join(', ')}`);
    assert.equal(lines.map((line) => `${line}\n`).join(''), expected);
    for (const problem of result.problems) {
      assert.match(problem.code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.ok(problem.code === 'missing-file' || problem.line !== undefined, formatProblem(problem));
    }
  });
}
