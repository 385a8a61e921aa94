import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { TestContext } from 'node:test';
import {
  type Cloud,
  createCloud,
  type MetadataFaults,
  NO_DELAYS,
  NO_METADATA_FAULTS,
  startCloud,
  systemClock,
} from '@pointsman/cloud';
import { parseAgentConfig } from '@pointsman/core/config';
import { decodeMessage, encodeMessage } from '@pointsman/core/dns';
import { bindUdp } from '@pointsman/forwarder/namespace';
import { agentPolicy } from '@pointsman/host';
import {
  API_IN_VPCS,
  compilePrograms,
  type LabFabric,
  machineCommand,
  openFabric,
  PROGRAM_FOLDERS,
  playApi,
  playMetadata,
  readMachineFile,
} from '@pointsman/lab/namespaces';
import { POINTSMAN, type Result, run } from './command.ts';
import { skipWithout } from './packages.ts';

/** A VPC of real machines, whose agents find their addresses by the cloud's API, as on AWS. */
export type AgentLab = {
  cloud: Cloud;
  fabric: LabFabric;
  metadata: MetadataFaults;
  owner: Owner;
  /** Where the API is for this process. */
  endpoint: string;
  /** Starts an instance with an agent, in an availability zone: `a` or `b`. Resolves to its ID. */
  boot: (zone: string, changes?: AgentChanges) => Promise<string>;
  /** An Auto Scaling group of one in a zone, whose launches wait for the agent's word. */
  bootGroup: (zone: string, name: string, changes?: AgentChanges) => Promise<void>;
  /** Runs a command on a machine, to its end. */
  run: (instanceId: string, command: string, ...args: string[]) => Promise<Result>;
  /** A machine's console. */
  consoleOf: (instanceId: string) => string;
  /** Asks a member's address as a client of the VPC; undefined where nothing comes within a second. */
  ask: (address: string) => Promise<string | undefined>;
  /** The instance that has the interface of a member now; undefined: none. */
  holderOf: (member: string) => string | undefined;
  /** The upstream answers. */
  upstream: { answers: boolean };
  configure: (member: string, rules?: number) => Promise<void>;
};

/** What is other than usual on a machine. */
export type AgentChanges = {
  /** In its agent's configuration. */
  agent?: Readonly<Record<string, unknown>>;
  /** Lines of a shell script that runs before it. */
  first?: readonly string[];
};

export type Owner = { account: string; region: string; accessKeyId: string; secretAccessKey: string };

export const REGION = 'eu-west-1';
export const MEMBERS: Readonly<Record<string, string>> = { a: '10.10.1.53', b: '10.10.2.53' };
const OWNER: Owner = {
  account: '111122223333',
  region: REGION,
  accessKeyId: 'AKIAOWNER',
  secretAccessKey: 'owner',
};
const AGENT = {
  tier: 'acme/main',
  configuration: 'ssm:/pointsman/acme/main/{member}',
  publish: '/pointsman/acme/status/main/{member}',
  launchHook: 'answers',
  endpoints: { cloud: `http://${API_IN_VPCS.address}:${API_IN_VPCS.port}` },
};
const UPSTREAM = '10.10.0.2';
const SUBNETS: Readonly<Record<string, string>> = { a: '10.10.1', b: '10.10.2' };
const CLIENT = '10.10.3.10';

/** For a test's `skip`. */
export const skipWithoutLab =
  process.getuid?.() === 0
    ? skipWithout('ip', 'nft', 'dnsmasq', 'udhcpc', 'busybox', 'nsenter')
    : 'needs root, for network namespaces';

/** What the agents' role may do: what is documented, and no more. */
export function documentedPolicy(): string {
  const parsed = parseAgentConfig(AGENT);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return JSON.stringify(agentPolicy(parsed.config, OWNER));
}

