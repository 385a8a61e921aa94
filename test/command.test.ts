import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { POINTSMAN, pointsman, run } from './system/command.ts';
import { copyTopology } from './system/lab.ts';
import { type RunningWorld, startUp } from './system/running.ts';

const ACME = 'examples/acme/hybrid.yaml';

describe('init', { timeout: 300_000 }, () => {
  test('writes a topology that has no mistakes', async (t) => {
    const file = join(scratch(t), 'new.yaml');
    assert.equal((await pointsman('init', file)).code, 0);
    const { code, stdout } = await pointsman('check', file);
    assert.equal(code, 0);
    assert.match(stdout, /^✔ example: .* has no mistakes/);
  });

  test('what it writes runs, and resolves across its boundary', async (t) => {
    const file = join(scratch(t), 'new.yaml');
    await pointsman('init', file);
    const world = await startUp(file);
    t.after(world.stop);
    const query = async (from: string, name: string) => {
      const port = String(world.ready.port);
      const { stdout } = await pointsman('query', file, '--json', '--port', port, '--from', from, name);
      return JSON.parse(stdout).answers.map((each: { data: string }) => each.data);
    };
    assert.deepEqual(await query('orders', 'db.corp.example'), ['192.168.10.20']);
    assert.deepEqual(await query('orders', 'intranet.corp.example'), ['www.cloud.example.', '10.20.4.80']);
    assert.deepEqual(await query('sydney', 'shop.cloud.example'), ['www.cloud.example.', '10.20.4.80']);
    assert.deepEqual(await query('sydney', '10.20.4.80'), ['www.cloud.example.']);
    assert.deepEqual(await query('orders', '192.168.10.20'), ['db.corp.example.']);
  });

  test('says what to do next, in words that can be pasted into a shell', async (t) => {
    const file = join(scratch(t), 'my networks.yaml');
    const { stdout } = await pointsman('init', file);
    const commands = stdout.split('\n').filter((line) => line.startsWith('  '));
    assert.deepEqual(commands, [
      `  pointsman check '${file}'`,
      `  pointsman up '${file}'`,
      `  pointsman query '${file}' --from orders db.corp.example    # from another terminal`,
    ]);
  });

  test('never overwrites a file', async (t) => {
    const file = join(scratch(t), 'new.yaml');
    await pointsman('init', file);
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await pointsman('init', file);
    assert.equal(code, 2);
    assert.match(stderr, /is there already, and init overwrites nothing/);
    assert.equal(readFileSync(file, 'utf8'), before);
  });

  test('says so where the folder does not exist', async (t) => {
    const { code, stderr } = await pointsman('init', join(scratch(t), 'nowhere/new.yaml'));
    assert.equal(code, 2);
    assert.match(stderr, /its folder does not exist/);
  });
});

describe('check', { timeout: 300_000 }, () => {
  test('shows what follows from a topology', async () => {
    const { code, stdout } = await pointsman('check', ACME);
    assert.equal(code, 0);
    assert.match(stdout, /^✔ acme: examples\/acme\/hybrid\.yaml has no mistakes/);
    assert.match(stdout, /3 VPCs, 1 site/);
    assert.match(stdout, /orders\.cloud\.acme\.example +→ 10\.10\.0\.2/);
    assert.match(stdout, /corp\.acme\.example +→ 192\.168\.1\.53, 192\.168\.2\.53/);
  });

  test('--json has the whole plan', async () => {
    const { stdout } = await pointsman('check', ACME, '--json');
    const { ok, name, plan } = JSON.parse(stdout);
    assert.deepEqual([ok, name, plan.forwarders.length, plan.clients.length], [true, 'acme', 3, 4]);
  });

  test('a file that is not there, or is no topology, is wrong input', async (t) => {
    for (const [file, message] of [
      ['no-such.yaml', /^pointsman: no-such\.yaml: there is no such file; `pointsman init` writes/],
      ['README.txt', /is not named as a topology/],
      ['examples', /^pointsman: examples: is a folder; name a topology file$/m],
      ['test/system/dig.ts', /has no default export/],
    ] as const) {
      const { code, stderr } = await pointsman('check', file);
      assert.equal(code, 2, file);
      assert.match(stderr, message);
    }
    assert.ok(t);
  });
});

describe('a topology in TypeScript', { timeout: 300_000 }, () => {
  test('is found the packages it imports wherever it lies', async (t) => {
    const file = join(scratch(t), 'one.mts');
    writeFileSync(
      file,
      `import { defineTopology } from '@pointsman/core/topology';
export default defineTopology({ name: 'one', networks: { only: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.1.0.0/16'] } } });
`,
    );
    const { code, stdout, stderr } = await pointsman('check', file);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /one/);
  });
});

