import { callCloud } from './call-cloud.ts';
import type { CloudClients } from './clients.ts';

/** The Auto Scaling group that a host may be in. Each method may throw a `CloudError`. */
export type Fleet = {
  find: () => Promise<FleetMembership | undefined>;
  /** Auto Scaling replaces the instance. */
  reportUnhealthy: () => Promise<void>;
  /** Ends the wait of an instance that is launched (`Pending:Wait`). */
  completeLaunch: (group: string, hook: string, result: 'CONTINUE' | 'ABANDON') => Promise<void>;
};

/** `state`: `Pending:Wait`, `InService`, `Terminating:Wait` … */
export type FleetMembership = { group: string; state: string };

export function openFleet(
  { autoScaling }: Pick<CloudClients, 'autoScaling'>,
  instanceId: () => Promise<string>,
): Fleet {
  return {
    find: async () => {
      const { DescribeAutoScalingInstancesCommand } = await import('@aws-sdk/client-auto-scaling');
      const command = new DescribeAutoScalingInstancesCommand({ InstanceIds: [await instanceId()] });
      const { AutoScalingInstances = [] } = await callCloud(
        'autoscaling:DescribeAutoScalingInstances',
        async () => (await autoScaling()).send(command),
      );
      const [found] = AutoScalingInstances;
      return found && { group: found.AutoScalingGroupName!, state: found.LifecycleState! };
    },
    reportUnhealthy: async () => {
      const { SetInstanceHealthCommand } = await import('@aws-sdk/client-auto-scaling');
      const command = new SetInstanceHealthCommand({
        InstanceId: await instanceId(),
        HealthStatus: 'Unhealthy',
        ShouldRespectGracePeriod: false,
      });
      await callCloud('autoscaling:SetInstanceHealth', async () => (await autoScaling()).send(command));
    },
    completeLaunch: async (group, hook, result) => {
      const { CompleteLifecycleActionCommand } = await import('@aws-sdk/client-auto-scaling');
      const command = new CompleteLifecycleActionCommand({
        AutoScalingGroupName: group,
        LifecycleHookName: hook,
        LifecycleActionResult: result,
        InstanceId: await instanceId(),
      });
      await callCloud('autoscaling:CompleteLifecycleAction', async () => (await autoScaling()).send(command));
    },
  };
}
