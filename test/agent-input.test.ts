import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Cloud,
  createCloud,
  NO_DELAYS,
  NO_METADATA_FAULTS,
  rememberingFabric,
  serveMetadata,
  startCloud,
  systemClock,
} from '@pointsman/cloud';
import { parseAgentConfig } from '@pointsman/core/config';
import { agentPolicy } from '@pointsman/host';
import { pointsman, spawnPointsman } from './system/command.ts';

const OWNER = {
  account: '111122223333',
  region: 'eu-west-1',
  accessKeyId: 'AKIAOWNER',
  secretAccessKey: 'owner',
};
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;

describe('what an agent says of wrong input', { timeout: 300_000 }, () => {
  test('each mistake is told with what to do, changes nothing, and is over when it is mended', async (t) => {
    const { cloud, calls, metadata, subnets, config } = await startCloudOfOne(t);
    metadata.outage = 'failing';
    const agent = startAgent(t, config);
    await agent.says(/the metadata service at http:\/\/127\.0\.0\.1:\d+: it gives no token \(503\)/);
    metadata.outage = 'none';
    await agent.says(/no interface has the tags pointsman:tier=acme\/main; create one for each member/);
    const strange = await createInterface(cloud, subnets.a!, '../../../tmp/a');
    await agent.says(/eni-\w+ has no tag pointsman:member with the name of a member; give it one/);
    await cloud.ec2.DeleteNetworkInterface({ NetworkInterfaceId: strange }, OWNER);
    const far = await createInterface(cloud, subnets.b!);
    await agent.says(/this instance is in eu-west-1a, and an interface can be attached only in its own/);
    await cloud.ec2.DeleteNetworkInterface({ NetworkInterfaceId: far }, OWNER);
    const foreign = await createInterface(cloud, await createOtherVpc(cloud));
    await agent.says(
      /a \(eni-\w+ in eu-west-1a\) is in vpc-\w+, and this instance is in vpc-\w+; start the instance in a subnet of vpc-/,
    );
    const near = await createInterface(cloud, subnets.a!);
    await agent.says(
      /eni-\w+ and eni-\w+ all have the tag pointsman:member=a of acme\/main; take it from all but one/,
    );
    await cloud.ec2.DeleteNetworkInterface({ NetworkInterfaceId: foreign }, OWNER);
    await agent.says(/the role of this host may not do ec2:AttachNetworkInterface: allow it/);
    const tries = () => calls.filter(({ operation }) => operation === 'AttachNetworkInterface');
    await until(
      () => tries().length >= 4,
      () => `it has tried ${tries().length} times`,
    );
    const pauses = tries().map(({ at }, index) => at - (tries()[index - 1]?.at ?? 0));
    for (const [index, least] of [250, 500, 1000].entries())
      assert.ok(pauses[index + 1]! >= least, `tried again after ${pauses.join(', ')} ms`);
    assert.equal(attachments(cloud), 1);
    cloud.identity.putRole({ account: OWNER.account, name: 'agent', policies: [policyOf()] });
    await agent.says(new RegExp(`<5>${near} \\(a\\) is being attached to this host`));
    assert.equal(agent.process.exitCode, null);
  });

  test('a second agent on a host is refused, and so is a bad configuration file', async (t) => {
    const { config } = await startCloudOfOne(t);
    const agent = startAgent(t, config);
    while (!existsSync(config.socket)) await delay(20);
    const second = await pointsman('agent', '--config', config.file);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /an agent runs here already: it has .*\.lock/);
    const { stdout, code } = await pointsman('agent', 'status', '--config', config.file, '--json');
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).healthy, false);
    agent.process.kill('SIGTERM');
    await once(agent.process, 'exit');
    assert.equal(agent.process.exitCode, 0);
    const gone = await pointsman('agent', 'status', '--config', config.file);
    assert.equal(gone.code, 2);
    assert.match(gone.stderr, /no agent runs here/);
    writeFileSync(config.file, '{"tier":"main"}');
    const bad = await pointsman('agent', '--config', config.file);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /tier: "main" is not allowed; write the topology and its tier/);
  });
});

type Files = { file: string; socket: string };

