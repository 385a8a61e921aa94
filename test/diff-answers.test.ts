import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { parseEndpoint } from '@pointsman/core/address';
import { type Message, type ResourceRecord, rdataFromText } from '@pointsman/core/dns';
import { ask } from '@pointsman/lab';
import { POINTSMAN, type Result, run, spawnPointsman } from './system/command.ts';
import { type Script, startScriptedServer } from './system/scripted-server.ts';

/** Two servers that say what each test tells them to. */

function record(name: string, type: string, text: string, ttl = 300): ResourceRecord {
  return { name, type, class: 1, ttl, data: rdataFromText(type, text, '.') };
}

const ONE = record('www.example.', 'A', '192.0.2.1');
const TWO = record('www.example.', 'A', '192.0.2.2');

async function diff(
  t: TestContext,
  [a, b]: [Script, Script],
  queries: string,
  options: string[] = [],
): Promise<
  Result & { endpoints: [string, string]; asked: { udp: number; tcp: number }[]; clients: string[][] }
> {
  const servers = [await startScriptedServer(a), await startScriptedServer(b)] as const;
  t.after(() => Promise.all(servers.map((each) => each.stop())));
  const endpoints: [string, string] = [servers[0].endpoint, servers[1].endpoint];
  const args = [POINTSMAN, 'diff-answers', ...endpoints, '--queries', '-', ...options];
  const result = await run(process.execPath, args, { input: queries });
  return {
    ...result,
    endpoints,
    asked: servers.map((each) => each.asked),
    clients: servers.map((each) => [...each.clients]),
  };
}

const say =
  (answers: ResourceRecord[], changes: Partial<Message> = {}): Script =>
  () => ({ answers, ...changes });

/** Questions and answers, one after the other. */
async function exchanges(endpoint: string, times: number): Promise<void> {
  const { address, port } = parseEndpoint(endpoint)!;
  for (let left = times; left > 0; left--) {
    await ask({ server: { address, port: port! }, name: 'www.example.', type: 'A' });
  }
}

