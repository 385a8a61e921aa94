import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { planTopology } from '@pointsman/core/plan';
import {
  originsOfAuthority,
  originsOfConfig,
  originsOfMember,
  RENDER_TARGETS,
  type Rendered,
  type Renderer,
  renderers,
} from '@pointsman/core/render';
import { formatProblem, parseTopology, type Topology } from '@pointsman/core/topology';
import { pointsman } from './system/command.ts';

/**
 * `scenarios/render/TARGET/*.case`: what is rendered, a line of dashes, and the configuration, or each problem on a line as
 * `CODE: MESSAGE; REMEDY`. The first line says what the input is: `member TIER/MEMBER` or `authority NAME` of a topology, which
 * follows, then perhaps the name of its file as JSON; or `config`, perhaps with the hosts that may hold its address (`DEVICE,ADDRESS,…`), and a
 * forwarder's configuration follows.
 *
 * With POINTSMAN_WRITE_CASES=1 in the environment the second parts are written anew, to be read before they are committed.
 */
const FOLDER = resolve(import.meta.dirname, '../scenarios/render');
const DASHES = '--------\n';
const FEWEST_CASES = 10;

for (const target of RENDER_TARGETS) {
  describe(`render --for ${target}`, () => {
    const files = readdirSync(join(FOLDER, target)).filter((name) => name.endsWith('.case'));

    test('there is a case for each thing that matters', () => {
      assert.ok(files.length >= FEWEST_CASES, `${files.length} cases`);
    });

    for (const file of files) {
      test(file.replace('.case', '').replaceAll('-', ' '), () => {
        const path = join(FOLDER, target, file);
        const [input, expected] = readFileSync(path, 'utf8').split(DASHES) as [string, string | undefined];
        const rendered = renderInput(renderers[target], input);
        const output = rendered.ok
          ? rendered.text
          : rendered.problems.map(({ code, message, remedy }) => `${code}: ${message}; ${remedy}\n`).join('');
        if (process.env.POINTSMAN_WRITE_CASES === '1') writeFileSync(path, input + DASHES + output);
        else assert.equal(output, expected);
        assertWellFormed(rendered, output);
      });
    }
  });
}

/** What holds of every configuration and of every refusal. */
function assertWellFormed(rendered: Rendered, output: string): void {
  assert.match(output, /^[\x20-\x7e\t\n]+$/, 'printable ASCII, tabs and line ends only');
  if (rendered.ok) {
    for (const warning of rendered.warnings) assert.ok(output.includes(`WARNING: ${warning}`), warning);
  } else {
    assert.ok(rendered.problems.length > 0);
  }
}

function renderInput(renderer: Renderer, input: string): Rendered {
  const [first, ...rest] = input.split('\n') as [string, ...string[]];
  const [kind, name, file] = /^(\S+) ?(\S*) ?(.*)$/.exec(first)!.slice(1) as [string, string, string];
  const text = rest.join('\n');
  if (kind === 'config') {
    const parsed = parseForwarderConfig(JSON.parse(text));
    assert.ok(parsed.ok, JSON.stringify(parsed));
    const [device, ...addresses] = name.split(',') as [string, ...string[]];
    const hosts = device === '' ? undefined : { device, addresses };
    return renderer.member(parsed.config, originsOfConfig(parsed.config.name), hosts);
  }
  const topology = readCase(text, file === '' ? 'hybrid.yaml' : JSON.parse(file));
  const plan = planTopology(topology);
  if (kind === 'authority') {
    const authority = plan.authorities.find((each) => each.name === name)!;
    return renderer.authority(authority, originsOfAuthority(topology, authority));
  }
  const member = plan.forwarders.find((each) => `${each.tier}/${each.member}` === name)!;
  return renderer.member(member.config, originsOfMember(topology, member));
}

function readCase(text: string, path: string): Topology {
  const result = parseTopology({ path, text, format: 'yaml' }, () => undefined);
  assert.ok(result.ok, result.ok ? '' : result.problems.map(formatProblem).join('\n'));
  return result.topology;
}

