import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import { bootLater, rebootLater, stopLater, terminateLater } from './instance-progress.ts';
import { instanceFields, writeReservation, writeState } from './instance-shapes.ts';
import { listOwn } from './listing.ts';
import type { Instance, InstanceState } from './model.ts';
import { findOwnMany, missingParameter } from './resources.ts';

export const describeInstances = operation<aws.DescribeInstancesRequest, aws.DescribeInstancesResult>(
  ['InstanceIds', ...PAGED],
  (ec2, input, caller) => {
    const state = ec2.state.seen();
    const { page, NextToken } = listOwn(state, input, caller, {
      table: 'instances',
      ids: { name: 'instanceIds', given: input.InstanceIds },
      fields: instanceFields(state),
    });
    const reservations = Map.groupBy(page, ({ reservationId }) => reservationId);
    return {
      Reservations: [...reservations.values()].map((instances) => writeReservation(state, instances)),
      NextToken,
    };
  },
);

export const terminateInstances = operation<aws.TerminateInstancesRequest, aws.TerminateInstancesResult>(
  ['InstanceIds'],
  async (ec2, { InstanceIds }, caller) => {
    const changed = await changeStates(ec2, InstanceIds, caller, {
      verb: 'terminated',
      from: ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
      next: (instance) => {
        if (instance.disableApiTermination) {
          throw new AwsError(
            'OperationNotPermitted',
            `The instance '${instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
          );
        }
        return instance.state === 'terminated' ? 'terminated' : 'shutting-down';
      },
      reason: BY_USER,
      go: terminateLater,
    });
    return { TerminatingInstances: changed };
  },
);

export const stopInstances = operation<aws.StopInstancesRequest, aws.StopInstancesResult>(
  ['InstanceIds', 'Force'],
  async (ec2, { InstanceIds }, caller) => {
    const changed = await changeStates(ec2, InstanceIds, caller, {
      verb: 'stopped',
      from: ['running', 'stopping', 'stopped'],
      next: ({ state }) => (state === 'stopped' ? 'stopped' : 'stopping'),
      reason: BY_USER,
      go: stopLater,
    });
    return { StoppingInstances: changed };
  },
);

export const startInstances = operation<aws.StartInstancesRequest, aws.StartInstancesResult>(
  ['InstanceIds'],
  async (ec2, { InstanceIds }, caller) => {
    const changed = await changeStates(ec2, InstanceIds, caller, {
      verb: 'started',
      from: ['stopped', 'pending', 'running'],
      next: ({ state }) => (state === 'running' ? 'running' : 'pending'),
      reason: undefined,
      go: bootLater,
    });
    return { StartingInstances: changed };
  },
);

export const rebootInstances = operation<aws.RebootInstancesRequest>(
  ['InstanceIds'],
  async (ec2, { InstanceIds }, caller) => {
    const instances = findOwnMany(ec2.state.now(), 'instances', requireIds(InstanceIds), caller);
    for (const instance of instances) requireState(instance, ['running', 'pending'], 'rebooted');
    for (const { id } of instances) rebootLater(ec2, id);
    return {};
  },
);

const BY_USER = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

type Transition = {
  verb: string;
  /** The states in which it can be asked for. */
  from: readonly InstanceState[];
  /** @throws AwsError */
  next: (instance: Instance) => InstanceState;
  reason: Instance['stateReason'];
  /** What follows where the state becomes another one. */
  go: (ec2: Ec2, id: string) => void;
};

/** All instances of a request or none. */
function changeStates(
  ec2: Ec2,
  ids: readonly string[] | undefined,
  caller: Caller,
  { verb, from, next, reason, go }: Transition,
): Promise<aws.InstanceStateChange[]> {
  const unique = [...new Set(requireIds(ids))];
  const find = () => findOwnMany(ec2.state.now(), 'instances', unique, caller);
  return ec2.locks.run([...new Set(find().map(({ vpcId }) => vpcId))], async () => {
    const before = find();
    for (const instance of before) requireState(instance, from, verb);
    const after = before.map((instance) => changeState(ec2, instance, next(instance), reason));
    const isChanged = (index: number) => after[index] !== before[index];
    await commit(
      ec2,
      after
        .filter((_, index) => isChanged(index))
        .map((record) => ({ table: 'instances', id: record.id, record })),
    );
    for (const [index, { id }] of after.entries()) if (isChanged(index)) go(ec2, id);
    return before.map(({ id, state }, index) => ({
      InstanceId: id,
      PreviousState: writeState(state),
      CurrentState: writeState(after[index]!.state),
    }));
  });
}

function changeState(
  { clock }: Ec2,
  instance: Instance,
  state: InstanceState,
  stateReason: Instance['stateReason'],
): Instance {
  if (state === instance.state) return instance;
  const at = new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  const transitionReason = stateReason ? `User initiated (${at} GMT)` : '';
  const launched = state === 'pending' ? clock.now() : instance.launched;
  return { ...instance, state, stateReason, transitionReason, launched };
}

function requireIds(ids: readonly string[] | undefined): readonly string[] {
  if (!ids || ids.length === 0) throw missingParameter('InstanceId');
  return ids;
}

function requireState({ id, state }: Instance, allowed: readonly InstanceState[], verb: string): void {
  if (allowed.includes(state)) return;
  throw new AwsError(
    'IncorrectInstanceState',
    `The instance '${id}' is not in a state from which it can be ${verb}.`,
  );
}
