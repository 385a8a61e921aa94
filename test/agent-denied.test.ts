import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import * as scaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as s3 from '@aws-sdk/client-s3';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { type AgentLab, documentedPolicy, openAgentLab, REGION, skipWithoutLab } from './system/agent-lab.ts';

/** Milliseconds: far more than anything here takes. */
const PATIENCE = 60_000;

/** One of each for the role's tier, and for another one. `interface` is attached to `instance`, `free` to nothing. */
type Tier = { free: string; interface: string; attachment: string; instance: string; group: string };
/** With the keys of the role. */
type Clients = {
  ec2: ec2.EC2Client;
  scaling: scaling.AutoScalingClient;
  ssm: ssm.SSMClient;
  s3: s3.S3Client;
  sts: sts.STSClient;
};
type Call = (clients: Clients, own: Tier, other: Tier) => Promise<unknown>;

const ROLE = 'arn:aws:iam::111122223333:role/agent';

const DENIED: Readonly<Record<string, Record<string, Call>>> = {
  UnauthorizedOperation: {
    "attach another tier's interface": (by, own, other) => by.ec2.send(attach(other.free, own.instance)),
    "attach to another tier's instance": (by, own, other) => by.ec2.send(attach(own.free, other.instance)),
    "detach another tier's interface": (by, _, other) => by.ec2.send(detach(other.attachment)),
    "detach another tier's interface by force": (by, _, other) => by.ec2.send(detach(other.attachment, true)),
    'terminate an instance of its tier': (by, { instance }) =>
      by.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [instance] })),
    'stop one of its tier': (by, { instance }) =>
      by.ec2.send(new ec2.StopInstancesCommand({ InstanceIds: [instance] })),
    'reboot one of its tier': (by, { instance }) =>
      by.ec2.send(new ec2.RebootInstancesCommand({ InstanceIds: [instance] })),
    'start an instance': (by) =>
      by.ec2.send(
        new ec2.RunInstancesCommand({ ImageId: 'ami-00000000000000000', MinCount: 1, MaxCount: 1 }),
      ),
    'tag what is not of its tier': (by, _, other) => by.ec2.send(tag(other.interface)),
    'tag what is of its tier': (by, own) => by.ec2.send(tag(own.interface)),
    'delete an interface of its tier': (by, { interface: NetworkInterfaceId }) =>
      by.ec2.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
    'change one of its tier': (by, { interface: NetworkInterfaceId }) =>
      by.ec2.send(
        new ec2.ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId,
          SourceDestCheck: { Value: false },
        }),
      ),
    'describe instances': (by) => by.ec2.send(new ec2.DescribeInstancesCommand({})),
    'describe user data': (by, { instance: InstanceId }) =>
      by.ec2.send(new ec2.DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' })),
    'describe VPCs': (by) => by.ec2.send(new ec2.DescribeVpcsCommand({})),
    'describe security groups': (by) => by.ec2.send(new ec2.DescribeSecurityGroupsCommand({})),
  },
  AccessDenied: {
    "call another tier's instance unhealthy": (by, _, other) =>
      by.scaling.send(setHealth(other, 'Unhealthy')),
    "complete a launch of another tier's group": (by, _, other) => by.scaling.send(completeLaunch(other)),
    'resize its own group': (by, { group: AutoScalingGroupName }) =>
      by.scaling.send(new scaling.SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity: 0 })),
    'delete its own group': (by, { group: AutoScalingGroupName }) =>
      by.scaling.send(new scaling.DeleteAutoScalingGroupCommand({ AutoScalingGroupName })),
    'end an instance by its group': (by, { instance: InstanceId }) =>
      by.scaling.send(
        new scaling.TerminateInstanceInAutoScalingGroupCommand({
          InstanceId,
          ShouldDecrementDesiredCapacity: true,
        }),
      ),
    'describe groups': (by) => by.scaling.send(new scaling.DescribeAutoScalingGroupsCommand({})),
    'read objects': (by) => by.s3.send(new s3.GetObjectCommand({ Bucket: 'acme', Key: 'main/a.json' })),
    'assume a role': (by) =>
      by.sts.send(new sts.AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'again' })),
  },
  AccessDeniedException: {
    "read another tier's configuration": (by) => by.ssm.send(read('/pointsman/acme/other/a')),
    'read one whose name begins alike': (by) => by.ssm.send(read('/pointsman/acme/main2/a')),
    'read what is published': (by) => by.ssm.send(read('/pointsman/acme/status/main/a')),
    'write its own configuration': (by) => by.ssm.send(write('/pointsman/acme/main/a')),
    "write another tier's status": (by) => by.ssm.send(write('/pointsman/acme/status/other/a')),
    'delete its own status': (by) =>
      by.ssm.send(new ssm.DeleteParameterCommand({ Name: '/pointsman/acme/status/main/a' })),
    'read all parameters of a path': (by) =>
      by.ssm.send(new ssm.GetParametersByPathCommand({ Path: '/pointsman', Recursive: true })),
  },
};

