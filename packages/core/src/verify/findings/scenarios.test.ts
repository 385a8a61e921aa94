import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planTopology } from '../../plan/index.ts';
import { parseTopology } from '../../topology/index.ts';
import { buildModel } from '../model.ts';
import { FINDING_CODES, type FindingCode } from './codes.ts';
import type { AllowedFinding } from './find-findings.ts';
import type { Finding } from './finding.ts';
import { findFindings, findingsOfProblems } from './index.ts';

/**
 * Each `scenarios/verify/CODE/*.case` is a topology, a line of dashes, and all findings of that code, as below; none is `nothing`. The first line
 * says what it is about. `REWRITE_SCENARIOS=1` writes what is found into the files: read the difference before it is committed.
 */
const FOLDER = new URL('../../../../../scenarios/verify/', import.meta.url);
const DASHES = '----\n';

for (const code of FINDING_CODES) {
  const folder = new URL(`${code}/`, FOLDER);
  const cases = readdirSync(folder).filter((name) => name.endsWith('.case'));

  test(`${code}: found, not found, and one more`, () => {
    const texts = cases.map((name) => readFileSync(new URL(name, folder), 'utf8').split(DASHES)[1]);
    assert.ok(cases.length >= 3, `${code} has ${cases.length}`);
    assert.ok(texts.includes('nothing\n') && texts.some((text) => text !== 'nothing\n'));
  });

  for (const name of cases) {
    const file = new URL(name, folder);
    const [topology, expected] = readFileSync(file, 'utf8').split(DASHES) as [string, string];
    const title = /^# (.*)/.exec(topology)![1];
    test(`${code}/${name}: ${title}`, () => {
      const found = findingsIn(topology, code);
      if (process.env.REWRITE_SCENARIOS) writeFileSync(file, `${topology}${DASHES}${found}`);
      else assert.equal(found, expected);
    });
  }
}

function findingsIn(text: string, code: FindingCode): string {
  const parsed = parseTopology({ path: 'hybrid.yaml', text, format: 'yaml' }, () => undefined);
  if (!parsed.ok) {
    const found = findingsOfProblems(parsed.problems).filter((each) => each.code === code);
    assert.ok(found.length > 0, JSON.stringify(parsed.problems));
    return `refused\n${found.map(formatted).join('')}`;
  }
  const { findings, allowed } = findFindings(buildModel(parsed.topology, planTopology(parsed.topology)));
  const own = [...findings, ...allowed].filter((each) => each.code === code);
  return own.length === 0 ? 'nothing\n' : own.map(formatted).join('');
}

/** Severity, subject and failure; the text; the places; who is asked on the path, without reasons; the remedy. */
function formatted(finding: Finding | AllowedFinding): string {
  const { severity, subject, evidence, remedy } = finding;
  const places = evidence.at.map(({ path, line, column }) => `${line}:${column} ${path}`);
  const hops = evidence.trace?.hops.map(({ at, asks }) => `${at} → ${asks}`) ?? [];
  const lines = [
    `${severity} ${subject}${evidence.without === undefined ? '' : ` without ${evidence.without}`}`,
    evidence.text,
    ...places.map((place) => `at ${place}`),
    ...hops,
    ...(evidence.trace ? [evidence.trace.disposition] : []),
    ...('reason' in finding ? [`allowed: ${finding.reason}`] : []),
    `remedy: ${remedy}`,
  ];
  return `${lines.join('\n  ')}\n`;
}
