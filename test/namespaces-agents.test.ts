import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runAws } from './system/aws.ts';
import { POINTSMAN, pointsman, run } from './system/command.ts';
import { downLab, type RunningLab, skipWithoutLab, startLab, writeTopology } from './system/lab.ts';
import { startCommand } from './system/running.ts';

const TOPOLOGY = `
networks:
  hub:
    kind: vpc
    region: eu-west-1
    cidrs: [10.1.0.0/16]
    subnets:
      a: { cidr: 10.1.1.0/24, availabilityZone: eu-west-1a }
      b: { cidr: 10.1.2.0/24, availabilityZone: eu-west-1b }
    resolvers: forwarders/main
zones:
  cloud.example: { kind: private, networks: [hub], records: { www: { A: [10.1.1.80] } } }
forwarders:
  main:
    network: hub
    otherwise: refuse
    spares: 1
    members:
      - { name: a, subnet: a, address: 10.1.1.53 }
      - { name: b, subnet: b, address: 10.1.2.53 }
`;
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;

type Shown = {
  member: string;
  well: boolean;
  holder: { instanceId: string };
  status?: { configuration?: { revision: string } };
};

describe('a lab whose tiers are left to agents', { skip: skipWithoutLab, timeout: 900_000 }, () => {
  let lab: RunningLab;
  before(async () => {
    lab = await startLab(writeTopology(TOPOLOGY), ['--agents', '--attach', '2', '--detach', '2']);
  });
  after(() => lab?.stop());

  const status = async () => JSON.parse((await pointsman('status', lab.file, '--json')).stdout) as Shown[];
  const memberA = async () => (await status()).find(({ member }) => member === 'a')!;
  const on = (place: string, ...command: string[]) =>
    run(process.execPath, [POINTSMAN, 'exec', lab.file, '--on', place, '--', ...command]);

  test('each address has its instance, and another one stands by in each availability zone', async () => {
    const { forwarders } = lab.world.ready as unknown as { forwarders: { instanceId: string }[] };
    const { stdout } = await runAws(lab.aws, 'autoscaling', 'describe-auto-scaling-instances');
    const { AutoScalingInstances } = JSON.parse(stdout);
    const spares = AutoScalingInstances.filter(
      ({ InstanceId }: { InstanceId: string }) => !forwarders.some((each) => each.instanceId === InstanceId),
    );
    assert.deepEqual(
      spares.map((each: Record<string, string>) => [each.AvailabilityZone, each.LifecycleState]).sort(),
      [
        ['eu-west-1a', 'InService'],
        ['eu-west-1b', 'InService'],
      ],
    );
    const answer = await lab.exec('hub', ['dig', '+short', '@10.1.1.53', 'www.cloud.example']);
    assert.equal(answer.stdout, '10.1.1.80\n');
  });

  test('a command runs on the machine that has a member’s address, and this program is there', async () => {
    const { stdout } = await on('main/a', 'pointsman', 'agent', 'status', '--json');
    const { instanceId, member } = JSON.parse(stdout) as { instanceId: string; member: string };
    assert.equal(member, 'a');
    assert.equal(instanceId, (await memberA()).holder.instanceId);
    assert.match((await on(instanceId, 'cat', '/var/log/console.log')).stdout, /<5>a answers/);
    const nowhere = await on('main/z', 'true');
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /"main\/z" is no member of the lab; did you mean "main\/a"/);
  });

  test('an agent compiles nothing that this host has compiled', async () => {
    const words = ['env', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', 'pointsman', 'agent', '--help'];
    const { stderr } = await on('main/a', ...words);
    const read = stderr.split('\n').filter((line) => line.includes('reading cache from'));
    assert.ok(read.some((line) => line.includes('/run-agent.ts')));
    assert.deepEqual(
      read.filter((line) => !line.includes('success')),
      [],
    );
  });

  test('a machine in a VPC reaches the cloud’s API, as whoever it has keys of', async () => {
    const { accessKeyId, secretAccessKey, region } = lab.aws;
    const environment = [
      `AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      `AWS_DEFAULT_REGION=${region}`,
    ];
    const aws = ['aws', '--endpoint-url', 'http://169.254.169.254:8053', 'ec2', 'describe-vpcs'];
    const { stdout, stderr } = await lab.exec('hub', ['env', ...environment, ...aws, '--output', 'json']);
    assert.equal((JSON.parse(stdout || stderr) as { Vpcs: unknown[] }).Vpcs.length, 1);
  });

  test('where a machine dies, a spare has its address, with the same configuration, and the group replaces it', async (t) => {
    const dead = await memberA();
    const { code, stdout, stderr } = await pointsman(
      'drill',
      lab.file,
      'kill',
      'main/a',
      '--for',
      '1',
      '--json',
    );
    assert.equal(code, 0, stdout + stderr);
    const { answeredAgain_ms: again, events } = JSON.parse(stdout);
    const what = events.map((each: { what: string }) => each.what).join('\n');
    t.diagnostic(`answered again after ${again['10.1.1.53']} ms`);
    const gone = dead.holder.instanceId;
    assert.match(what, new RegExp(`^main/a: eni-\\S+ is detached from ${gone}$`, 'm'));
    assert.match(what, /^main\/a: eni-\S+ is being attached to i-/m);
    assert.match(what, /^\S+-eu-west-1a launches i-/m);
    await until(async () => (await status()).every(({ well }) => well));
    const heir = await memberA();
    assert.notEqual(heir.holder.instanceId, gone);
    assert.equal(heir.status?.configuration?.revision, dead.status?.configuration?.revision);
    const answer = await lab.exec('hub', ['dig', '+short', '@10.1.1.53', 'www.cloud.example']);
    assert.equal(answer.stdout, '10.1.1.80\n');
  });

  const assertGone = async () => {
    assert.deepEqual(await namespacesOf(lab.name), []);
    assert.ok(!existsSync(`/run/pointsman/labs/${lab.name}`));
    assert.doesNotMatch((await run('ps', ['-eo', 'args'])).stdout, new RegExp(`/labs/${lab.name}/`));
  };

  test('down leaves nothing of it', async () => {
    assert.equal((await downLab(lab.file)).code, 0);
    assert.deepEqual(await lab.world.exited, { code: 0, signal: null });
    await assertGone();
  });

  test('nor of one that was killed while its machines boot', async () => {
    const port = String(lab.world.ready.port);
    const up = startCommand(['up', lab.file, '--world', 'namespaces', '--agents', '--json', '--port', port]);
    // The first one is the client host's.
    await until(async () => (await namespacesOf(lab.name)).filter((each) => each.includes('.i-')).length > 1);
    up.process.kill('SIGKILL');
    await up.exited;
    assert.equal((await downLab(lab.file)).code, 0);
    await assertGone();
  });
});

async function namespacesOf(lab: string): Promise<string[]> {
  const { stdout } = await run('ip', ['netns', 'list']);
  return stdout.split('\n').filter((line) => line.startsWith(`pm-${lab}.`));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `it is not so after ${PATIENCE} ms`);
    await delay(100);
  }
}
