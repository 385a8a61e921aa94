import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { FINDING_CODES, FINDING_RULES } from '@pointsman/core/findings';
import { POINTSMAN, type Result, ROOT, run } from './system/command.ts';
import { freePort } from './system/free-port.ts';

const EXAMPLES = ['acme/hybrid', 'overlap/overlap', 'two-sites/two-sites'].map(
  (name) => `examples/${name}.yaml`,
);

describe('check', { timeout: 300_000 }, () => {
  test('every example is without errors', async () => {
    for (const example of EXAMPLES) {
      const { code, stdout } = await pointsman(ROOT, 'check', example, '--json');
      const { ok, findings } = JSON.parse(stdout);
      assert.deepEqual([code, ok], [0, true], example);
      assert.ok(findings.every(({ severity }: { severity: string }) => severity !== 'error'));
    }
  });

  test('an error is exit code 1, and the text names code, subject, reason, remedy and line', async (t) => {
    const folder = scenario(t, 'no-route/found');
    const { code, stdout } = await pointsman(folder, 'check', 'hybrid.yaml');
    assert.equal(code, 1);
    assert.match(stdout, /^✖ acme: 1 error, .* in hybrid\.yaml\n/);
    assert.match(stdout, /\n✖ error {2}no-route {2}networks\/app\n/);
    assert.match(stdout, /no link joins app and hub/);
    assert.match(stdout, /networks\/app → forwarders\/main\/a: no link joins app and hub/);
    assert.match(stdout, /→ link app with hub/);
    assert.match(stdout, /hybrid\.yaml:12:3\n/);
    assert.doesNotMatch(stdout, /Forwarding rules/);
  });

  test('--json has the findings in their fixed form, with the path of a query', async (t) => {
    const { code, stdout } = await pointsman(scenario(t, 'no-route/found'), 'check', 'hybrid.yaml', '--json');
    assert.equal(code, 1);
    const { ok, findings, allowed, plan } = JSON.parse(stdout);
    assert.deepEqual([ok, allowed, plan.clients.length], [false, [], 3]);
    const [first] = findings;
    assert.deepEqual(Object.keys(first), ['code', 'severity', 'subject', 'evidence', 'remedy']);
    assert.deepEqual([first.code, first.severity, first.subject], ['no-route', 'error', 'networks/app']);
    assert.deepEqual(first.evidence.at, [{ path: 'networks.app', line: 12, column: 3 }]);
    assert.equal(first.evidence.trace.disposition, 'NO_ROUTE');
    const severities = findings.map(({ severity }: { severity: string }) => severity);
    assert.deepEqual([...new Set(severities)], ['error', 'warning', 'notice']);
  });

  test('what the topology allows is no error, and is shown with the reason', async (t) => {
    const folder = scenario(
      t,
      'no-route/found',
      'allow:\n  - { code: no-route, reason: it moves out in May }\n',
    );
    const { code, stdout } = await pointsman(folder, 'check', 'hybrid.yaml');
    assert.equal(code, 0);
    assert.match(stdout, /^✔ acme: .*1 allowed/);
    assert.match(stdout, /allowed {2}no-route {2}networks\/app: it moves out in May/);
    const { findings, allowed } = JSON.parse(
      (await pointsman(folder, 'check', 'hybrid.yaml', '--json')).stdout,
    );
    assert.equal(allowed[0].reason, 'it moves out in May');
    assert.ok(findings.every(({ code }: { code: string }) => code !== 'no-route'));
  });

  test('an entry that allows nothing is told', async (t) => {
    const folder = scenario(t, 'no-route/near-miss', 'allow:\n  - { code: loop, reason: none }\n');
    const { stdout } = await pointsman(folder, 'check', 'hybrid.yaml');
    assert.match(stdout, /notice {2}unused-allow {2}allow\.0\n.*loop is allowed, and not found/);
  });

  test('--allow lets a code stay once, says so where no reason is kept, and knows the codes', async (t) => {
    const folder = scenario(t, 'no-route/found');
    const { code, stdout } = await pointsman(folder, 'check', 'hybrid.yaml', '--allow', 'no-route');
    assert.equal(code, 0);
    assert.match(stdout, /allowed {2}no-route {2}networks\/app: by --allow; the topology keeps no reason/);
    const unknown = await pointsman(folder, 'check', 'hybrid.yaml', '--allow', 'no-rout');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /There is no such code; did you mean "no-route"\?/);
  });

  test('--sarif is SARIF 2.1.0: a rule with help for each code, places, and what is allowed suppressed', async (t) => {
    const allow = 'allow:\n  - { code: single-link, reason: leased with a backup }\n';
    const folder = scenario(t, 'no-route/found', allow);
    const { code, stdout } = await pointsman(folder, 'check', 'hybrid.yaml', '--sarif');
    assert.equal(code, 1);
    const { version, runs } = JSON.parse(stdout);
    assert.equal(version, '2.1.0');
    const [{ tool, results }] = runs;
    assert.deepEqual(
      tool.driver.rules.map(({ id }: { id: string }) => id),
      FINDING_CODES,
    );
    for (const { id, help } of tool.driver.rules)
      assert.ok(help.text.startsWith(FINDING_RULES[id as 'loop'].help));
    const error = results[0];
    const allowed = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'single-link');
    assert.deepEqual([error.ruleId, error.level], ['no-route', 'error']);
    assert.equal(tool.driver.rules[error.ruleIndex].id, 'no-route');
    assert.deepEqual(error.locations[0].physicalLocation, {
      artifactLocation: { uri: 'hybrid.yaml' },
      region: { startLine: 12, startColumn: 3 },
    });
    assert.equal(error.suppressions, undefined);
    assert.deepEqual(allowed.suppressions, [{ kind: 'external', justification: 'leased with a backup' }]);
  });

  test('mistakes that are findings by another name have their code too, and the exit code is 2', async (t) => {
    const folder = scenario(t, 'address-reserved/refused');
    const { code, stdout } = await pointsman(folder, 'check', 'hybrid.yaml', '--json');
    assert.equal(code, 2);
    const { event, findings } = JSON.parse(stdout);
    assert.deepEqual(
      [event, findings[0].code, findings[0].subject],
      ['error', 'address-reserved', 'forwarders/main'],
    );
    const sarif = await pointsman(folder, 'check', 'hybrid.yaml', '--sarif');
    assert.equal(sarif.code, 2);
    assert.equal(JSON.parse(sarif.stdout).runs[0].results[0].ruleId, 'reserved-address');
  });

  test('--json says with the mistakes which parts could not be read whole', async (t) => {
    const broken =
      'name: x\nnetworks: { a: { kind: site, cidrs: [10.0.0.0/8] } }\nforwarders: { main: { network: a } }\n';
    const { code, stdout } = await pointsman(scratch(t, broken), 'check', 'hybrid.yaml', '--json');
    const { event, unread, problems } = JSON.parse(stdout);
    assert.deepEqual([code, event, problems.length > 0], [2, 'error', true]);
    assert.deepEqual(unread, ['forwarders.main']);
  });

  test('of many alike findings some are shown, and the others counted', async (t) => {
    const networks = Array.from(
      { length: 30 },
      (_, index) => `  n${index}: { kind: site, cidrs: [172.16.${index}.0/24] }\n`,
    );
    const folder = scratch(t, `name: many\nnetworks:\n${networks.join('')}`);
    const { stdout } = await pointsman(folder, 'check', 'hybrid.yaml');
    assert.match(stdout, /^✖ many: 30 notices|^✔ many: .*30 notices|^✖ many: 30 errors, 30 notices/);
    assert.match(stdout, /… and 25 more of reverse-missing \(--json has all\)/);
    assert.equal(stdout.match(/reverse-missing {2}networks/g)?.length, 5);
    const few = scratch(t, `name: few\nnetworks:\n${networks.slice(0, 14).join('')}`);
    assert.doesNotMatch((await pointsman(few, 'check', 'hybrid.yaml')).stdout, /reverse-missing \(--json/);
  });
});

