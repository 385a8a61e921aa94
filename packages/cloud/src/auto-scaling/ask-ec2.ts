import { groupId } from './auto-scaling.ts';
import { noteLaunched, noteLaunchFailed } from './capacity.ts';
import type { Driver, DriverOptions } from './driver.ts';
import { changeInstance, type Group, type Launch, RETRY_DELAY } from './group.ts';

export async function launch(
  { ec2, moment }: DriverOptions,
  driver: Driver,
  group: Group,
  { activityId, subnetId }: Launch,
): Promise<void> {
  const id = groupId(group, group.name);
  try {
    const input = launchInput(group, activityId, subnetId);
    const { Instances = [] } = await ec2.RunInstances(input, callerOf(group));
    const [{ InstanceId = '', InstanceType = '' } = {}] = Instances;
    const launched = { id: InstanceId, instanceType: InstanceType };
    driver.change(id, (now) =>
      noteLaunched(now, activityId, { ...launched, launchTemplate: now.launchTemplate }),
    );
  } catch (error) {
    const reason = (error as Error).message;
    driver.change(id, (now) => noteLaunchFailed(now, activityId, reason, moment()));
  }
}

/** One that EC2 does not know any more is found to be gone at the next look. */
export async function terminate(
  { ec2, ec2State, background, onFailure }: DriverOptions,
  driver: Driver,
  group: Group,
  instanceId: string,
): Promise<void> {
  const id = groupId(group, group.name);
  try {
    await ec2.TerminateInstances({ InstanceIds: [instanceId] }, callerOf(group));
  } catch (error) {
    if (ec2State.now().instances.has(instanceId)) {
      onFailure(error, `end of ${instanceId}`);
      background.later(RETRY_DELAY, `end of ${instanceId}`, async () =>
        driver.change(id, (now) => changeInstance(now, instanceId, { terminateAsked: false })),
      );
      return;
    }
  }
  driver.wake(id);
}

/** Auto Scaling acts by a role of its own. */
function callerOf({ account, region }: Group) {
  return { account, region, accessKeyId: 'autoscaling', principal: 'autoscaling.amazonaws.com' };
}

function launchInput({ name, tags, launchTemplate }: Group, activityId: string, subnetId: string) {
  const { id, version } = launchTemplate;
  const propagated = tags.filter(({ propagateAtLaunch }) => propagateAtLaunch);
  return {
    LaunchTemplate: { LaunchTemplateId: id, Version: version },
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetId,
    ClientToken: activityId,
    TagSpecifications: [
      {
        ResourceType: 'instance' as const,
        Tags: [
          ...propagated.map(({ key, value }) => ({ Key: key, Value: value })),
          { Key: 'aws:autoscaling:groupName', Value: name },
        ],
      },
    ],
  };
}