describe('the command', { timeout: 300_000 }, () => {
  const ACME = 'examples/acme/hybrid.yaml';

  test('a member is written for the server that is named, with its warnings on stderr too', async () => {
    const { code, stdout, stderr } = await pointsman(
      'render',
      ACME,
      '--for',
      'dnsmasq',
      '--member',
      'main/b',
    );
    assert.match(stdout, /^# member b of tier main, acme \(examples\/acme\/hybrid\.yaml:[0-9]+\)\./);
    assert.match(stdout, /^listen-address=10\.10\.2\.53$/m);
    const warnings = [...stdout.matchAll(/^# WARNING: (.*)$/gm)].map(
      (match) => `pointsman: warning: ${match[1]}\n`,
    );
    assert.ok(warnings.length > 0);
    assert.equal(stderr, warnings.join(''));
    assert.equal(code, 0);
  });

  test('every origin that it names is the line of that zone', async () => {
    const { stdout } = await pointsman('render', ACME, '--for', 'unbound', '--member', 'main/a');
    const lines = readFileSync(resolve(import.meta.dirname, '..', ACME), 'utf8').split('\n');
    const origins = [...stdout.matchAll(/^# (?:private|external) zone (\S+), \S+:([0-9]+)$/gm)];
    assert.equal(origins.length, 5);
    for (const [, zone, line] of origins) assert.ok(lines[Number(line) - 1]!.startsWith(`  ${zone}:`), zone);
  });

  test('an authority is written for the software that it runs', async () => {
    const { code, stdout } = await pointsman(
      'render',
      'examples/two-sites/two-sites.yaml',
      '--authority',
      'melbourne-dns',
    );
    assert.match(
      stdout,
      /^Set-PointsmanForwarder 'south\.northwind\.example' @\('10\.50\.1\.53', '10\.50\.2\.53'\) 3$/m,
    );
    assert.equal(code, 0);
  });

  test('where there are several to choose from, it says which', async () => {
    const { code, stdout, stderr } = await pointsman('render', ACME, '--for', 'unbound');
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /--member main\/a\n.*--member main\/b\n.*--member main\/c\n.*--authority sydney-dns/,
    );
    assert.equal(code, 2);
  });

  test('a name that is not there is told with the one it could be', async () => {
    const member = await pointsman('render', ACME, '--for', 'unbound', '--member', 'main/d');
    assert.match(member.stderr, /there is no member "main\/d" in .*main\/a/);
    assert.equal(member.code, 2);
    const authority = await pointsman('render', ACME, '--authority', 'sydny-dns');
    assert.match(authority.stderr, /did you mean "sydney-dns"/);
    assert.equal(authority.code, 2);
    const both = await pointsman('render', ACME, '--member', 'main/a', '--authority', 'sydney-dns');
    assert.equal(both.code, 2);
    const target = await pointsman('render', ACME, '--for', 'unbond', '--member', 'main/a');
    assert.match(target.stderr, /unbound/);
    assert.equal(target.code, 2);
  });

  test('what a server cannot do is an error that names it: exit code 1', async () => {
    const args = ['render', ACME, '--for', 'systemd-resolved', '--member', 'main/a'];
    const { code, stdout, stderr } = await pointsman(...args);
    assert.equal(stdout, '');
    assert.match(stderr, /systemd-resolved cannot be a member of a tier/);
    assert.equal(code, 1);
    const json = await pointsman(...args, '--json');
    assert.equal(JSON.parse(json.stdout).problems[0].code, 'no-such-form');
    assert.equal(json.code, 1);
  });

  test('with --json there are the text and its warnings', async () => {
    const { stdout, stderr } = await pointsman(
      'render',
      ACME,
      '--for',
      'coredns',
      '--member',
      'main/a',
      '--json',
    );
    const { ok, for: target, member, text, warnings } = JSON.parse(stdout);
    assert.deepEqual([ok, target, member], [true, 'coredns', 'main/a']);
    assert.ok(text.includes(`# WARNING: ${warnings[0]}\n`));
    assert.equal(stderr, '');
  });
});