describe('render, where check finds errors', { timeout: 300_000 }, () => {
  test('writes nothing, unless it is told to', async (t) => {
    const folder = scenario(t, 'no-route/found');
    const args = ['render', 'hybrid.yaml', '--for', 'unbound', '--member', 'main/a'];
    const { code, stdout, stderr } = await pointsman(folder, ...args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /--despite-findings goes on all the same\nerror no-route networks\/app: /);
    const written = await pointsman(folder, ...args, '--despite-findings');
    assert.equal(written.code, 0);
    assert.match(written.stdout, /forward-zone:/);
    assert.match(written.stderr, /1 error in hybrid\.yaml/);
  });
});

describe('up, where check finds errors', { timeout: 300_000 }, () => {
  test('starts nothing, and says what was found', async (t) => {
    const folder = scenario(t, 'no-route/found');
    const { code, stdout, stderr } = await pointsman(folder, 'up', 'hybrid.yaml', '--for', '1');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /1 error in hybrid\.yaml .*--despite-findings goes on all the same\nerror no-route networks\/app: /,
    );
    const json = await pointsman(folder, 'up', 'hybrid.yaml', '--for', '1', '--json');
    const { event, code: why, findings } = JSON.parse(json.stdout);
    assert.deepEqual([json.code, event, why, findings[0].code], [1, 'error', 'findings', 'no-route']);
  });

  test('starts all the same where it is told to', async (t) => {
    const folder = scenario(t, 'no-route/found');
    const port = String(await freePort());
    const args = ['up', 'hybrid.yaml', '--for', '1', '--despite-findings', '--port', port];
    const { code, stdout, stderr } = await pointsman(folder, ...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /acme is up/);
    assert.match(stderr, /1 error in hybrid\.yaml/);
  });
});

function pointsman(cwd: string, ...args: string[]): Promise<Result> {
  return run(process.execPath, [POINTSMAN, ...args], { cwd });
}

/** The topology of a golden case, as hybrid.yaml in a folder of its own. */
function scenario(t: TestContext, name: string, more = ''): string {
  const text = readFileSync(resolve(ROOT, `scenarios/verify/${name}.case`), 'utf8');
  return scratch(t, text.split('----\n')[0] + more);
}

function scratch(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-check-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'hybrid.yaml'), text);
  return folder;
}