/** Ends with the test, or with the suite whose `after` is given. `policy`: of the instances' role. */
export async function openAgentLab(t: Pick<TestContext, 'after'>, policy: string): Promise<AgentLab> {
  const lab = `agents-${process.pid}-${randomInt(1000)}`;
  // The fabric removes what is in it.
  t.after(() => rmSync(`/run/pointsman/labs/${lab}`, { recursive: true, force: true }));
  const compiled = compilePrograms(['native'], [process.execPath, POINTSMAN]);
  const fabric = await openFabric({ lab, visible: PROGRAM_FOLDERS });
  t.after(fabric.close);
  const cloud = createCloud({
    fabric,
    clock: systemClock,
    faults: { ...NO_DELAYS },
    onFailure: (error) => console.error(error),
  });
  cloud.identity.putRole({ account: OWNER.account, name: 'agent', policies: [policy] });
  const keys = [OWNER];
  const api = await startCloud(cloud, { address: '127.0.0.1', port: 0, keys });
  t.after(async () => {
    cloud.core.background.stop();
    await api.stop();
  });
  const { vpcId, subnets, groupId } = await makeVpc(cloud);
  const router = fabric.routerNamespace(vpcId);
  const metadata = { ...NO_METADATA_FAULTS };
  const played = [
    playApi(cloud, api, fabric.routerNamespace),
    playMetadata(cloud, metadata, fabric.routerNamespace),
  ];
  for (const each of played) {
    t.after(each.stop);
    await each.settled();
  }
  const upstream = { answers: true };
  await playUpstream(t, router, upstream);
  await fabric.putHost({ id: 'client', subnetId: subnets.c!, addresses: [CLIENT], name: 'client' });
  let nextHost = 100;
  const client = await startClient(t, fabric.machineNamespace('client'));
  await compiled;
  return {
    cloud,
    fabric,
    metadata,
    owner: OWNER,
    endpoint: api.endpoint,
    upstream,
    ask: client,
    boot: (zone, changes) =>
      bootAgent(
        cloud,
        { subnetId: subnets[zone]!, groupId, address: `${SUBNETS[zone]}.${nextHost++}` },
        changes,
      ),
    bootGroup: (zone, name, changes) =>
      bootGroup(cloud, { name, subnetId: subnets[zone]!, groupId }, changes),
    run: (id, ...command) => {
      const enter = machineCommand(lab, id);
      return run(enter.command, [...enter.args, ...command]);
    },
    consoleOf: (id) => readConsole(lab, id),
    holderOf: (member) => {
      const own = [...cloud.state.now().interfaces.values()].find(
        ({ tags }) => tags['pointsman:member'] === member,
      );
      return own?.attachment?.instanceId;
    },
    configure: async (member, rules = 1) => {
      await cloud.parameters.PutParameter(
        {
          Name: `/pointsman/acme/main/${member}`,
          Type: 'String',
          Overwrite: true,
          Tier: 'Advanced',
          Value: configurationOf(member, rules),
        },
        OWNER,
      );
    },
  };
}

/** Empty of a machine that is not there, or not yet. */
function readConsole(lab: string, instanceId: string): string {
  try {
    return readMachineFile(lab, instanceId, '/var/log/console.log');
  } catch {
    return '';
  }
}

function configurationOf(member: string, rules: number): string {
  return JSON.stringify({
    name: member,
    listen: [`${MEMBERS[member]}:53`],
    clients: ['10.10.0.0/16'],
    rules: Array.from({ length: rules }, (_, index) => ({
      suffix: index === 0 ? 'corp.example' : `z${index}.example`,
      upstreams: [UPSTREAM],
    })),
    cache: { bytes: 2 ** 21 },
    deadline: 700,
  });
}

async function makeVpc({ ec2 }: Cloud) {
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.10.0.0/16' }, OWNER);
  const vpcId = Vpc!.VpcId!;
  const subnets: Record<string, string> = {};
  for (const [index, zone] of ['a', 'b', 'c'].entries()) {
    const { Subnet } = await ec2.CreateSubnet(
      { VpcId: vpcId, CidrBlock: `10.10.${index + 1}.0/24`, AvailabilityZone: `${REGION}${zone}` },
      OWNER,
    );
    subnets[zone] = Subnet!.SubnetId!;
  }
  const { GroupId } = await ec2.CreateSecurityGroup(
    { VpcId: vpcId, GroupName: 'dns', Description: 'dns' },
    OWNER,
  );
  await ec2.AuthorizeSecurityGroupIngress(
    { GroupId, IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.10.0.0/16' }] }] },
    OWNER,
  );
  for (const [member, address] of Object.entries(MEMBERS)) {
    const Tags = [
      { Key: 'pointsman:tier', Value: 'acme/main' },
      { Key: 'pointsman:member', Value: member },
    ];
    await ec2.CreateNetworkInterface(
      {
        SubnetId: subnets[member],
        PrivateIpAddress: address,
        Groups: [GroupId!],
        TagSpecifications: [{ ResourceType: 'network-interface', Tags }],
      },
      OWNER,
    );
  }
  return { vpcId, subnets, groupId: GroupId! };
}

async function bootAgent(
  { ec2 }: Cloud,
  { subnetId, groupId, address }: { subnetId: string; groupId: string; address: string },
  changes: AgentChanges | undefined,
): Promise<string> {
  const { Instances } = await ec2.RunInstances(
    {
      ...{ ImageId: 'ami-00000000000000000', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 },
      ...{ SubnetId: subnetId, PrivateIpAddress: address, SecurityGroupIds: [groupId] },
      ...{ IamInstanceProfile: { Name: 'agent' } },
      UserData: userData(changes),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'pointsman:tier', Value: 'acme/main' }] },
      ],
    },
    OWNER,
  );
  return Instances![0]!.InstanceId!;
}

