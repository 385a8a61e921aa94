import * as aws from '@aws-sdk/client-auto-scaling';
import { OWNER, REGION, startTestCloud } from '../endpoint/test-cloud.ts';

/** A cloud with a launch template and a subnet in each of two availability zones, and a client of Auto Scaling. */
export type TestService = Awaited<ReturnType<typeof startTestService>>;

/** Which operations the tests of each file call: all that are served, together. */
export const CALLED_IN = {
  groups: [
    'CreateAutoScalingGroup',
    'UpdateAutoScalingGroup',
    'DeleteAutoScalingGroup',
    'DescribeAutoScalingGroups',
    'SetDesiredCapacity',
    'DescribeScalingActivities',
    'SuspendProcesses',
    'ResumeProcesses',
    'DescribeScalingProcessTypes',
    'CreateOrUpdateTags',
    'DeleteTags',
    'DescribeTags',
  ],
  instances: [
    'DescribeAutoScalingInstances',
    'SetInstanceHealth',
    'SetInstanceProtection',
    'TerminateInstanceInAutoScalingGroup',
    'AttachInstances',
    'DetachInstances',
    'PutLifecycleHook',
    'DeleteLifecycleHook',
    'DescribeLifecycleHooks',
    'CompleteLifecycleAction',
    'RecordLifecycleActionHeartbeat',
  ],
};

const CALLER = { account: OWNER.account, region: REGION, accessKeyId: OWNER.accessKeyId };

export async function startTestService() {
  const world = await startTestCloud();
  const { ec2 } = world.cloud;
  const { Vpc } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' }, CALLER);
  const makeSubnet = async (zone: string, CidrBlock: string) => {
    const input = { VpcId: Vpc!.VpcId, CidrBlock, AvailabilityZone: `${REGION}${zone}` };
    return (await ec2.CreateSubnet(input, CALLER)).Subnet!.SubnetId!;
  };
  const subnets = { a: await makeSubnet('a', '10.0.1.0/24'), b: await makeSubnet('b', '10.0.2.0/24') };
  await ec2.CreateLaunchTemplate(
    {
      LaunchTemplateName: 'forwarder',
      LaunchTemplateData: {
        ImageId: 'ami-0123456789abcdef0',
        InstanceType: 't3.micro',
        IamInstanceProfile: { Name: 'forwarder' },
      },
    },
    CALLER,
  );
  const client = new aws.AutoScalingClient(world.access());
  const create = (name: string, input: Partial<aws.CreateAutoScalingGroupCommandInput> = {}) =>
    client.send(
      new aws.CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchTemplate: { LaunchTemplateName: 'forwarder' },
        MinSize: 0,
        MaxSize: 3,
        DesiredCapacity: 1,
        VPCZoneIdentifier: subnets.a,
        ...input,
      }),
    );
  const describeGroup = async (name: string) => {
    const command = new aws.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
    return (await client.send(command)).AutoScalingGroups![0];
  };
  return {
    ...world,
    client,
    subnets,
    create,
    /** A group as it is once nothing more happens by itself. */
    group: async (name: string) => {
      await world.settled();
      return describeGroup(name);
    },
    /** EC2's own record of an instance. */
    instance: (id: string) => world.cloud.state.now().instances.get(id),
    stop: async () => {
      client.destroy();
      await world.stop();
    },
  };
}
