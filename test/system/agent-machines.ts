import type { Cloud } from '@pointsman/cloud';
import { parseAgentConfig } from '@pointsman/core/config';
import { agentPolicy } from '@pointsman/host';
import { API_IN_VPCS } from '@pointsman/lab/namespaces';
import { POINTSMAN } from './command.ts';

/** What is other than usual on a machine. */
export type AgentChanges = {
  /** In its agent's configuration. */
  agent?: Readonly<Record<string, unknown>>;
  /** Lines of a shell script that runs before it. */
  first?: readonly string[];
};

export type Owner = { account: string; region: string; accessKeyId: string; secretAccessKey: string };

export const REGION = 'eu-west-1';
export const OWNER: Owner = {
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
/** What the agents' role may do: what is documented, and no more. */
export function documentedPolicy(agent: AgentChanges['agent'] = {}): string {
  const parsed = parseAgentConfig({ ...AGENT, ...agent });
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return JSON.stringify(agentPolicy(parsed.config, OWNER));
}

export async function bootAgent(
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

export async function bootGroup(
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
