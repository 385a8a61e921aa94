import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AWS, runAws } from './system/aws.ts';
import { AWS_CLI, type AwsDriver, startAwsDriver } from './system/aws-driver.ts';
import { pointsman, ROOT, run } from './system/command.ts';
import { dig } from './system/dig.ts';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import {
  type Caller,
  GUEST,
  KEYS,
  OWNER,
  REGION,
  route53,
  startZones,
  type ZoneService,
} from './system/zones.ts';

describe('the AWS CLI', { skip: skipWithout(AWS_CLI, 'dig'), timeout: 600_000 }, () => {
  let service: ZoneService;
  let driver: AwsDriver;
  before(async () => {
    driver = startAwsDriver();
    service = await startZones(
      ...['--vpc', `vpc-main=127.10.0.0/16@${REGION}`, '--vpc', `vpc-second=127.11.0.0/16@${REGION}`],
      ...['--vpc', `vpc-guest=127.20.0.0/16@${REGION}@${GUEST.account}`],
      ...KEYS,
    );
  });
  after(() => Promise.all([service?.running.stop(), driver.stop()]));

  const tell = async (caller: Caller, ...args: string[]) => {
    const { error, message, output } = await route53(driver.run, service.api, caller, ...args);
    assert.equal(error, undefined, `${args[0]}: ${error} ${message}`);
    return output;
  };
  const own = (...args: string[]) => tell(OWNER, ...args);
  const refused = async (caller: Caller, ...args: string[]) =>
    (await route53(driver.run, service.api, caller, ...args)).error;
  const vpc = (id: string) => `VPCRegion=${REGION},VPCId=${id}`;
  const batch = (...changes: [action: string, name: string, value: string][]) =>
    JSON.stringify({
      Changes: changes.map(([Action, Name, Value]) => ({
        Action,
        ResourceRecordSet: { Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value }] },
      })),
    });
  const ask = (client: string, name: string) => dig({ client, server: service.dns, name, type: 'A' });
  const addressOf = async (client: string, name: string) => {
    const { status, answers } = await ask(client, name);
    return answers[0]?.data ?? status;
  };
  const create = async (name: string, ...args: string[]) =>
    (await own('create-hosted-zone', '--name', name, '--caller-reference', name, ...args)).HostedZone.Id;

  test('makes a private zone and records, and dig sees each change once it is acknowledged', async () => {
    const id = await create(
      'cli.example',
      '--vpc',
      vpc('vpc-main'),
      '--hosted-zone-config',
      'Comment=by hand',
    );
    const change = (action: string, value: string) =>
      own(
        'change-resource-record-sets',
        '--hosted-zone-id',
        id,
        '--change-batch',
        batch([action, 'db.cli.example', value]),
      );
    const { ChangeInfo } = await change('CREATE', '10.1.1.1');
    assert.equal(ChangeInfo.Status, 'PENDING');
    assert.equal(await addressOf('127.10.0.5', 'db.cli.example'), '10.1.1.1');
    assert.equal(await addressOf('127.11.0.5', 'db.cli.example'), 'REFUSED');
    await own('wait', 'resource-record-sets-changed', '--id', ChangeInfo.Id);
    await change('UPSERT', '10.1.1.2');
    assert.equal(await addressOf('127.10.0.5', 'db.cli.example'), '10.1.1.2');
    const tested = await own(
      'test-dns-answer',
      '--hosted-zone-id',
      id,
      '--record-name',
      'db.cli.example',
      '--record-type',
      'A',
    );
    assert.deepEqual([tested.ResponseCode, tested.RecordData], ['NOERROR', ['10.1.1.2']]);
    assert.equal(await refused(OWNER, 'delete-hosted-zone', '--id', id), 'HostedZoneNotEmpty');
    await change('DELETE', '10.1.1.2');
    assert.equal(await addressOf('127.10.0.5', 'db.cli.example'), 'NXDOMAIN');
    await own('update-hosted-zone-comment', '--id', id, '--comment', 'again');
    const { HostedZone, VPCs } = await own('get-hosted-zone', '--id', id);
    assert.deepEqual(HostedZone.Config, { Comment: 'again', PrivateZone: true });
    assert.deepEqual(VPCs, [{ VPCRegion: REGION, VPCId: 'vpc-main' }]);
    await own('delete-hosted-zone', '--id', id);
    assert.equal(await refused(OWNER, 'get-hosted-zone', '--id', id), 'NoSuchHostedZone');
    assert.equal(await addressOf('127.10.0.5', 'db.cli.example'), 'REFUSED');
  });

  test('lists zones and records in pages of its own making', async () => {
    const id = await create('pages.example');
    for (const name of ['a.pages.example', 'b.pages.example']) await create(name);
    const changes = Array.from({ length: 320 }, (_, index): [string, string, string] => [
      'CREATE',
      `n${index}.pages.example`,
      '192.0.2.1',
    ]);
    await own('change-resource-record-sets', '--hosted-zone-id', id, '--change-batch', batch(...changes));
    const { ResourceRecordSets } = await own('list-resource-record-sets', '--hosted-zone-id', id);
    assert.equal(ResourceRecordSets.length, 322);
    const { HostedZones } = await own('list-hosted-zones', '--page-size', '1');
    const { HostedZoneCount } = await own('get-hosted-zone-count');
    assert.equal(HostedZones.length, HostedZoneCount);
    const byName = await own(
      'list-hosted-zones-by-name',
      '--dns-name',
      'b.pages.example',
      '--max-items',
      '1',
    );
    assert.equal(byName.HostedZones[0].Name, 'b.pages.example.');
  });

  test('joins a VPC of another account to a zone, by both accounts', async () => {
    const id = await create('shared.example', '--vpc', vpc('vpc-main'));
    await own(
      'change-resource-record-sets',
      '--hosted-zone-id',
      id,
      '--change-batch',
      batch(['CREATE', 'a.shared.example', '10.0.0.1']),
    );
    const associate = ['associate-vpc-with-hosted-zone', '--hosted-zone-id', id, '--vpc', vpc('vpc-guest')];
    assert.equal(await refused(GUEST, ...associate), 'NotAuthorizedException');
    assert.equal(await refused(GUEST, 'get-hosted-zone', '--id', id), 'AccessDenied');
    await own('create-vpc-association-authorization', '--hosted-zone-id', id, '--vpc', vpc('vpc-guest'));
    const { VPCs } = await own('list-vpc-association-authorizations', '--hosted-zone-id', id);
    assert.equal(VPCs[0].VPCId, 'vpc-guest');
    await tell(GUEST, ...associate);
    assert.equal(await addressOf('127.20.0.5', 'a.shared.example'), '10.0.0.1');
    await own('delete-vpc-association-authorization', '--hosted-zone-id', id, '--vpc', vpc('vpc-guest'));
    const { HostedZoneSummaries } = await tell(
      GUEST,
      'list-hosted-zones-by-vpc',
      '--vpc-id',
      'vpc-guest',
      '--vpc-region',
      REGION,
    );
    assert.deepEqual(HostedZoneSummaries[0].Owner, { OwningAccount: OWNER.account });
    await tell(GUEST, 'disassociate-vpc-from-hosted-zone', '--hosted-zone-id', id, '--vpc', vpc('vpc-guest'));
    assert.equal(await addressOf('127.20.0.5', 'a.shared.example'), 'REFUSED');
    const last = ['disassociate-vpc-from-hosted-zone', '--hosted-zone-id', id, '--vpc', vpc('vpc-main')];
    assert.equal(await refused(OWNER, ...last), 'LastVPCAssociation');
  });

  test('does nothing of a batch in which one change is bad, and shows why', async () => {
    const id = await create('whole.example', '--vpc', vpc('vpc-second'));
    const changes = batch(
      ['CREATE', 'good.whole.example', '10.0.0.1'],
      ['DELETE', 'bad.whole.example', '10.0.0.1'],
    );
    const { error, message } = await route53(
      driver.run,
      service.api,
      OWNER,
      'change-resource-record-sets',
      '--hosted-zone-id',
      id,
      '--change-batch',
      changes,
    );
    assert.equal(error, 'InvalidChangeBatch');
    assert.equal(
      message,
      "[Tried to delete resource record set [name='bad.whole.example.', type='A'] but it was not found]",
    );
    assert.equal(await addressOf('127.11.0.5', 'good.whole.example'), 'NXDOMAIN');
  });

  test('makes, changes and takes away health checks, tags and delegation sets, and reads limits', async () => {
    const config = 'Type=HTTP,IPAddress=127.10.0.9,Port=8080,ResourcePath=/';
    const { HealthCheck } = await own(
      'create-health-check',
      '--caller-reference',
      'c',
      '--health-check-config',
      config,
    );
    const id = ['--health-check-id', HealthCheck.Id];
    assert.equal(
      (await own('update-health-check', ...id, '--port', '8081')).HealthCheck.HealthCheckVersion,
      2,
    );
    assert.equal((await own('get-health-check', ...id)).HealthCheck.HealthCheckConfig.Port, 8081);
    assert.equal((await own('list-health-checks')).HealthChecks.length, 1);
    assert.equal((await own('get-health-check-count')).HealthCheckCount, 1);
    assert.ok(Array.isArray((await own('get-health-check-status', ...id)).HealthCheckObservations));
    assert.ok(
      Array.isArray((await own('get-health-check-last-failure-reason', ...id)).HealthCheckObservations),
    );
    const resource = ['--resource-type', 'healthcheck', '--resource-id', HealthCheck.Id];
    await own('change-tags-for-resource', ...resource, '--add-tags', 'Key=Name,Value=web');
    assert.deepEqual((await own('list-tags-for-resource', ...resource)).ResourceTagSet.Tags, [
      { Key: 'Name', Value: 'web' },
    ]);
    const many = ['--resource-type', 'healthcheck', '--resource-ids', HealthCheck.Id];
    assert.equal((await own('list-tags-for-resources', ...many)).ResourceTagSets.length, 1);
    await own('delete-health-check', ...id);
    assert.equal(await refused(OWNER, 'get-health-check', ...id), 'NoSuchHealthCheck');

    const { DelegationSet } = await own('create-reusable-delegation-set', '--caller-reference', 'd');
    assert.equal((await own('list-reusable-delegation-sets')).DelegationSets.length, 1);
    assert.deepEqual(
      (await own('get-reusable-delegation-set', '--id', DelegationSet.Id)).DelegationSet,
      DelegationSet,
    );
    await own('delete-reusable-delegation-set', '--id', DelegationSet.Id);
    assert.equal((await own('get-account-limit', '--type', 'MAX_HOSTED_ZONES_BY_OWNER')).Limit.Value, 500);
  });

  test('is told AWS’s own errors for keys that are wrong', async () => {
    assert.equal(await refused({ ...OWNER, secret: 'wrong' }, 'list-hosted-zones'), 'SignatureDoesNotMatch');
    assert.equal(await refused({ ...OWNER, id: 'AKIANOBODY' }, 'list-hosted-zones'), 'InvalidClientTokenId');
  });

  test('’s library may presign requests', async () => {
    const script = `
import awscli, sys, urllib.request
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
request = AWSRequest('GET', sys.argv[1] + '/2013-04-01/hostedzonesbyname?dnsname=a%20b%2A.example')
SigV4QueryAuth(Credentials(sys.argv[2], sys.argv[3]), 'route53', 'us-east-1', expires=int(sys.argv[4])).add_auth(request)
try:
    print(urllib.request.urlopen(request.url).status)
except urllib.error.HTTPError as error:
    print(error.status)
`;
    const presigned = async (secret: string, expires: string) =>
      (await run('/usr/bin/python3', ['-c', script, service.api, OWNER.id, secret, expires])).stdout.trim();
    assert.equal(await presigned(OWNER.secret, '60'), '200');
    assert.equal(await presigned('wrong', '60'), '403');
    assert.equal(await presigned(OWNER.secret, '700000'), '403');
  });
});

