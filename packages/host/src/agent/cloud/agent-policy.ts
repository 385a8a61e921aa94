import type { AgentConfig } from '@pointsman/core/config';
import { TIER_TAG } from './ec2-addresses.ts';

/** An IAM policy document: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export type PolicyDocument = {
  Version: '2012-10-17';
  Statement: {
    Sid: string;
    Effect: 'Allow';
    Action: string[];
    Resource: string | string[];
    Condition?: Record<string, Record<string, string>>;
  }[];
};

/**
 * What an agent's role needs, and no more: to look, to move interfaces of its own tier between instances of its own tier, to speak of
 * Auto Scaling groups of its tier, to read its configuration and to write its status. Instances and groups carry the tag of the tier too.
 */
export function agentPolicy(
  config: Pick<AgentConfig, 'tier' | 'configuration' | 'publish'>,
  { account, region, partition = 'aws' }: { account: string; region: string; partition?: string },
): PolicyDocument {
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const tierIs = (key: string) => ({ StringEquals: { [`${key}/${TIER_TAG}`]: config.tier! } });
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Look',
        Effect: 'Allow',
        Action: [
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DescribeInstanceStatus',
          'autoscaling:DescribeAutoScalingInstances',
        ],
        Resource: '*',
      },
      {
        Sid: 'MoveAddresses',
        Effect: 'Allow',
        Action: ['ec2:AttachNetworkInterface', 'ec2:DetachNetworkInterface'],
        Resource: [arn('ec2', 'network-interface/*'), arn('ec2', 'instance/*')],
        Condition: tierIs('ec2:ResourceTag'),
      },
      {
        Sid: 'SpeakOfHealth',
        Effect: 'Allow',
        Action: ['autoscaling:SetInstanceHealth', 'autoscaling:CompleteLifecycleAction'],
        Resource: arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*'),
        Condition: tierIs('aws:ResourceTag'),
      },
      ...configurationStatements(config.configuration, arn, partition),
      ...(config.publish === undefined
        ? []
        : [
            {
              Sid: 'PublishStatus',
              Effect: 'Allow' as const,
              Action: ['ssm:PutParameter'],
              Resource: arn('ssm', `parameter${forAnyMember(config.publish)}`),
            },
          ]),
    ],
  };
}

function configurationStatements(
  configuration: string,
  arn: (service: string, resource: string) => string,
  partition: string,
): PolicyDocument['Statement'] {
  const name = forAnyMember(configuration);
  const read = (Action: string, Resource: string) => [
    { Sid: 'ReadConfiguration', Effect: 'Allow' as const, Action: [Action], Resource },
  ];
  if (name.startsWith('ssm:')) return read('ssm:GetParameter', arn('ssm', `parameter${name.slice(4)}`));
  if (name.startsWith('s3:')) return read('s3:GetObject', `arn:${partition}:s3:::${name.slice(5)}`);
  return [];
}

function forAnyMember(text: string): string {
  return text.replaceAll('{member}', '*');
}