/** What the role may do to its own tier: what is denied above is denied for whose it is. */
const ALLOWED: Readonly<Record<string, Call>> = {
  "detach its own tier's interface": (by, own) => by.ec2.send(detach(own.attachment)),
  "attach its own tier's interface": (by, own) => by.ec2.send(attach(own.free, own.instance)),
  "call its own tier's instance healthy": (by, own) => by.scaling.send(setHealth(own, 'Healthy')),
  'read its configuration': (by) => by.ssm.send(read('/pointsman/acme/main/a')),
  'write its status': (by) => by.ssm.send(write('/pointsman/acme/status/main/a')),
};

describe('the role of an agent, with the documented policy', {
  skip: skipWithoutLab,
  timeout: 300_000,
}, () => {
  const cleanups: (() => unknown)[] = [];
  let lab: AgentLab;
  let own: Tier;
  let other: Tier;
  let clients: Clients;
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      documentedPolicy(),
    );
    await lab.configure('a');
    [own, other] = await Promise.all([makeTier('acme/main'), makeTier('acme/other')]);
    clients = await openClients(own.instance);
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  for (const [code, calls] of Object.entries(DENIED)) {
    for (const [what, call] of Object.entries(calls)) {
      test(`may not ${what}`, () => assert.rejects(call(clients, own, other), { name: code }));
    }
  }

  test('has changed nothing by all of that', () => {
    for (const tier of [own, other]) {
      const { attachment } = lab.cloud.state.now().interfaces.get(tier.interface)!;
      assert.equal(attachment?.id, tier.attachment);
      assert.equal(lab.cloud.state.now().instances.get(tier.instance)!.state, 'running');
    }
  });

  for (const [what, call] of Object.entries(ALLOWED))
    test(`may ${what}`, async () => void (await call(clients, own, other)));

  /** A group of one whose instance, on which nothing runs, has an interface of the tier. */
  async function makeTier(tier: string): Promise<Tier> {
    const Tags = [{ Key: 'pointsman:tier', Value: tier }];
    const group = tier.replace('/', '-');
    const { owner, cloud } = lab;
    const { Subnets } = await cloud.ec2.DescribeSubnets({}, owner);
    const { SubnetId } = Subnets!.find(({ AvailabilityZone }) => AvailabilityZone === `${REGION}a`)!;
    await cloud.ec2.CreateLaunchTemplate(
      {
        LaunchTemplateName: group,
        LaunchTemplateData: {
          ...{ ImageId: 'ami-00000000000000000', InstanceType: 't3.small' },
          IamInstanceProfile: { Name: 'agent' },
          TagSpecifications: [{ ResourceType: 'instance', Tags }],
        },
      },
      owner,
    );
    await cloud.autoScaling.CreateAutoScalingGroup(
      {
        ...{ AutoScalingGroupName: group, MinSize: 0, MaxSize: 1, DesiredCapacity: 1 },
        ...{ VPCZoneIdentifier: SubnetId, LaunchTemplate: { LaunchTemplateName: group }, Tags },
      },
      owner,
    );
    const instance = await firstRunning(group);
    const TagSpecifications = [{ ResourceType: 'network-interface' as const, Tags }];
    const [attached, free] = await Promise.all(
      [1, 2].map(() => cloud.ec2.CreateNetworkInterface({ SubnetId, TagSpecifications }, owner)),
    );
    const id = attached!.NetworkInterface!.NetworkInterfaceId!;
    const { AttachmentId } = await cloud.ec2.AttachNetworkInterface(
      { NetworkInterfaceId: id, InstanceId: instance, DeviceIndex: 1 },
      owner,
    );
    return {
      ...{ group, instance, interface: id, attachment: AttachmentId! },
      free: free!.NetworkInterface!.NetworkInterfaceId!,
    };
  }

  async function firstRunning(group: string): Promise<string> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const input = { AutoScalingGroupNames: [group] };
      const { AutoScalingGroups } = await lab.cloud.autoScaling.DescribeAutoScalingGroups(input, lab.owner);
      const [instance] = AutoScalingGroups![0]!.Instances!;
      if (instance?.LifecycleState === 'InService') return instance.InstanceId!;
      assert.ok(performance.now() < end, `${group} has no instance: ${JSON.stringify(instance)}`);
      await delay(50);
    }
  }

  /** With the temporary keys that the machine gets from its metadata service. */
  async function openClients(machine: string): Promise<Clients> {
    const { stdout, stderr } = await lab.run(machine, process.execPath, '--eval', PRINT_KEYS);
    assert.equal(stderr, '');
    const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(stdout);
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
    };
    const settings = { region: REGION, endpoint: lab.endpoint, credentials, maxAttempts: 1 };
    const opened = {
      ec2: new ec2.EC2Client(settings),
      scaling: new scaling.AutoScalingClient(settings),
      ssm: new ssm.SSMClient(settings),
      s3: new s3.S3Client({ ...settings, forcePathStyle: true }),
      sts: new sts.STSClient(settings),
    };
    cleanups.push(() => {
      for (const client of Object.values(opened)) client.destroy();
    });
    return opened;
  }
});

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
const PRINT_KEYS = `
  const latest = 'http://169.254.169.254/latest';
  const age = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(latest + '/api/token', { method: 'PUT', headers: age })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const role = latest + '/meta-data/iam/security-credentials/agent';
  console.log(await (await fetch(role, { headers })).text());
`;

function attach(NetworkInterfaceId: string, InstanceId: string) {
  return new ec2.AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex: 2 });
}

function detach(AttachmentId: string, Force = false) {
  return new ec2.DetachNetworkInterfaceCommand({ AttachmentId, Force });
}

function tag(id: string) {
  const Tags = [{ Key: 'pointsman:tier', Value: 'acme/main' }];
  return new ec2.CreateTagsCommand({ Resources: [id], Tags });
}

function setHealth({ instance: InstanceId }: Tier, HealthStatus: string) {
  return new scaling.SetInstanceHealthCommand({ InstanceId, HealthStatus });
}

function completeLaunch({
  group: AutoScalingGroupName,
  instance: InstanceId,
}: Pick<Tier, 'group' | 'instance'>) {
  return new scaling.CompleteLifecycleActionCommand({
    ...{ AutoScalingGroupName, InstanceId, LifecycleHookName: 'answers', LifecycleActionResult: 'CONTINUE' },
  });
}

function read(Name: string) {
  return new ssm.GetParameterCommand({ Name });
}

function write(Name: string) {
  return new ssm.PutParameterCommand({ Name, Value: '{}', Type: 'String', Overwrite: true });
}
