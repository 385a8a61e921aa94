import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { callAws } from './system/aws.ts';
import { AWS_CLI, type AwsDriver, startAwsDriver } from './system/aws-driver.ts';
import { pointsman } from './system/command.ts';
import { dig } from './system/dig.ts';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import { type Event, type RunningWorld, startUp } from './system/running.ts';

/** Two VPCs of two accounts, one of them adopted, and what `web` says of the first one's zone. */
const topology = (web: string) => ({
  name: 'drifting',
  networks: {
    hub: {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: ['10.81.0.0/16'],
      account: '111111111111',
      vpcId: 'vpc-0123456789abcdef0',
    },
    spoke: { kind: 'vpc', region: 'eu-west-2', cidrs: ['10.82.0.0/16'], account: '222222222222' },
  },
  links: [{ kind: 'peering', between: ['hub', 'spoke'] }],
  zones: {
    'cloud.example': {
      kind: 'private',
      networks: ['hub'],
      records: { web: { A: [web] }, old: { A: ['10.81.0.7'] } },
    },
    'spoke.example': { kind: 'private', networks: ['spoke'], records: { www: { A: ['10.82.0.1'] } } },
    'public.example': { kind: 'public', records: { www: { A: ['203.0.113.1'] } } },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'pointsman-drift-'));
const file = join(folder, 'topology.json');
const state = join(folder, 'drift.state');
const write = (web: string) => writeFileSync(file, JSON.stringify(topology(web)));
after(() => rmSync(folder, { recursive: true }));

type Ready = {
  route53: {
    endpoint: string;
    region: string;
    accessKeyId: string;
    secretAccessKey: string;
    keys: { account: string }[];
  };
  networks: { name: string; client: string; vpcId?: string }[];
  zones: { name: string; hostedZoneId?: string; servers: string[] }[];
};
const readyOf = (world: RunningWorld) => world.ready as unknown as Ready;

let driver: AwsDriver;
/** Calls the API as its event says, and gives what it prints. */
function aws(world: RunningWorld, ...args: string[]) {
  const { endpoint, region, ...key } = readyOf(world).route53;
  return callAws(driver.run, { endpoint, region, ...key }, 'route53', ...args);
}
const idOf = (world: RunningWorld, zone: string) =>
  readyOf(world).zones.find(({ name }) => name === zone)!.hostedZoneId!;
function change(world: RunningWorld, zoneId: string, Action: string, Name: string, Value: string) {
  const ResourceRecordSet = { Name, Type: 'A', TTL: 300, ResourceRecords: [{ Value }] };
  const batch = JSON.stringify({ Changes: [{ Action, ResourceRecordSet }] });
  return aws(world, 'change-resource-record-sets', '--hosted-zone-id', zoneId, '--change-batch', batch);
}
async function addressIn(world: RunningWorld, network: string, name: string) {
  const { client } = readyOf(world).networks.find((each) => each.name === network)!;
  const server = world.ready.resolvers.find((each) => each.network === network)!.address;
  const { status, answers } = await dig({ client, server, name, type: 'A' });
  return answers[0]?.data ?? status;
}
const isDrift = (name: string, change: string) => (event: Event) =>
  event.event === 'drift' && event.name === name && event.change === change;

describe('Route 53 in up', { skip: skipWithout(AWS_CLI, 'dig'), timeout: 600_000 }, () => {
  let world: RunningWorld;
  before(async () => {
    write('10.81.0.1');
    driver = startAwsDriver();
    world = await startUp(file, { args: ['--state', state] });
  });
  after(() => Promise.all([world?.stop(), driver.stop()]));

  test('the ready event has the endpoint, a key of each account, and the VPC IDs, adopted or derived', () => {
    const { route53, networks } = readyOf(world);
    assert.match(route53.endpoint, /^http:\/\/127\.0\.0\.1:[0-9]+$/);
    assert.equal(route53.region, 'eu-west-1');
    assert.deepEqual(
      route53.keys.map(({ account }) => account),
      ['111111111111', '222222222222'],
    );
    assert.deepEqual(
      networks.map(({ vpcId }) => vpcId),
      ['vpc-0123456789abcdef0', 'vpc-83fb2cbc8e71a87c1'],
    );
  });

  test('the API has the zones of the file: those of one account, with their VPCs and records', async () => {
    const { HostedZones } = await aws(world, 'list-hosted-zones-by-name');
    assert.deepEqual(
      HostedZones.map(({ Name, Config }: { Name: string; Config: { PrivateZone: boolean } }) => [
        Name,
        Config.PrivateZone,
      ]),
      [
        ['cloud.example.', true],
        ['public.example.', false],
      ],
    );
    const { VPCs } = await aws(world, 'get-hosted-zone', '--id', idOf(world, 'cloud.example'));
    assert.deepEqual(VPCs, [{ VPCRegion: 'eu-west-1', VPCId: 'vpc-0123456789abcdef0' }]);
    const { ResourceRecordSets } = await aws(
      world,
      'list-resource-record-sets',
      '--hosted-zone-id',
      idOf(world, 'cloud.example'),
    );
    assert.deepEqual(
      ResourceRecordSets.map(({ Name, Type }: { Name: string; Type: string }) => `${Name} ${Type}`),
      ['cloud.example. NS', 'cloud.example. SOA', 'old.cloud.example. A', 'web.cloud.example. A'],
    );
  });

  test('what the API changes is answered at once, and is drift until it is as the file says again', async () => {
    const id = idOf(world, 'cloud.example');
    assert.equal(await addressIn(world, 'hub', 'web.cloud.example'), '10.81.0.1');
    await change(world, id, 'UPSERT', 'web.cloud.example', '10.81.0.99');
    assert.equal(await addressIn(world, 'hub', 'web.cloud.example'), '10.81.0.99');
    const drift = await world.waitFor(isDrift('web.cloud.example.', 'changed'));
    assert.deepEqual(
      [drift.zone, drift.type, drift.file, drift.now],
      ['cloud.example.', 'A', { ttl: 300, values: ['10.81.0.1'] }, { ttl: 300, values: ['10.81.0.99'] }],
    );
    await change(world, id, 'UPSERT', 'web.cloud.example', '10.81.0.1');
    await world.waitFor(isDrift('web.cloud.example.', 'reverted'));
    assert.equal(await addressIn(world, 'hub', 'web.cloud.example'), '10.81.0.1');
  });

  test('a zone that the API makes is answered in its VPC alone, a public one everywhere', async () => {
    const vpc = 'VPCRegion=eu-west-1,VPCId=vpc-0123456789abcdef0';
    const made = await aws(
      world,
      'create-hosted-zone',
      '--name',
      'made.example',
      '--caller-reference',
      '1',
      '--vpc',
      vpc,
    );
    await change(world, made.HostedZone.Id, 'CREATE', 'a.made.example', '10.81.0.50');
    assert.equal(await addressIn(world, 'hub', 'a.made.example'), '10.81.0.50');
    assert.equal(await addressIn(world, 'spoke', 'a.made.example'), 'REFUSED');
    await world.waitFor(isDrift('made.example.', 'added'));
    const open = await aws(world, 'create-hosted-zone', '--name', 'open.example', '--caller-reference', '2');
    await change(world, open.HostedZone.Id, 'CREATE', 'a.open.example', '203.0.113.5');
    assert.equal(await addressIn(world, 'spoke', 'a.open.example'), '203.0.113.5');
  });

  test('a state is of one world at a time', async () => {
    const { code, stderr } = await pointsman(
      'up',
      file,
      '--port',
      String(await freePort()),
      '--state',
      state,
    );
    assert.equal(code, 2);
    assert.match(stderr, /the state .*drift\.state is in use by another world/);
  });

  test('--state keeps what the API changed, until the file says something else of it', async () => {
    const id = idOf(world, 'cloud.example');
    await change(world, id, 'UPSERT', 'web.cloud.example', '10.81.0.2');
    await change(world, id, 'DELETE', 'old.cloud.example', '10.81.0.7');
    world.process.kill('SIGKILL');
    await world.exited;

    world = await startUp(file, { args: ['--state', state] });
    assert.equal(idOf(world, 'cloud.example'), id);
    assert.equal(await addressIn(world, 'hub', 'web.cloud.example'), '10.81.0.2');
    assert.equal(await addressIn(world, 'hub', 'old.cloud.example'), 'NXDOMAIN');
    assert.equal(await addressIn(world, 'hub', 'a.made.example'), '10.81.0.50');
    await world.waitFor((event) => isDrift('old.cloud.example.', 'removed')(event) && event.kept === true);
    await world.stop();

    write('10.81.0.3');
    world = await startUp(file, { args: ['--state', state] });
    assert.equal(await addressIn(world, 'hub', 'web.cloud.example'), '10.81.0.3');
    assert.equal(await addressIn(world, 'hub', 'old.cloud.example'), 'NXDOMAIN');
    const conflict = await world.waitFor(({ event }) => event === 'drift-conflict');
    assert.deepEqual(
      [conflict.name, conflict.now, conflict.message],
      ['web.cloud.example.', { ttl: 300, values: ['10.81.0.2'] }, 'the file says something else now'],
    );
    await world.stop();
    world = await startUp(file, { args: ['--state', state] });
    await world.waitFor(isDrift('old.cloud.example.', 'removed'));
    assert.ok(!world.events.some(({ event }) => event === 'drift-conflict'), 'a conflict is told once');
  });

  test('a file of something else is no state: the world does not start, and the file is as it was', async () => {
    const foreign = join(folder, 'foreign');
    writeFileSync(foreign, 'no database');
    const port = String(await freePort());
    const { code, stderr } = await pointsman('up', file, '--port', port, '--state', foreign);
    assert.equal(code, 2);
    assert.match(stderr, /cannot open the state .*foreign: file is not a database/);
    assert.equal(readFileSync(foreign, 'utf8'), 'no database');
  });

  test('without --json it says in words what is not as the file says', async () => {
    const { stdout, code } = await pointsman(
      'up',
      file,
      '--for',
      '0.2',
      '--port',
      String(await freePort()),
      '--state',
      copyOfState(),
    );
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}aws --endpoint-url http:\/\/127\.0\.0\.1:[0-9]+ route53 list-hosted-zones$/m);
    assert.match(stdout, /not as .*topology\.json says, by earlier calls of the API/);
    assert.match(stdout, /^ {2}old\.cloud\.example A is gone; the file says 10\.81\.0\.7 \(300 s\)$/m);
    assert.match(stdout, /^ {2}a\.made\.example A is new: 10\.81\.0\.50 \(300 s\)$/m);
  });

  /** The world that runs has the state itself. */
  function copyOfState(): string {
    const copy = join(folder, 'copy.state');
    writeFileSync(copy, readFileSync(state));
    return copy;
  }
});