/** An instance in eu-west-1a whose role may look, and no more. */
async function startCloudOfOne(t: TestContext) {
  const onFailure = (error: unknown) => console.error(error);
  const cloud = createCloud({
    fabric: rememberingFabric(),
    clock: systemClock,
    faults: { ...NO_DELAYS },
    onFailure,
  });
  const look = { Effect: 'Allow', Action: ['ec2:Describe*', 'autoscaling:Describe*'], Resource: '*' };
  const policies = [JSON.stringify({ Version: '2012-10-17', Statement: [look] })];
  cloud.identity.putRole({ account: OWNER.account, name: 'agent', policies });
  const calls: { operation: string; at: number }[] = [];
  const heard: Cloud = {
    ...cloud,
    gate: (call) => {
      calls.push({ operation: call.operation, at: performance.now() });
      return cloud.gate(call);
    },
  };
  const api = await startCloud(heard, { address: '127.0.0.1', port: 0, keys: [OWNER] });
  t.after(async () => {
    cloud.core.background.stop();
    await api.stop();
  });
  const { vpcId, subnets, address } = await makeInstance(cloud);
  const metadata = { ...NO_METADATA_FAULTS };
  const findMachine = () => cloud.findMachine(vpcId, address);
  const server = createServer(
    serveMetadata({ findMachine, key: randomBytes(32), faults: metadata, now: Date.now }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const endpoints = { cloud: api.endpoint, metadata: `http://127.0.0.1:${port}` };
  return { cloud, calls, metadata, subnets, config: writeConfig(t, endpoints) };
}

async function makeInstance({ ec2, state }: Cloud) {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.10.0.0/16' }, OWNER);
  const vpcId = Vpc!.VpcId!;
  const subnets: Record<string, string> = {};
  for (const [index, zone] of ['a', 'b'].entries()) {
    const place = { CidrBlock: `10.10.${index}.0/24`, AvailabilityZone: `eu-west-1${zone}` };
    subnets[zone] = (await ec2.CreateSubnet({ VpcId: vpcId, ...place }, OWNER)).Subnet!.SubnetId!;
  }
  const Tags = [{ Key: 'pointsman:tier', Value: 'acme/main' }];
  await ec2.RunInstances(
    {
      ...{ ImageId: 'ami-00000000000000000', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 },
      ...{ SubnetId: subnets.a, IamInstanceProfile: { Name: 'agent' } },
      // The primary interface too, and as if it were the member's: it must never be taken for that.
      TagSpecifications: [
        { ResourceType: 'instance', Tags },
        { ResourceType: 'network-interface', Tags: [...Tags, { Key: 'pointsman:member', Value: 'a' }] },
      ],
    },
    OWNER,
  );
  const [primary] = [...state.now().interfaces.values()];
  return { vpcId, subnets, address: primary!.addresses[0]! };
}

async function createInterface({ ec2 }: Cloud, SubnetId: string, member = 'a'): Promise<string> {
  const Tags = [
    { Key: 'pointsman:tier', Value: 'acme/main' },
    { Key: 'pointsman:member', Value: member },
  ];
  const TagSpecifications = [{ ResourceType: 'network-interface' as const, Tags }];
  const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId, TagSpecifications }, OWNER);
  return NetworkInterface!.NetworkInterfaceId!;
}

/** A subnet of it, in the availability zone of the instance. */
async function createOtherVpc({ ec2 }: Cloud): Promise<string> {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.20.0.0/16' }, OWNER);
  const place = { VpcId: Vpc!.VpcId!, CidrBlock: '10.20.0.0/24', AvailabilityZone: 'eu-west-1a' };
  return (await ec2.CreateSubnet(place, OWNER)).Subnet!.SubnetId!;
}

function attachments({ state }: Cloud): number {
  return [...state.now().interfaces.values()].filter(({ attachment }) => attachment).length;
}

function writeConfig(t: TestContext, endpoints: object): Files {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-agent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = { file: join(folder, 'agent.json'), socket: join(folder, 'agent.sock') };
  const source = { tier: 'acme/main', configuration: 'ssm:/pointsman/acme/main/{member}' };
  writeFileSync(
    files.file,
    JSON.stringify({ ...source, endpoints, stateDirectory: join(folder, 'state'), socket: files.socket }),
  );
  return files;
}

function policyOf(): string {
  const parsed = parseAgentConfig({ tier: 'acme/main', configuration: 'ssm:/pointsman/acme/main/{member}' });
  assert.ok(parsed.ok);
  return JSON.stringify(agentPolicy(parsed.config, OWNER));
}

function startAgent(t: TestContext, { file }: Files) {
  const env = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const child = spawnPointsman(['agent', '--config', file], { env });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    process: child,
    says: (line: RegExp) =>
      until(
        () => line.test(text),
        () => `it does not say ${line}:\n${text}`,
      ),
  };
}

async function until(isSo: () => boolean, why: () => string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!isSo()) {
    assert.ok(performance.now() < end, why());
    await delay(20);
  }
}
