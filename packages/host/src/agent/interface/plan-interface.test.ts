import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { ServiceInterface } from '@pointsman/core/config';
import fc from 'fast-check';
import { ROOT } from '../../../../../test/system/command.ts';
import { makeNamespaceHost } from '../../../../../test/system/namespace-host.ts';
import { skipWithout } from '../../../../../test/system/packages.ts';
import { type FakeHost, makeFakeHost } from './fake-host.ts';
import { formatStep, observeInterface, planInterface, type RunCommand, reconcileInterface } from './index.ts';

/**
 * `scenarios/interface/*.case`: what was done to a host before, a line of dashes, then the steps of the plan and, behind `!`, what is in
 * the way. Each is played on a host in memory and on a real one in a network namespace. Both have eth0, the primary interface, with
 * 10.10.1.10/24 and a default route by 10.10.1.1; eth1 has just been attached.
 *
 * With POINTSMAN_WRITE_CASES=1 in the environment the second parts are written anew, to be read before they are committed.
 */
const FOLDER = resolve(ROOT, 'scenarios/interface');
const DASHES = '--------\n';
const PRIMARY = '02:00:00:00:00:10';
const SECOND = '02:00:00:00:00:53';
const desired: ServiceInterface = {
  mac: SECOND,
  addresses: [
    { address: '10.10.1.53', prefixLength: 24, gateway: '10.10.1.1' },
    { address: 'fd00:10:10:1::53', prefixLength: 64, gateway: 'fd00:10:10:1::1' },
  ],
  table: 530,
  priority: 530,
};
const PRIMARY_STEPS = [
  'ip link set dev eth0 up',
  'ip address replace 10.10.1.10/24 dev eth0',
  'ip -4 route add default via 10.10.1.1 dev eth0 proto 16 metric 100',
];
const SKIP =
  process.getuid?.() === 0 ? skipWithout('ip', 'sysctl') : 'needs root, to make network namespaces';

describe('a plan on a host in memory', () => {
  for (const [name, setUp, golden] of readCases()) {
    test(name, async () => {
      const { run } = makeFakeHost([PRIMARY, SECOND]);
      await play(run, setUp, golden);
    });
  }
});

describe('a plan on a real host', { skip: SKIP, timeout: 300_000 }, () => {
  for (const [name, setUp, golden] of readCases()) {
    test(name, async (t) => {
      const { run, remove } = await makeNamespaceHost([PRIMARY, SECOND]);
      t.after(remove);
      await play(run, setUp, golden);
    });
  }
});

test('golden cases are written anew on demand', {
  skip: process.env.POINTSMAN_WRITE_CASES !== '1',
}, async () => {
  for (const [name, setUp] of readCases()) {
    const { run } = makeFakeHost([PRIMARY, SECOND]);
    const text = setUp.map((line) => `${line}\n`).join('');
    writeFileSync(join(FOLDER, `${name}.case`), `${text}${DASHES}${await planText(run, setUp)}`);
  }
});

/** The plan is the golden one; carried out, it leaves nothing to do but what is in the way. */
async function play(run: RunCommand, setUp: readonly string[], golden: string): Promise<void> {
  assert.equal(await planText(run, setUp), golden);
  const inTheWay = golden.split('\n').filter((line) => line.startsWith('! '));
  await reconcileInterface(run, desired);
  const again = planInterface(await observeInterface(run, desired), desired);
  assert.deepEqual(again.steps, []);
  assert.deepEqual(
    again.obstacles.map((text) => `! ${text}`),
    inTheWay,
  );
}

async function planText(run: RunCommand, setUp: readonly string[]): Promise<string> {
  for (const line of [...PRIMARY_STEPS, ...setUp]) {
    const { code, stderr } = await run(line.split(' '));
    assert.equal(code, 0, `${line}: ${stderr}`);
  }
  const { steps, obstacles } = planInterface(await observeInterface(run, desired), desired);
  return [...steps.map(formatStep), ...obstacles.map((text) => `! ${text}`)]
    .map((line) => `${line}\n`)
    .join('');
}

function readCases(): [name: string, setUp: string[], golden: string][] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.case'));
  return files.map((file) => {
    const [setUp, golden] = readFileSync(join(FOLDER, file), 'utf8').split(DASHES) as [string, string];
    return [file.replace('.case', ''), setUp.split('\n').filter((line) => line !== ''), golden];
  });
}

test('whatever others did, the plan ends, is done in one go, and leaves what is theirs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(meddling, { maxLength: 12 }), async (lines) => {
      const host = makeFakeHost([PRIMARY, SECOND]);
      for (const line of [...PRIMARY_STEPS, ...lines]) await host.run(line.split(' '));
      const before = theirs(host);
      host.commands.length = 0;
      const { steps } = await reconcileInterface(host.run, desired);
      assert.deepEqual(host.commands, steps.map(formatStep), 'each step once');
      assert.deepEqual(planInterface(await observeInterface(host.run, desired), desired).steps, []);
      assert.deepEqual(theirs(host), before);
    }),
    { numRuns: 1000 },
  );
});

/** Commands of others, some of which fail on this host or that. Our table has a mark of ours in it, or is theirs. */
const meddling = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('add', 'replace', 'del'),
      fc.constantFrom('default', '10.10.1.0/24', '192.168.0.0/16'),
      fc.constantFrom('via 10.10.1.1 dev eth0', 'via 10.10.1.1 dev eth1', 'dev eth1'),
      fc.constantFrom('254', '10001'),
      fc.constantFrom('', ' metric 50'),
    )
    .map(
      ([verb, to, way, table, metric]) => `ip -4 route ${verb} ${to} ${way} table ${table} proto 4${metric}`,
    ),
  fc
    .tuple(
      fc.constantFrom('add', 'del'),
      fc.constantFrom('10.10.1.53', '10.10.1.99', 'all'),
      fc.constantFrom('530', '531', '10001'),
      fc.constantFrom('4', '153'),
    )
    .map(
      ([verb, from, table, protocol]) =>
        `ip -4 rule ${verb} from ${from} lookup ${table} priority 530 protocol ${protocol}`,
    ),
  fc
    .tuple(
      fc.constantFrom('10.10.1.53/24', '10.10.1.53/32', 'fd00:10:10:1::99/64'),
      fc.constantFrom('3600', 'forever'),
    )
    .map(
      ([address, life]) => `ip address replace ${address} dev eth1 valid_lft ${life} preferred_lft ${life}`,
    ),
);

/** All that neither is on our interface nor carries our mark nor is in our table, or leads to it. */
function theirs({ links, routes, rules }: FakeHost): unknown {
  return {
    primary: links[0],
    routes: [...routes['4'], ...routes['6']].filter(({ dev, table }) => dev !== 'eth1' && table !== '530'),
    rules: [...rules['4'], ...rules['6']].filter(
      ({ protocol, table }) => protocol !== '153' && table !== '530',
    ),
  };
}