describe('a zone file', { timeout: 300_000 }, () => {
  test('that is a folder is said to be one', async (t) => {
    const folder = scratch(t);
    mkdirSync(join(folder, 'zones'));
    const file = join(folder, 'hybrid.yaml');
    writeFileSync(
      file,
      `name: one
networks: { only: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16] } }
zones: { one.example: { kind: private, networks: [only], records: ./zones } }
`,
    );
    const { code, stderr } = await pointsman('check', file);
    assert.equal(code, 2);
    assert.match(stderr, /the zone file "\.\/zones" is a folder/);
  });
});

describe('query', { timeout: 300_000 }, () => {
  let world: RunningWorld;
  before(async () => {
    world = await startUp(ACME);
  });
  after(() => world?.stop());
  const query = (...args: string[]) => pointsman('query', ACME, '--port', String(world.ready.port), ...args);

  test('--json gives the answer, who gave it, and how long it took', async () => {
    const { code, stdout } = await query('--from', 'orders', 'app.cloud.acme.example', '--json');
    assert.equal(code, 0);
    const { rcode, answers, server, ms, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, {});
    assert.equal(rcode, 'NOERROR');
    assert.equal(server, `127.10.1.53:${world.ready.port}`);
    assert.equal(typeof ms, 'number');
    const [first, second] = answers;
    assert.deepEqual(Object.keys(first), ['name', 'type', 'ttl', 'data']);
    assert.deepEqual(
      [first.name, first.type, first.data],
      ['app.cloud.acme.example.', 'CNAME', 'www.cloud.acme.example.'],
    );
    assert.match(second.data, /elb\.amazonaws\.com\.$/);
    assert.equal(answers.length, 5);
  });

  test('in words it shows the records', async () => {
    const { code, stdout } = await query('--from', 'sydney', 'vault.cloud.acme.example');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^vault\.cloud\.acme\.example\. +[0-9]+ +A +10\.10\.1\.60\nNOERROR\nfrom 127\.168\.1\.53:/,
    );
  });

  test('an address stands for its reverse name, and a type may be written in any case', async () => {
    assert.match((await query('--from', 'orders', '192.168.10.20')).stdout, /PTR +db\.corp\.acme\.example\./);
    assert.match(
      (await query('--from', 'orders', 'corp.acme.example', 'mx')).stdout,
      /MX +10 mail\.corp\.acme\.example\./,
    );
  });

  test('exit code 1 where the answer is no: no such name, no such type, nobody who knows', async () => {
    const missing = await query('--from', 'orders', 'nobody.corp.acme.example');
    assert.deepEqual([missing.code, missing.stdout.split('\n')[0]], [1, 'NXDOMAIN']);
    const empty = await query('--from', 'orders', 'db.corp.acme.example', 'AAAA');
    assert.equal(empty.code, 1);
    assert.match(empty.stdout, /^NOERROR, but no records of this type/);
    const unknown = await query('--from', 'orders', 'www.example.org', '--json');
    assert.equal(unknown.code, 1);
    assert.notEqual(JSON.parse(unknown.stdout).rcode, 'NOERROR');
  });

  test('exit code 1, and how to start one, where no world runs', async () => {
    const args = ['query', ACME, '--port', '9', '--from', 'orders', 'db.corp.acme.example'];
    const { code, stderr } = await pointsman(...args);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^pointsman: nothing answers on port 9\. Start `pointsman up examples\/acme\/hybrid\.yaml --port 9` in another/,
    );
    assert.equal(stderr.trim().split('\n').length, 1);
    const { error } = JSON.parse((await pointsman(...args, '--json')).stdout);
    assert.match(error, /127\.10\.1\.53:9: /);
  });

  test('a name of the rest: everything else, not a dot', async () => {
    const { code, stdout } = await query('--from', 'orders', 'www.example.com');
    assert.equal(code, 1);
    assert.match(stdout, /^SERVFAIL: everything else: 127\.10\.0\.2/);
  });

  test('of those who did not answer before the one who did, it says so', async (t) => {
    const own = await startUp(ACME);
    t.after(own.stop);
    const first = own.ready.forwarders[0]!;
    process.kill(first.pid, 'SIGKILL');
    await own.waitFor(
      ({ event, name, state }) => event === 'member' && name === first.name && state === 'down',
    );
    const port = String(own.ready.port);
    const { code, stdout } = await pointsman(
      'query',
      ACME,
      '--port',
      port,
      '--from',
      'orders',
      'db.corp.acme.example',
    );
    assert.equal(code, 0);
    assert.match(stdout, /from 127\.10\.2\.53:.* \(127\.10\.1\.53 did not answer\)/);
  });

  test('what is mistyped is wrong input, and the nearest is named', async () => {
    for (const [args, message] of [
      [
        ['--from', 'odrers', 'db.corp.acme.example'],
        /there is no network "odrers" in .*; did you mean "orders"\?/,
      ],
      [['--from', 'orders', 'db..example'], /has an empty label/],
      [['--from', 'orders', 'db.corp.acme.example', 'AAAAA'], /"AAAAA" is not a record type/],
      [
        ['db.corp.acme.example'],
        /say which network asks: --from, and one of shared, orders, billing, sydney/,
      ],
      [['--from', 'orders', 'my name'], /"my name" is no domain name: it has a space in it/],
      [['--from', 'orders', '192.168.10.0/24'], /"192\.168\.10\.0\/24" is a range of addresses; ask for one/],
    ] as const) {
      const { code, stderr } = await query(...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.match(stderr, /\(pointsman query --help has examples\)/);
    }
  });

  test('--json tells such a mistake as an event with a code, on stdout', async () => {
    const { code, stdout, stderr } = await query('--from', 'odrers', 'db.corp.acme.example', '--json');
    assert.deepEqual([code, stderr], [2, '']);
    const { event, code: what, message } = JSON.parse(stdout);
    assert.deepEqual([event, what], ['error', 'unknown-network']);
    assert.match(message, /did you mean "orders"/);
  });
});

