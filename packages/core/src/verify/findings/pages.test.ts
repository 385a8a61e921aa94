import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planTopology } from '../../plan/index.ts';
import { parseTopology } from '../../topology/index.ts';
import { buildModel } from '../model.ts';
import { FINDING_CODES, FINDING_RULES } from './codes.ts';
import { findFindings } from './index.ts';

/** docs/findings/ has a page on each code, with a topology that has it. `REWRITE_SCENARIOS=1` writes what is said of it. */
const FOLDER = new URL('../../../../../docs/findings/', import.meta.url);
const EXAMPLE = /```yaml\n(.*?)```\n\n`pointsman check` says:\n\n```\n(.*?)```/s;

test('there is a page on each code, no other page, and a list of all', () => {
  const pages = FINDING_CODES.map((code) => `${code}.md`);
  assert.deepEqual(readdirSync(FOLDER).sort(), [...pages, 'README.md'].sort());
  const list = readFileSync(new URL('README.md', FOLDER), 'utf8');
  const rows = [...list.matchAll(/^\| \[`(.*)`\]\((.*)\) \| (.*) \| (.*) \|$/gm)].map((row) => row.slice(1));
  assert.deepEqual(
    rows,
    FINDING_CODES.map((code) => [
      code,
      `${code}.md`,
      FINDING_RULES[code].severity,
      FINDING_RULES[code].title,
    ]),
  );
});

for (const code of FINDING_CODES) {
  test(`the page on ${code} shows a topology that has it, and what is said of that`, () => {
    const file = new URL(`${code}.md`, FOLDER);
    const page = readFileSync(file, 'utf8');
    assert.ok(page.startsWith(`# \`${code}\`\n\n**${FINDING_RULES[code].title}.**\n`));
    const [, topology, said] = EXAMPLE.exec(page)!;
    const found = findingsOf(topology!, code);
    assert.notEqual(found, '');
    if (process.env.REWRITE_SCENARIOS) {
      writeFileSync(
        file,
        page.replace(EXAMPLE, (block) => block.replace(/```\n[^`]*```$/, () => `\`\`\`\n${found}\`\`\``)),
      );
    } else assert.equal(said, found);
  });
}

function findingsOf(text: string, code: string): string {
  const parsed = parseTopology({ path: 'hybrid.yaml', text, format: 'yaml' }, () => undefined);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const { findings } = findFindings(buildModel(parsed.topology, planTopology(parsed.topology)));
  return findings
    .filter((each) => each.code === code)
    .map(({ severity, subject, evidence }) => `${severity}  ${code}  ${subject}\n    ${evidence.text}\n`)
    .join('');
}
