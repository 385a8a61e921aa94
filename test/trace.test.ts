import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pointsman } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { startUp } from './system/running.ts';

const ACME = 'examples/acme/hybrid.yaml';
const TWO_SITES = 'examples/two-sites/two-sites.yaml';

type TraceJson = {
  disposition: string;
  zone?: string;
  answers?: { name: string; type: string; data: string }[];
  hops: { at: string; asks: string; because: string; via?: string; agrees?: boolean }[];
  firstDifference?: number | null;
};

async function traceJson(...args: string[]): Promise<TraceJson & { code: number | null }> {
  const { code, stdout } = await pointsman('trace', ...args, '--json');
  return { code, ...(JSON.parse(stdout) as TraceJson) };
}

describe('trace', { timeout: 300_000 }, () => {
  test('names who asks whom, over which link, and why, down to the zone', async () => {
    const { code, disposition, zone, answers, hops } = await traceJson(
      ACME,
      '--from',
      'orders',
      'db.corp.acme.example',
    );
    assert.deepEqual([code, disposition, zone], [0, 'ANSWERED', 'corp.acme.example']);
    assert.deepEqual(
      answers?.map(({ data }) => data),
      ['192.168.10.20'],
    );
    assert.deepEqual(
      hops.map(({ at, asks, via }) => [at, asks, via]),
      [
        ['networks/orders', 'forwarders/main/a', 'links/shared-orders'],
        ['forwarders/main/a', 'authorities/sydney-dns', 'links/shared-sydney'],
        ['authorities/sydney-dns', 'zones/corp.acme.example', undefined],
      ],
    );
    assert.match(hops[1]!.because, /the rule for corp\.acme\.example .* wins over otherwise/);
  });

  test('goes on to the next member, and says what failed before it', async () => {
    const { code, hops } = await traceJson(
      ...[ACME, '--from', 'orders', 'db.corp.acme.example', '--without', 'az:ap-southeast-2a'],
    );
    assert.equal(code, 0);
    assert.deepEqual(
      hops.slice(0, 2).map(({ asks, because }) => [asks, because.split('; ').at(-1)]),
      [
        ['forwarders/main/a', 'ap-southeast-2a has failed'],
        ['forwarders/main/b', '10.10.1.53 does not answer'],
      ],
    );
  });

  test('follows an alias by the rule of the name it leads to', async () => {
    const { answers, hops, zone } = await traceJson(
      ...[ACME, '--from', 'sydney', 'warehouse.orders.cloud.acme.example'],
    );
    assert.equal(zone, 'corp.acme.example');
    assert.deepEqual(
      answers?.map(({ type }) => type),
      ['CNAME', 'A'],
    );
    const tier = hops.filter(({ at }) => at === 'forwarders/main/a').map(({ asks }) => asks);
    assert.deepEqual(tier, ['resolvers/shared', 'authorities/sydney-dns']);
  });

  test('without the only link there is no route, and the exit code is 1; a link may be named from either end', async () => {
    for (const link of ['shared-sydney', 'sydney-shared']) {
      const { code, disposition } = await traceJson(
        ...[ACME, '--from', 'orders', 'db.corp.acme.example', '--without', `link:${link}`],
      );
      assert.deepEqual([code, disposition], [1, 'NO_ROUTE']);
    }
  });

  test('in words, the verdict comes first and every step is numbered', async () => {
    const { stdout } = await pointsman(
      'trace',
      TWO_SITES,
      '--from',
      'syd-apps',
      'nobody.dub.northwind.example',
    );
    const lines = stdout.split('\n');
    assert.equal(
      lines[0],
      '✖ nobody.dub.northwind.example A from syd-apps: NXDOMAIN by dub.northwind.example: no such name',
    );
    assert.equal(lines.filter((line) => /^ [1-4] /.test(line)).length, 4);
    assert.match(stdout, /south\/a → north\/a 10\.60\.1\.53 {2}over the link syd-hub-dub-hub/);
  });

  test('draws itself as SVG, to a file or to stdout', async (t) => {
    const file = join(scratch(t), 'path.svg');
    const args = ['trace', ACME, '--from', 'orders', 'db.corp.acme.example', '--svg'];
    assert.match((await pointsman(...args, file)).stdout, /^✔/);
    const { stdout } = await pointsman(...args);
    assert.equal(stdout, readFileSync(file, 'utf8'));
    assert.match(stdout, /^<svg [^>]*>\n<title>db\.corp\.acme\.example A from orders: ANSWERED by corp/);
    assert.match(stdout, /prefers-color-scheme: dark/);
    assert.ok(!/NaN|undefined|https?:\/\/(?!www\.w3\.org)/.test(stdout));
  });

  test('beside a running world, every step is measured to be as proven; a member that has gone is the first difference', async (t) => {
    const world = await startUp(ACME);
    t.after(world.stop);
    const live = ['--live', '--port', String(world.ready.port)];
    const args = [ACME, '--from', 'orders', 'vault.cloud.acme.example', ...live];
    const fine = await traceJson(...args);
    assert.deepEqual([fine.code, fine.firstDifference], [0, null]);
    assert.ok(fine.hops.filter(({ agrees }) => agrees).length >= 2);
    process.kill(world.ready.forwarders.find(({ name }) => name === 'main/a')!.pid, 'SIGKILL');
    await world.waitFor(({ event, state }) => event === 'member' && state === 'down');
    const gone = await traceJson(...args);
    assert.deepEqual([gone.code, gone.firstDifference], [1, 0]);
  });

  test('says how to start the world where none runs', async () => {
    const port = String(await freePort());
    const { code, stderr } = await pointsman(
      ...['trace', ACME, '--from', 'orders', 'db.corp.acme.example', '--live', '--port', port],
    );
    assert.equal(code, 1);
    assert.match(stderr, /Start `pointsman up examples\/acme\/hybrid\.yaml --port/);
  });

  test('what it does not know is said, with what is near, and the exit code is 2', async () => {
    const wrong = [
      [['--from', 'order', 'a.example'], /no network "order".*did you mean "orders"\?/],
      [['--from', 'orders', 'a..example'], /empty label/],
      [['--from', 'orders', 'a.example', 'AAAAA'], /not a record type/],
      [
        ['--from', 'orders', 'a.example', '--without', 'member:main/d'],
        /no member .*did you mean "main\/a"\?/,
      ],
      [['--from', 'orders', 'a.example', '--without', 'rack:7'], /write az:NAME, member:TIER\/MEMBER/],
    ] as const;
    for (const [args, message] of wrong) {
      const { code, stderr } = await pointsman('trace', ACME, ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
  });
});

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-trace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