describe('the command', { timeout: 300_000 }, () => {
  test('names the nearest command', async () => {
    const { code, stderr } = await pointsman('chek');
    assert.equal(code, 2);
    assert.match(stderr, /unknown command 'chek'\s+\(Did you mean check\?\)/);
  });

  test('a mistake points to the help of the very command', async () => {
    for (const [words, message] of [
      [
        ['agent', 'policy', '--account', 'x'],
        /12 digits, such as 111122223333\.\n\(pointsman agent policy --help/,
      ],
      [
        ['agent', 'policy', '--region', 'mars'],
        /Write a region, such as ap-southeast-2\.\n\(pointsman agent policy/,
      ],
      [['agent', 'plan'], /'--config <file>' not specified\n\(pointsman agent plan --help has examples\)/],
      [['agent', 'plan', '--config', 'test'], /^pointsman: test: is a folder; name a file\n/],
      [
        ['status', ACME, '--endpoint', '127.0.0.1:9'],
        /Write a URL, .*\n\(pointsman status --help has examples\)/,
      ],
    ] as const) {
      const { code, stderr } = await pointsman(...words);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });

  test('status says why it has asked AWS where it cannot be asked', async (t) => {
    const { file, name, remove } = copyTopology(ACME);
    t.after(remove);
    const env = {
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PROFILE: '' },
      ...{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
    };
    const [byDefault, wanted] = await Promise.all([
      run(process.execPath, [POINTSMAN, 'status', file], { env }),
      run(process.execPath, [POINTSMAN, 'status', file, '--no-lab'], { env }),
    ]);
    assert.deepEqual([byDefault.code, wanted.code], [2, 2]);
    assert.match(byDefault.stderr, /no keys to sign it with/);
    const why = `; no lab of ${name} runs here, and so AWS was asked\n`;
    assert.ok(byDefault.stderr.endsWith(why), byDefault.stderr);
    assert.doesNotMatch(wanted.stderr, /no lab/);
  });

  test('every command’s help has an example, and needs no file', async () => {
    for (const command of ['init', 'check', 'up', 'query', 'serve', 'schema']) {
      const { code, stdout } = await pointsman(command, '--help');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`\n +pointsman ${command} `), command);
    }
  });

  test('schema prints JSON Schemas', async () => {
    for (const [of, property] of [
      ['topology', 'networks'],
      ['forwarder', 'listen'],
    ] as const) {
      const { stdout } = await pointsman('schema', of);
      const schema = JSON.parse(stdout);
      assert.match(schema.$schema, /json-schema\.org/);
      assert.ok(schema.properties[property]);
    }
  });

  test('output that cannot be written is one sentence and exit code 1', {
    skip: !existsSync('/dev/full'),
  }, async () => {
    const command = `"${process.execPath}" packages/cli/bin/pointsman.js schema topology > /dev/full`;
    const { code, stderr } = await run('bash', ['-c', command]);
    assert.deepEqual([code, stderr], [1, 'pointsman: cannot write its output: there is no space left\n']);
  });

  test('colours are for terminals that want them', async () => {
    const args = ['packages/cli/bin/pointsman.js', 'check', ACME];
    const coloured = await run(process.execPath, args, { env: { NO_COLOR: '', FORCE_COLOR: '1' } });
    assert.ok(coloured.stdout.includes('\x1b['));
    assert.ok(!(await run(process.execPath, args)).stdout.includes('\x1b['));
  });
});

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-command-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
