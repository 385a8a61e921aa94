import type { Cloud } from '@pointsman/cloud';
import type { Caller } from '../world/seed.ts';

/** An instance as Auto Scaling has it: `HEALTHY` or `UNHEALTHY`, `Pending:Wait`, `InService` … */
export type FleetInstance = { id: string; health: string; lifecycle: string };

/** All instances of Auto Scaling groups in the caller's region and account. */
export async function fleetOf(autoScaling: Cloud['autoScaling'], caller: Caller): Promise<FleetInstance[]> {
  const found: FleetInstance[] = [];
  let NextToken: string | undefined;
  do {
    const page = await autoScaling.DescribeAutoScalingInstances({ NextToken }, caller);
    for (const { InstanceId, HealthStatus, LifecycleState } of page.AutoScalingInstances ?? [])
      found.push({ id: InstanceId!, health: HealthStatus!, lifecycle: LifecycleState! });
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}
