import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { pointsman } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { type Running, startCommand } from './system/running.ts';

let running: Running;
let api: string;
let client: aws.Route53Client;
const folder = mkdtempSync(join(tmpdir(), 'pointsman-transfer-'));
before(async () => {
  const args = ['--dns', `127.0.0.1:${await freePort()}`, '--api', `127.0.0.1:${await freePort()}`];
  running = startCommand(['zones', 'serve', ...args, '--vpc', 'vpc-a=127.0.0.0/8@eu-central-1', '--json']);
  api = (await running.waitFor(({ event }) => event === 'ready')).api as string;
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  client = new aws.Route53Client({ endpoint: api, region: 'us-east-1', credentials });
});
after(async () => {
  client.destroy();
  await running.stop();
  rmSync(folder, { recursive: true });
});

let references = 0;
async function create(Name: string, input: Partial<aws.CreateHostedZoneCommandInput> = {}): Promise<string> {
  const { HostedZone } = await client.send(
    new aws.CreateHostedZoneCommand({ Name, CallerReference: `r${references++}`, ...input }),
  );
  return HostedZone!.Id!.replace('/hostedzone/', '');
}
const change = (HostedZoneId: string, ...sets: aws.ResourceRecordSet[]) =>
  client.send(
    new aws.ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: { Changes: sets.map((ResourceRecordSet) => ({ Action: 'CREATE', ResourceRecordSet })) },
    }),
  );
function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const transfer = (...args: string[]) => pointsman('zones', ...args, '--api', api);

const ZONE_FILE = String.raw`$TTL 300
@       IN SOA  ns.elsewhere.example. hostmaster.elsewhere.example. 7 1 1 1 1
@       IN NS   ns.elsewhere.example.
@       IN MX   10 mail
mail    IN A    192.0.2.1
        IN A    192.0.2.2
*.apps  60 IN CNAME mail
text    IN TXT  "a \"b\" \252" "second"
lab     IN NS   ns.lab
with\032blank IN CNAME a\046dot
`;

