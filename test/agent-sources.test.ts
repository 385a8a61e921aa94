import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as s3 from '@aws-sdk/client-s3';
import { type AgentLab, documentedPolicy, openAgentLab, REGION, skipWithoutLab } from './system/agent-lab.ts';
import { POINTSMAN } from './system/command.ts';
import { type EtagSite, startEtagSite } from './system/etag-site.ts';
import { skipWithout } from './system/packages.ts';

/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;
const S3 = { configuration: 's3://acme-configs/main/{member}.json', engine: 'bind' };
const CA = '/var/lib/pointsman/ca.pem';

/** A VPC with IPv6. Member a has BIND and its configuration in S3, member b the native engine and a web server. */
describe('agents on machines with IPv6, with other sources and another engine', {
  skip: skipWithoutLab || skipWithout('named', 'openssl'),
  timeout: 600_000,
  concurrency: true,
}, () => {
  const cleanups: (() => unknown)[] = [];
  const machines = new Map<string, string>();
  let lab: AgentLab;
  let site: EtagSite;
  before(async () => {
    const t = { after: (cleanup: unknown) => cleanups.push(cleanup as () => unknown) };
    lab = await openAgentLab(t, documentedPolicy(), { dualStack: true });
    site = await startEtagSite(t, { namespace: lab.router, address: '169.254.169.254', port: 8443 });
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('an object of S3 is served by BIND, over both families; a new one is taken, a missing one changes nothing', async () => {
    const place = { Bucket: 'acme-configs', Key: 'main/a.json' };
    const client = openS3();
    const put = (rules: number) =>
      client.send(new s3.PutObjectCommand({ ...place, Body: lab.configurationOf('a', rules) }));
    await client.send(new s3.CreateBucketCommand({ Bucket: place.Bucket }));
    await put(1);
    machines.set('a', await lab.boot('a', { agent: S3 }));
    await says('a', /the role of this host may not do s3:GetObject: allow it/);
    const policies = [documentedPolicy(S3)];
    lab.cloud.identity.putRole({ account: lab.owner.account, name: 'agent', policies });
    await answersOverBoth('a', 'corp.example', '10.0.0.1');
    await answersOverBoth('a', 'z1.example', 'RCODE 5');
    await put(2);
    await look('a');
    await answersOverBoth('a', 'z1.example', '10.0.0.1');
    await client.send(new s3.DeleteObjectCommand(place));
    await look('a');
    await says('a', /the configuration cannot be read, the last good one stays: .*s3:GetObject/);
    await answersOverBoth('a', 'z1.example', '10.0.0.1');
    assert.equal((await status('a')).engine.kind, 'bind');
  });

  test('a URL is read by its ETag, over HTTPS; a bad one is refused, one that fails changes nothing', async () => {
    site.text = lab.configurationOf('b');
    const configuration = `${site.url}/{member}.json`;
    const first = [`cat > ${CA} <<'END'\n${site.certificate}END`, `export NODE_EXTRA_CA_CERTS=${CA}`];
    machines.set('b', await lab.boot('b', { agent: { configuration }, first }));
    await answersOverBoth('b', 'corp.example', '10.0.0.1');
    await look('b');
    await until(async () => site.unchanged > 0);
    site.text = lab.configurationOf('b', 2);
    await look('b');
    await answersOverBoth('b', 'z1.example', '10.0.0.1');
    site.text = '{}';
    await look('b');
    await says(
      'b',
      /configuration \S+ from https:\S+\/b\.json is not taken, the last good one stays: name: is missing/,
    );
    site.status = 503;
    await look('b');
    await says('b', /the last good one stays: https:\S+\/b\.json answers 503 Service Unavailable/);
    await answersOverBoth('b', 'z1.example', '10.0.0.1');
    assert.deepEqual([...site.paths], ['/b.json']);
    assert.equal((await status('b')).engine.kind, 'native');
  });

  test('every fixed address has an IP rule of its own, and its family a way out', async () => {
    await answersOverBoth('b', 'corp.example', '10.0.0.1');
    const [ipv4, ipv6] = lab.addressesOf('b');
    const machine = machines.get('b')!;
    const shown = async (...command: string[]) => (await lab.run(machine, 'ip', ...command)).stdout;
    assert.match(await shown('rule'), new RegExp(`^530:\tfrom ${ipv4} lookup 530 proto 153 *$`, 'm'));
    assert.match(await shown('-6', 'rule'), new RegExp(`^530:\tfrom ${ipv6} lookup 530 proto 153 *$`, 'm'));
    assert.match(await shown('route', 'show', 'table', '530'), /^default via 10\.10\.2\.1 dev eth1 /m);
    const gateway = ipv6!.replace(/53$/, '1');
    const ways = await shown('-6', 'route', 'show', 'table', '530');
    assert.ok(ways.includes(`default via ${gateway} dev eth1 `), ways);
  });

  async function answersOverBoth(member: string, domain: string, expected: string): Promise<void> {
    const addresses = lab.addressesOf(member);
    assert.equal(addresses.length, 2);
    for (const address of addresses) await until(async () => (await lab.ask(address, domain)) === expected);
  }

  /** As the owner of the account. */
  function openS3(): s3.S3Client {
    const client = new s3.S3Client({
      ...{ region: REGION, endpoint: lab.endpoint, forcePathStyle: true },
      credentials: lab.owner,
    });
    cleanups.push(() => client.destroy());
    return client;
  }

  /** The agent looks at its configuration now. */
  async function look(member: string): Promise<void> {
    const { code, stderr } = await lab.run(
      machines.get(member)!,
      'pkill',
      '-HUP',
      '-f',
      'pointsman.js agent',
    );
    assert.equal(code, 0, stderr);
  }

  async function says(member: string, line: RegExp): Promise<void> {
    await until(async () => line.test(lab.consoleOf(machines.get(member)!)));
  }

  async function status(member: string) {
    const command = [POINTSMAN, 'agent', 'status', '--json', '--config', '/var/lib/pointsman/agent.json'];
    const { stdout } = await lab.run(machines.get(member)!, process.execPath, ...command);
    return JSON.parse(stdout);
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const texts = () => [...machines.values()].map((id) => `${id}:\n${lab.consoleOf(id)}`).join('\n');
      assert.ok(performance.now() < end, `not so after ${PATIENCE} ms\n${texts()}`);
      await delay(50);
    }
  }
});
