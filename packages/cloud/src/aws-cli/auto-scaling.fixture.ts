import type { Step } from './story.fixture.ts';

const NAMED = '--auto-scaling-group-name dns';
const HOOK = `${NAMED} --lifecycle-hook-name ready`;
const ACTION = `${HOOK} --instance-id $held`;
const TAG = 'ResourceId=dns,ResourceType=auto-scaling-group,Key=stage';

/** A group of the launch template in the subnets of the networks, until it is deleted. */
export const GROUPS: readonly Step[] = [
  [
    'autoscaling create-auto-scaling-group --auto-scaling-group-name other --launch-template LaunchTemplateName=none --min-size 0 --max-size 1 --vpc-zone-identifier $subnet',
    /^An error occurred \(ValidationError\) when calling the CreateAutoScalingGroup operation: .*with template name none, does not exist/,
  ],
  [
    `autoscaling create-auto-scaling-group ${NAMED} --launch-template LaunchTemplateName=member --min-size 0 --max-size 2 --desired-capacity 1 --vpc-zone-identifier $subnet --tags Key=tier,Value=main,PropagateAtLaunch=true`,
  ],
  [
    `autoscaling describe-auto-scaling-groups --auto-scaling-group-names dns`,
    {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'dns',
          LaunchTemplate: { LaunchTemplateId: '$template' },
          Instances: [{ InstanceId: '$member', LifecycleState: 'InService', HealthStatus: 'Healthy' }],
          Tags: [{ Key: 'tier', Value: 'main', PropagateAtLaunch: true }],
        },
      ],
    },
  ],
  [`autoscaling update-auto-scaling-group ${NAMED} --max-size 3 --vpc-zone-identifier $subnet,$subnetb`],
  [
    `autoscaling set-desired-capacity ${NAMED} --desired-capacity 4`,
    /^An error occurred \(ValidationError\) when calling the SetDesiredCapacity operation: New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup\.$/,
  ],
  [`autoscaling create-or-update-tags --tags ${TAG},Value=test,PropagateAtLaunch=false`],
  [
    'autoscaling describe-tags --filters Name=key,Values=stage',
    { Tags: [{ ResourceId: 'dns', Key: 'stage', Value: 'test', PropagateAtLaunch: false }] },
  ],
  [`autoscaling delete-tags --tags ${TAG}`],
  ['autoscaling describe-tags', { Tags: [{ Key: 'tier' }] }],

  [
    'autoscaling describe-scaling-process-types',
    {
      Processes: ['HealthCheck', 'Launch', 'ReplaceUnhealthy', 'Terminate'].map((ProcessName) => ({
        ProcessName,
      })),
    },
  ],
  [`autoscaling suspend-processes ${NAMED} --scaling-processes Launch`],
  [`autoscaling set-desired-capacity ${NAMED} --desired-capacity 2`],
  [
    'autoscaling describe-auto-scaling-groups',
    {
      AutoScalingGroups: [
        { DesiredCapacity: 2, Instances: [{}], SuspendedProcesses: [{ ProcessName: 'Launch' }] },
      ],
    },
  ],
  [`autoscaling set-desired-capacity ${NAMED} --desired-capacity 1`],
  [`autoscaling resume-processes ${NAMED}`],
];

/** What becomes of the instances of the group, which is deleted at last. */
export const MEMBERS: readonly Step[] = [
  [`autoscaling set-instance-protection ${NAMED} --instance-ids $member --protected-from-scale-in`],
  [
    'autoscaling describe-auto-scaling-instances --instance-ids $member',
    { AutoScalingInstances: [{ AutoScalingGroupName: 'dns', ProtectedFromScaleIn: true }] },
  ],
  [
    `autoscaling detach-instances ${NAMED} --instance-ids $member --should-decrement-desired-capacity`,
    { Activities: [{ AutoScalingGroupName: 'dns', Description: /^Detaching EC2 instance: i-/ }] },
  ],
  ['autoscaling describe-auto-scaling-instances', { AutoScalingInstances: [] }],
  [`autoscaling attach-instances ${NAMED} --instance-ids $member`],
  [
    'autoscaling describe-auto-scaling-groups',
    { AutoScalingGroups: [{ DesiredCapacity: 1, Instances: [{ InstanceId: '$member' }] }] },
  ],
  [
    `autoscaling put-lifecycle-hook ${HOOK} --lifecycle-transition autoscaling:EC2_INSTANCE_LAUNCHING --heartbeat-timeout 300`,
  ],
  [
    `autoscaling describe-lifecycle-hooks ${NAMED}`,
    { LifecycleHooks: [{ LifecycleHookName: 'ready', HeartbeatTimeout: 300, DefaultResult: 'ABANDON' }] },
  ],
  [
    'autoscaling set-instance-health --instance-id $member --health-status Unhealthy --no-should-respect-grace-period',
  ],
  [
    'autoscaling describe-auto-scaling-instances',
    { AutoScalingInstances: [{ InstanceId: '$held', LifecycleState: 'Pending:Wait' }] },
  ],
  [
    'ec2 describe-instances --instance-ids $member',
    { Reservations: [{ Instances: [{ State: { Name: 'terminated' } }] }] },
  ],
  [`autoscaling record-lifecycle-action-heartbeat ${ACTION}`],
  [`autoscaling complete-lifecycle-action ${ACTION} --lifecycle-action-result CONTINUE`],
  [
    'autoscaling describe-auto-scaling-instances --instance-ids $held',
    { AutoScalingInstances: [{ LifecycleState: 'InService' }] },
  ],
  [
    `autoscaling complete-lifecycle-action ${ACTION} --lifecycle-action-result CONTINUE`,
    /^An error occurred \(ValidationError\) when calling the CompleteLifecycleAction operation: No active Lifecycle Action found with instance ID i-\w+$/,
  ],
  [`autoscaling delete-lifecycle-hook ${HOOK}`],
  [
    'autoscaling terminate-instance-in-auto-scaling-group --instance-id $held --no-should-decrement-desired-capacity',
    { Activity: { Description: /^Terminating EC2 instance: i-/, AutoScalingGroupName: 'dns' } },
  ],
  [
    `autoscaling describe-scaling-activities ${NAMED} --max-items 1`,
    { Activities: [{ Description: /^Launching a new EC2 instance: i-/, StatusCode: 'Successful' }] },
  ],
  [
    `autoscaling delete-auto-scaling-group ${NAMED}`,
    /^An error occurred \(ResourceInUse\) when calling the DeleteAutoScalingGroup operation: /,
  ],
  [`autoscaling delete-auto-scaling-group ${NAMED} --force-delete`],
  ['autoscaling describe-auto-scaling-groups', { AutoScalingGroups: [] }],
];
