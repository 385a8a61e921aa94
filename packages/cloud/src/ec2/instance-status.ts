import type * as aws from '@aws-sdk/client-ec2';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { writeState } from './instance-shapes.ts';
import { listOwn } from './listing.ts';
import type { Instance } from './model.ts';
import { zoneIdOf } from './zones.ts';

const FIELDS: FilterFields<Instance> = {
  'availability-zone': ({ availabilityZone }) => availabilityZone,
  'availability-zone-id': ({ availabilityZone }) => zoneIdOf(availabilityZone),
  'instance-state-name': ({ state }) => state,
};

/** Of running instances, unless all are asked for. What a machine's status is, the fabric says at the moment of the call. */
export const describeInstanceStatus = operation<
  aws.DescribeInstanceStatusRequest,
  aws.DescribeInstanceStatusResult
>(['InstanceIds', 'IncludeAllInstances', ...PAGED], async (ec2, input, caller) => {
  const { page, NextToken } = listOwn(ec2.state.seen(), input, caller, {
    table: 'instances',
    ids: { name: 'instanceIds', given: input.InstanceIds },
    fields: FIELDS,
  });
  const asked = page.filter(({ state }) => input.IncludeAllInstances || state === 'running');
  const statuses = await Promise.all(asked.map((instance) => readStatus(ec2, instance)));
  return { InstanceStatuses: statuses, NextToken };
});

async function readStatus({ fabric, onFailure }: Ec2, instance: Instance): Promise<aws.InstanceStatus> {
  const { id, state, availabilityZone } = instance;
  const isRunning = state === 'running';
  const found = isRunning
    ? await fabric.instanceStatus(id).catch((error: unknown) => {
        onFailure(error, `status of ${id}`);
        return 'insufficient-data' as const;
      })
    : ('not-applicable' as const);
  const reachability = found === 'ok' ? 'passed' : found === 'impaired' ? 'failed' : 'insufficient-data';
  return {
    InstanceId: id,
    AvailabilityZone: availabilityZone,
    AvailabilityZoneId: zoneIdOf(availabilityZone),
    InstanceState: writeState(state),
    InstanceStatus: {
      Status: found,
      ...(isRunning && { Details: [{ Name: 'reachability', Status: reachability }] }),
    },
    SystemStatus: {
      Status: isRunning ? 'ok' : 'not-applicable',
      ...(isRunning && { Details: [{ Name: 'reachability', Status: 'passed' }] }),
    },
  };
}