async function bootGroup(
  { ec2, autoScaling }: Cloud,
  { name, subnetId, groupId }: { name: string; subnetId: string; groupId: string },
  changes: AgentChanges | undefined,
): Promise<void> {
  const tier = { Key: 'pointsman:tier', Value: 'acme/main' };
  await ec2.CreateLaunchTemplate(
    {
      LaunchTemplateName: name,
      LaunchTemplateData: {
        ...{ ImageId: 'ami-00000000000000000', InstanceType: 't3.small', SecurityGroupIds: [groupId] },
        ...{ IamInstanceProfile: { Name: 'agent' }, UserData: userData(changes) },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [tier] }],
      },
    },
    OWNER,
  );
  await autoScaling.CreateAutoScalingGroup(
    {
      ...{ AutoScalingGroupName: name, MinSize: 1, MaxSize: 1, VPCZoneIdentifier: subnetId },
      LaunchTemplate: { LaunchTemplateName: name },
      LifecycleHookSpecificationList: [
        { LifecycleHookName: AGENT.launchHook, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
      ],
      Tags: [{ ...tier, PropagateAtLaunch: true }],
    },
    OWNER,
  );
}

/** What an instance runs when it boots. */
function userData({ agent = {}, first = [] }: AgentChanges = {}): string {
  const script = [
    '#!/bin/sh',
    'mkdir -p /var/lib/pointsman /run/pointsman',
    `cat > /var/lib/pointsman/agent.json <<'END'\n${JSON.stringify({ ...AGENT, ...agent })}\nEND`,
    'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY NODE_TEST_CONTEXT',
    ...first,
    `exec ${process.execPath} ${POINTSMAN} agent --config /var/lib/pointsman/agent.json`,
  ].join('\n');
  return Buffer.from(script).toString('base64');
}

/** Answers every name with the same address, or nothing. */
async function playUpstream(
  t: Pick<TestContext, 'after'>,
  namespace: string,
  upstream: { answers: boolean },
): Promise<void> {
  const socket = await bindUdp({ namespace, address: UPSTREAM, port: 53 });
  t.after(() => socket.close());
  socket.on('message', (bytes, from) => {
    const query = decodeMessage(bytes);
    if (!query?.question || !upstream.answers) return;
    const { edns: _, ...rest } = query;
    const { name, type } = query.question;
    const data = Uint8Array.of(10, 0, 0, 1);
    const answers = type === 'A' ? [{ name, type, class: 1, ttl: 0, data }] : [];
    socket.send(
      encodeMessage({ ...rest, flags: { ...query.flags, qr: true, ra: true }, answers }),
      from.port,
      from.address,
    );
  });
}

const PATIENCE = 1000;

async function startClient(t: Pick<TestContext, 'after'>, namespace: string): Promise<AgentLab['ask']> {
  const socket = await bindUdp({ namespace, address: CLIENT, port: 0 });
  t.after(() => socket.close());
  const waiting = new Map<number, (answer: string) => void>();
  socket.on('message', (bytes) => {
    const message = decodeMessage(bytes);
    const [answer] = message?.answers ?? [];
    if (message) waiting.get(message.id)?.(answer ? answer.data.join('.') : `RCODE ${message.rcode}`);
  });
  let nextId = 1;
  return async (address) => {
    const id = nextId++ % 0x10000;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    waiting.set(id, resolve);
    const timer = setTimeout(() => resolve(undefined), PATIENCE);
    const question = { name: `n${id}.corp.example.`, type: 'A', class: 1 };
    const flags = { qr: false, opcode: 0, aa: false, tc: false, rd: true, ra: false, ad: false, cd: false };
    const packet = encodeMessage({
      id,
      flags,
      rcode: 0,
      question,
      answers: [],
      authorities: [],
      additionals: [],
    });
    socket.send(packet, 53, address, () => {});
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(id);
    });
  };
}
