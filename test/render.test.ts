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

/**
 * `scenarios/render/TARGET/*.case`: what is rendered, a line of dashes, and the configuration, or each problem on a line as
 * `CODE: MESSAGE; REMEDY`. The first line says what the input is: `member TIER/MEMBER` or `authority NAME` of a topology, which
 * follows, then perhaps the name of its file as JSON; or `config`, and a forwarder's configuration follows.
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
    return renderer.member(parsed.config, originsOfConfig(parsed.config.name));
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
