import type * as aws from '@aws-sdk/client-auto-scaling';
import type { Operation } from '../endpoint/bind-operations.ts';
import { type AutoScaling, findGroup, invalid, keepGroup } from './auto-scaling.ts';

/** The processes that there are here: https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const PROCESSES = ['HealthCheck', 'Launch', 'ReplaceUnhealthy', 'Terminate'];

export const suspendProcesses: Operation<AutoScaling, aws.ScalingProcessQuery, object> = (
  autoScaling,
  { AutoScalingGroupName, ScalingProcesses },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const suspendedProcesses = [...new Set([...group.suspendedProcesses, ...readProcesses(ScalingProcesses)])];
  keepGroup(autoScaling, { ...group, suspendedProcesses });
  return {};
};

export const resumeProcesses: Operation<AutoScaling, aws.ScalingProcessQuery, object> = (
  autoScaling,
  { AutoScalingGroupName, ScalingProcesses },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const resumed = readProcesses(ScalingProcesses);
  const suspendedProcesses = group.suspendedProcesses.filter((each) => !resumed.includes(each));
  keepGroup(autoScaling, { ...group, suspendedProcesses });
  return {};
};

export const describeProcessTypes: Operation<AutoScaling, object, aws.ProcessesType> = () => ({
  Processes: PROCESSES.map((ProcessName) => ({ ProcessName })),
});

/** All of them where a request names none. */
function readProcesses(named: readonly string[] | undefined): readonly string[] {
  if (!named?.length) return PROCESSES;
  const unknown = named.find((each) => !PROCESSES.includes(each));
  if (unknown === undefined) return named;
  throw invalid(`${unknown} is not a process of groups here: there are ${PROCESSES.join(', ')}`);
}
