import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { machineCommand } from '../packages/lab/src/namespaces/fabric/index.ts';
import { runAws } from './system/aws.ts';
import { run } from './system/command.ts';
import {
  downLab,
  execIn,
  type RunningLab,
  skipWithoutLab,
  smallTopology,
  startLab,
  writeTopology,
} from './system/lab.ts';
import { skipWithout } from './system/packages.ts';

/** 90 bytes a string: five make a response of a thousand bytes, which fits what UDP is used for (1,232), and twelve do not. */
const strings = (count: number) =>
  Array.from({ length: count }, (_, index) => `'"${String(index).padStart(2, '0').repeat(90)}"'`).join(', ');

/** Two VPCs of the same range, with members at the same address, and no link between them; a narrow way from one of them to a site. */
const TWINS = `
networks:
  east:
    kind: vpc
    region: eu-west-1
    cidrs: [10.0.0.0/16]
    subnets: { a: { cidr: 10.0.1.0/24, availabilityZone: eu-west-1a } }
    resolvers: forwarders/east
  west:
    kind: vpc
    region: eu-west-1
    cidrs: [10.0.0.0/16]
    subnets: { a: { cidr: 10.0.1.0/24, availabilityZone: eu-west-1a } }
    resolvers: forwarders/west
  office: { kind: site, cidrs: [192.168.0.0/16], resolvers: authorities/dns }
links:
  - { kind: vpn, between: [east, office], mtu: 1000, port53: [udp] }
authorities:
  dns: { network: office, addresses: [192.168.1.53], forwards: forwarders/east }
zones:
  east.example: { kind: private, networks: [east], records: { www: { A: [10.0.1.80] } } }
  west.example: { kind: private, networks: [west], records: { www: { A: [10.0.1.81] } } }
  corp.example:
    kind: external
    authority: dns
    records: { db: { A: [192.168.1.20] }, large: { TXT: [${strings(5)}] }, larger: { TXT: [${strings(12)}] } }
forwarders:
  east: { network: east, engine: bind, members: [{ name: a, subnet: a, address: 10.0.1.53 }] }
  west: { network: west, members: [{ name: a, subnet: a, address: 10.0.1.53 }] }
`;

describe('labs and networks of the same addresses', {
  skip: skipWithoutLab || skipWithout('named', 'rndc', 'dig'),
  timeout: 900_000,
}, () => {
  let twins: RunningLab;
  let beside: RunningLab;
  before(async () => {
    // Nobody in east can resolve what is in west alone, which `check` calls an error.
    [twins, beside] = await Promise.all([
      startLab(writeTopology(TWINS), ['--despite-findings']),
      startLab(smallTopology()),
    ]);
  });
  after(() => Promise.all([twins?.stop(), beside?.stop()]));

  const dig = async (network: string, ...words: string[]) =>
    (await twins.exec(network, ['dig', ...words])).stdout;

  test('two VPCs of one range answer their own names, each to its own client, from members at one address', async () => {
    const seen = async (network: string) =>
      Promise.all(['east', 'west'].map((name) => dig(network, '+short', `www.${name}.example`)));
    assert.deepEqual(await seen('east'), ['10.0.1.80\n', '']);
    assert.deepEqual(await seen('west'), ['', '10.0.1.81\n']);
    assert.equal(await dig('office', '+short', 'www.east.example'), '10.0.1.80\n');
  });

  test('they cannot be peered, as on EC2', async () => {
    const [east, west] = ['east', 'west'].map(
      (network) => twins.world.ready.networks.find(({ name }) => name === network)!.vpcId!,
    );
    const { stdout, stderr } = await runAws(
      twins.aws,
      ...['ec2', 'create-vpc-peering-connection', '--vpc-id', east!, '--peer-vpc-id', west!],
    );
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout).VpcPeeringConnection.Status, {
      Code: 'failed',
      Message: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
    });
  });

  test('over a link that lets UDP alone through, TCP is dropped, and what needs it is not resolved', async () => {
    assert.match(await dig('east', '@192.168.1.53', 'db.corp.example'), /status: NOERROR/);
    const tcp = ['+tcp', '+time=1', '+tries=1'];
    assert.match(await dig('east', ...tcp, '@192.168.1.53', 'db.corp.example'), /timed out/);
    assert.match(await dig('office', ...tcp, '@10.0.1.53', 'www.east.example'), /timed out/);
    const largest = ['+notcp', '+ignore', '+bufsize=4096', '@192.168.1.53', 'larger.corp.example', 'TXT'];
    assert.match(await dig('east', ...largest), /flags: qr aa tc[\s\S]* ANSWER: 0,/);
    assert.match(await dig('east', 'larger.corp.example', 'TXT'), /status: SERVFAIL/);
  });

  test('a response that is larger than the link’s packets crosses it in fragments', async () => {
    const fragments = async () => {
      const { stdout } = await run('ip', [
        'netns',
        'exec',
        twins.routerOf('office'),
        'nstat',
        '-asz',
        'IpFragCreates',
      ]);
      return Number(/IpFragCreates\s+(\d+)/.exec(stdout)?.[1]);
    };
    const before = await fragments();
    assert.match(
      await dig('east', '@192.168.1.53', 'large.corp.example', 'TXT'),
      /flags: qr aa[\s\S]* ANSWER: 5,/,
    );
    assert.ok((await fragments()) >= before + 2);
    assert.match(await dig('east', 'large.corp.example', 'TXT'), / ANSWER: 5,/);
  });

  test('a tier with BIND answers there, also when its named was killed', async () => {
    const filter = 'Name=tag:Name,Values=east/a';
    const { stdout } = await runAws(twins.aws, 'ec2', 'describe-instances', '--filters', filter);
    const { command, args } = machineCommand(
      twins.name,
      JSON.parse(stdout).Reservations[0].Instances[0].InstanceId,
    );
    const named = async () => (await run(command, [...args, 'pidof', 'named'])).stdout.trim();
    const killed = await named();
    assert.match(killed, /^\d+$/);
    await run(command, [...args, 'kill', '-KILL', killed]);
    await until(async () => (await dig('east', '+short', '+time=1', 'db.corp.example')) === '192.168.1.20\n');
    assert.notEqual(await named(), killed);
  });

  test('another lab’s end leaves everything as it was', async () => {
    const before = await look(twins);
    assert.match(before, /^pm-/m);
    assert.equal((await downLab(beside.file)).code, 0);
    assert.equal((await execIn(beside.file, 'hub', ['true'])).code, 2);
    assert.equal(await look(twins), before);
    assert.equal(await dig('west', '+short', 'www.west.example'), '10.0.1.81\n');
  });
});

/** Links, routes and rules in all namespaces of a lab. */
async function look({ name }: RunningLab): Promise<string> {
  const script = `for each in $(ip netns list | cut -d' ' -f1 | grep '^pm-${name}[.]' | sort); do
    echo "$each"
    ip -netns "$each" -o link
    ip -netns "$each" route
    ip -netns "$each" -6 route
    ip netns exec "$each" nft list ruleset
  done`;
  return (await run('sh', ['-euc', script])).stdout;
}

/** Milliseconds. */
const PATIENCE = 60_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE; !(await isSo()); )
    assert.ok(performance.now() < end, 'it never came to be so');
}