describe('diff-answers', { timeout: 300_000 }, () => {
  test('answers that are the same but for order and TTL: exit code 0', async (t) => {
    const other = say([{ ...TWO, ttl: 7 }, ONE], { authorities: [record('example.', 'NS', 'ns.example.')] });
    const { code, stdout, stderr, endpoints } = await diff(
      t,
      [say([ONE, TWO]), other],
      'www.example A\nwww.Example. A\n',
    );
    assert.equal(stdout, `✔ ${endpoints[0]} and ${endpoints[1]} give the same answers to 1 question\n`);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  test('each difference is shown, in the order of the questions: exit code 1', async (t) => {
    const a: Script = ({ type }) => (type === 'MX' ? { rcode: 3 } : { answers: type === 'A' ? [ONE] : [] });
    const b: Script = ({ type }) => (type === 'MX' ? { rcode: 0 } : { answers: type === 'A' ? [TWO] : [] });
    const { code, stdout, endpoints } = await diff(
      t,
      [a, b],
      'www.example MX\nwww.example AAAA\nwww.example A\n',
    );
    assert.deepEqual(stdout.split('\n'), [
      'www.example. MX',
      '  - NXDOMAIN',
      '  + NOERROR without records',
      'www.example. A',
      '  - www.example. A 192.0.2.1',
      '  + www.example. A 192.0.2.2',
      `✘ 2 of 3 questions: - ${endpoints[0]}, + ${endpoints[1]}`,
      '',
    ]);
    assert.equal(code, 1);
  });

  test('with --json there is a line for each difference, and one for the whole', async (t) => {
    const { code, stdout, endpoints } = await diff(t, [say([ONE]), say([])], 'www.example A\n', ['--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines, [
      {
        name: 'www.example.',
        type: 'A',
        difference: { kind: 'records', onlyA: ['www.example. A 192.0.2.1'], onlyB: [] },
      },
      { asked: 1, differ: 1, a: endpoints[0], b: endpoints[1] },
    ]);
    assert.equal(code, 1);
  });

  test('a truncated answer is asked for over TCP, and compared whole', async (t) => {
    const many = Array.from({ length: 60 }, (_, index) => record('www.example.', 'A', `192.0.2.${index}`));
    const { code, asked } = await diff(t, [say(many), say([...many].reverse())], 'www.example A\n');
    assert.equal(code, 0);
    assert.deepEqual(asked, [
      { udp: 1, tcp: 1 },
      { udp: 1, tcp: 1 },
    ]);
    const cut = await diff(t, [say(many), say(many.slice(1))], 'www.example A\n');
    assert.match(cut.stdout, /- www\.example\. A 192\.0\.2\.0\n/);
    assert.equal(cut.code, 1);
  });

  test('a server that says nothing is told, and so are two', async (t) => {
    const options = ['--timeout', '0.1', '--json'];
    const one = await diff(t, [say([ONE]), () => undefined], 'www.example A\n', options);
    assert.match(one.stdout, /"kind":"no-answer","a":"NOERROR with 1 record","b":"[^"]+"/);
    assert.equal(one.code, 1);
    const both = await diff(t, [() => undefined, () => undefined], 'www.example A\n', options);
    assert.equal(JSON.parse(both.stdout.trimEnd().split('\n').at(-1)!).differ, 1);
    assert.equal(both.code, 1);
  });

  test('a server that answers nothing at all is told once, not for each question', async (t) => {
    const queries = 'www.example A\nwww.example AAAA\n';
    const { code, stdout, endpoints } = await diff(t, [say([ONE]), () => undefined], queries, [
      '--timeout',
      '0.1',
    ]);
    assert.match(stdout, /^✘ 127\.0\.0\.1:[0-9]+ answers none of 2 questions: .+\n$/);
    assert.ok(stdout.includes(endpoints[1]));
    assert.equal(code, 1);
  });

  test('an answer that changes by itself has a second chance', async (t) => {
    let times = 0;
    const { code, asked } = await diff(
      t,
      [say([ONE]), () => ({ answers: [times++ === 0 ? TWO : ONE] })],
      'www.example A\n',
    );
    assert.equal(code, 0);
    assert.equal(asked[0]!.udp, 2);
  });

  test('many questions are under way at once, but never too many', async (t) => {
    const bystander = await startScriptedServer(say([]));
    t.after(bystander.stop);
    let [now, most] = [0, 0];
    const waiting: (() => void)[] = [];
    // As many as there will be at once are held, or all the rest, until others had every chance to come too.
    const slow: Script = async ({ name }) => {
      most = Math.max(most, ++now);
      const left = 200 - Number(/^n([0-9]+)/.exec(name)![1]);
      const held = new Promise<void>((resolve) => waiting.push(resolve));
      if (now >= Math.min(32, left)) {
        await exchanges(bystander.endpoint, 50);
        for (const wake of waiting.splice(0)) wake();
      }
      await held;
      now--;
      return { answers: [] };
    };
    const queries = Array.from({ length: 200 }, (_, index) => `n${index}.example A\n`).join('');
    const { code, asked } = await diff(t, [slow, say([])], queries, ['--timeout', '20']);
    assert.equal(code, 0);
    assert.equal(asked[0]!.udp, 200);
    assert.equal(most, 32);
  });

  test('the questions come from the address that is given', async (t) => {
    const { code, clients } = await diff(t, [say([ONE]), say([ONE])], 'www.example A\n', [
      '--source',
      '127.77.0.1',
    ]);
    assert.deepEqual(clients, [['127.77.0.1'], ['127.77.0.1']]);
    assert.equal(code, 0);
  });

  test('Ctrl-C ends it, with what was found until then', async (t) => {
    const asking = Promise.withResolvers<void>();
    const server = await startScriptedServer(() => {
      asking.resolve();
      return undefined;
    });
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-queries-'));
    t.after(async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'queries.txt');
    writeFileSync(file, Array.from({ length: 1000 }, (_, index) => `n${index}.example A\n`).join(''));
    const args = [server.endpoint, server.endpoint, '--queries', file, '--timeout', '0.2'];
    const child = spawnPointsman(['diff-answers', ...args]);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout!.resume();
    await asking.promise;
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    assert.match(stderr, /stopped after [0-9]+ of 1000 questions/);
    assert.equal(code, 1);
  });
});

describe('diff-answers with wrong input', () => {
  const diffBad = (args: string[], input = '') =>
    run(process.execPath, [POINTSMAN, 'diff-answers', ...args], { input });

  test('every mistake in the queries is told at once: exit code 2', async () => {
    const { code, stdout, stderr } = await diffBad(
      ['127.0.0.1', '127.0.0.2', '--queries', '-'],
      'www.example\nwww.example SOAP\n',
    );
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /2 mistakes in -\n-:1: .*is not a name and a type.*\n-:2: "SOAP" is not a record type/,
    );
    assert.equal(code, 2);
  });

  test('a file that is not there, or that asks nothing, is wrong', async () => {
    const missing = await diffBad(['127.0.0.1', '127.0.0.2', '--queries', 'nowhere.txt']);
    assert.match(missing.stderr, /nowhere\.txt cannot be read \(ENOENT\)/);
    assert.equal(missing.code, 2);
    const empty = await diffBad(['127.0.0.1', '127.0.0.2', '--queries', '-'], '; nothing\n');
    assert.match(empty.stderr, /has no queries/);
    assert.equal(empty.code, 2);
  });

  test('servers and sources are addresses', async () => {
    for (const args of [
      ['ns.example', '127.0.0.1', '--queries', '-'],
      ['127.0.0.1', '127.0.0.1:0', '--queries', '-'],
      ['127.0.0.1', '127.0.0.1', '--queries', '-', '--source', 'here'],
      ['127.0.0.1', '--queries', '-'],
      ['127.0.0.1', '127.0.0.1'],
    ]) {
      assert.equal((await diffBad(args, 'www.example A\n')).code, 2, args.join(' '));
    }
  });
});