describe('zones import and export', { timeout: 300_000 }, () => {
  test('a zone file goes in, but for the SOA and NS of its apex, and comes out again', async () => {
    await create('file.example');
    const imported = await transfer('import', 'file.example', write('file.zone', ZONE_FILE));
    assert.deepEqual([imported.code, imported.stderr], [0, '']);
    assert.match(imported.stdout, /^6 record sets of .*file\.zone in file\.example\.\n$/);
    const exported = await transfer('export', 'file.example');
    assert.equal(exported.code, 0, exported.stderr);
    assert.doesNotMatch(exported.stdout, /elsewhere/);
    assert.match(exported.stdout, /^with\\032blank\t300\tIN\tCNAME\ta\\\.dot\.file\.example\.$/m);
    await create('copy.example');
    const renamed = exported.stdout.replaceAll('file.example', 'copy.example');
    assert.equal((await transfer('import', 'copy.example', write('copy.zone', renamed))).code, 0);
    const lines = (text: string) =>
      text.split('\n').filter((line) => !/\t(SOA|NS)\tns-|\t(SOA|NS)\t.*awsdns/.test(line));
    const copy = await transfer('export', 'copy.example');
    assert.deepEqual(lines(copy.stdout), lines(renamed));
    assert.ok(lines(copy.stdout).length >= 7, copy.stdout);
  });

  test('JSON keeps what a zone file has no form for, and the export says what that is', async () => {
    const id = await create('routed.example');
    const ResourceRecords = [{ Value: '192.0.2.1' }];
    await change(
      id,
      { Name: 'w.routed.example', Type: 'A', TTL: 60, SetIdentifier: 'one', Weight: 1, ResourceRecords },
      { Name: 'plain.routed.example', Type: 'A', TTL: 60, ResourceRecords },
      {
        Name: 'alias.routed.example',
        Type: 'A',
        AliasTarget: { HostedZoneId: id, DNSName: 'plain.routed.example', EvaluateTargetHealth: false },
      },
    );
    const asFile = await transfer('export', id);
    assert.equal(asFile.code, 1);
    assert.match(asFile.stdout, /^plain\t60\tIN\tA\t192\.0\.2\.1$/m);
    assert.match(asFile.stderr, /left out: alias\.routed\.example\. A \(an alias\)/);
    assert.match(asFile.stderr, /left out: w\.routed\.example\. A \(one\)/);

    const asJson = await transfer('export', id, '--format', 'json');
    assert.equal(asJson.code, 0);
    const { ResourceRecordSets } = JSON.parse(asJson.stdout) as {
      ResourceRecordSets: aws.ResourceRecordSet[];
    };
    const Changes = ResourceRecordSets.filter(({ Type }) => Type === 'A').map(
      (ResourceRecordSet) => ({ Action: 'DELETE', ResourceRecordSet }) as const,
    );
    await client.send(
      new aws.ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }),
    );
    assert.equal((await transfer('import', id, write('routed.json', asJson.stdout))).code, 0);
    assert.equal((await transfer('export', id, '--format', 'json')).stdout, asJson.stdout);
  });

  test('aliases of aliases go in after what they lead to', async () => {
    const id = await create('chain.example');
    const aliasTo = (Name: string, target: string) => ({
      ...{ Name, Type: 'A' },
      AliasTarget: { HostedZoneId: id, DNSName: target, EvaluateTargetHealth: false },
    });
    const ResourceRecordSets = [
      aliasTo('a.chain.example', 'b.chain.example'),
      aliasTo('b.chain.example', 'c.chain.example'),
      { Name: 'c.chain.example', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
    ];
    const file = write('chain.json', JSON.stringify({ ResourceRecordSets }));
    const { code, stderr } = await transfer('import', id, file);
    assert.equal(code, 0, stderr);
  });

  test('more than one request may have goes in, in several', async () => {
    await create('large.example');
    const records = Array.from({ length: 1200 }, (_, index) => `n${index} 60 IN TXT "${'x'.repeat(40)}"`);
    const { stdout, stderr } = await transfer(
      'import',
      'large.example',
      write('large.zone', `${records.join('\n')}\n`),
    );
    assert.match(stdout, /^1200 record sets/, stderr);
    assert.equal((await transfer('export', 'large.example')).stdout.split('TXT').length, 1201);
  });

  test('what is wrong is said, and nothing is changed', async () => {
    await create('twice.example');
    await create('twice.example', { VPC: { VPCId: 'vpc-a', VPCRegion: 'eu-central-1' } });
    const file = write('wrong.zone', 'a IN A 192.0.2.1\nb 60 IN A nowhere\n');
    const wrong: [args: string[], message: RegExp][] = [
      [['export', 'none.example'], /there is no hosted zone none\.example/],
      [['export', 'twice.example'], /the name of 2 hosted zones; take an ID: Z.*\(public\)/],
      [['import', 'file.example', join(folder, 'none.zone')], /none\.zone: there is no such file/],
      [['import', 'file.example', file], /wrong\.zone: line 1: .*\n.*wrong\.zone: line 2/],
      [
        ['import', 'file.example', write('wrong.json', '[]')],
        /not what `aws route53 list-resource-record-sets` prints/,
      ],
      [
        ['import', 'file.example', write('out.zone', 'a.elsewhere.example. 60 IN A 192.0.2.1\n')],
        /InvalidChangeBatch/,
      ],
    ];
    const before = await transfer('export', 'file.example');
    for (const [args, message] of wrong) {
      const { code, stderr } = await transfer(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
    assert.equal((await transfer('export', 'file.example')).stdout, before.stdout);
    const nobody = await pointsman('zones', 'export', 'file.example', '--api', 'http://127.0.0.1:1');
    assert.deepEqual([nobody.code, /:1: connect ECONNREFUSED/.test(nobody.stderr)], [2, true]);
    const noUrl = await pointsman('zones', 'export', 'file.example', '--api', '127.0.0.1:1');
    assert.deepEqual([noUrl.code, /Write a URL, such as/.test(noUrl.stderr)], [2, true]);
  });
});