describe('zones serve', { skip: skipWithout(AWS, 'dig'), timeout: 600_000 }, () => {
  test('has in its file what was acknowledged before it was killed', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-zones-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const args = ['--db', join(folder, 'zones.db'), '--vpc', `vpc-main=127.10.0.0/16@${REGION}`];
    const first = await startZones(...args);
    const create = [
      'create-hosted-zone',
      '--name',
      'kept.example',
      '--caller-reference',
      '1',
      '--vpc',
      `VPCRegion=${REGION},VPCId=vpc-main`,
    ];
    const { output } = await route53(runAws, first.api, OWNER, ...create);
    first.running.process.kill('SIGKILL');
    await first.running.exited;
    const second = await startZones(...args);
    t.after(() => second.running.stop());
    assert.ok(readdirSync(folder).includes('zones.db'));
    const got = await route53(runAws, second.api, OWNER, 'get-hosted-zone', '--id', output.HostedZone.Id);
    assert.equal(got.output.HostedZone.Name, 'kept.example.');
    const { status, answers } = await dig({
      client: '127.10.0.5',
      server: second.dns,
      name: 'kept.example',
      type: 'SOA',
    });
    assert.deepEqual([status, answers.length], ['NOERROR', 1]);
  });

  test('says what is wrong with its options, and starts nothing', async () => {
    const dns = ['--dns', `127.0.0.1:${await freePort()}`];
    const api = ['--api', `127.0.0.1:${await freePort()}`];
    const foreign = join(ROOT, 'package.json');
    const before = readFileSync(foreign, 'utf8');
    const wrong: [args: string[], message: RegExp][] = [
      [[...dns], /--api/],
      [['--dns', '127.0.0.1', ...api], /an address and a port/],
      [[...dns, ...api, '--vpc', 'vpc-a=10.0.0.0@eu-central-1'], /vpc-ID=CIDR@REGION/],
      [[...dns, ...api, '--key', 'a:b@1'], /ACCESS:SECRET@ACCOUNT/],
      [[...dns, ...api, ...Array(2).fill(['--key', 'a:b@111111111111']).flat()], /twice/],
      [
        [...dns, '--api', `0.0.0.0:${await freePort()}`],
        /without access keys anybody could change everything/,
      ],
      [[...dns, ...api, '--db', foreign], /package\.json is damaged: .* It was not touched/],
      [[...dns, ...api, '--db', '/nowhere/zones.db'], /nowhere/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await pointsman('zones', 'serve', ...args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
    assert.equal(readFileSync(foreign, 'utf8'), before);
  });
});
