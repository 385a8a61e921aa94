import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { makeAttachment, requireFree } from './attachments.ts';
import { commit, type Ec2Edit } from './commit.ts';
import { type Ec2, operation } from './ec2.ts';
import { hexDigits } from './ids.ts';
import { bootLater } from './instance-progress.ts';
import { writeReservation } from './instance-shapes.ts';
import { mostInterfaces } from './instance-types.ts';
import { makeInterface } from './interface-request.ts';
import { RUN_MEMBERS } from './launch-members.ts';
import { type Launch, type LaunchInterface, readLaunch } from './launch-request.ts';
import type { Instance, NetworkInterface, Tags, Vpc } from './model.ts';
import { findOwn, invalidCombination } from './resources.ts';
import { readTagSpecifications } from './tag-specifications.ts';
import { underVpc } from './vpcs.ts';

const TAGGED_WITH_INSTANCES = ['network-interface', 'volume'];

/** Instances are `pending` when the call ends, and boot then. */
export const runInstances = operation<aws.RunInstancesRequest, aws.Reservation>(
  RUN_MEMBERS,
  (ec2, input, caller) => {
    const launch = readLaunch(ec2.state.now(), input, caller);
    return underVpc(ec2, findVpcId(ec2, launch, caller), caller, async (vpc) => {
      const { instances, interfaces } = planInstances(ec2, launch, { input, caller, vpc });
      const edits: Ec2Edit[] = [
        ...interfaces.map((record) => ({ table: 'interfaces' as const, id: record.id, record })),
        ...instances.map((record) => ({ table: 'instances' as const, id: record.id, record })),
      ];
      await commit(ec2, edits);
      for (const { id } of instances) bootLater(ec2, id);
      return writeReservation(ec2.state.now(), instances);
    });
  },
);

/** The VPC of the primary interface. */
function findVpcId({ state }: Ec2, { interfaces: [primary] }: Launch, caller: Caller): string {
  const { existingId, subnetId } = primary!;
  if (existingId !== undefined) return findOwn(state.now(), 'interfaces', existingId, caller).vpcId;
  if (subnetId === undefined) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  return findOwn(state.now(), 'subnets', subnetId, caller).vpcId;
}

type Context = { input: aws.RunInstancesRequest; caller: Caller; vpc: Vpc };
type Plan = { instances: Instance[]; interfaces: NetworkInterface[] };

/** As many as fit, from the least to the most that are asked for. */
function planInstances(ec2: Ec2, launch: Launch, context: Context): Plan {
  if (launch.interfaces.length > mostInterfaces(launch.instanceType)) {
    throw new AwsError(
      'AttachmentLimitExceeded',
      `Interface count ${launch.interfaces.length} exceeds the limit for ${launch.instanceType}`,
    );
  }
  const reservationId = `r-${hexDigits(ec2.random, 17)}`;
  const plan: Plan = { instances: [], interfaces: [] };
  while (plan.instances.length < launch.most) {
    try {
      const next = planInstance(ec2, launch, context, plan, reservationId);
      plan.instances.push(next.instance);
      plan.interfaces.push(...next.interfaces);
    } catch (error) {
      const isFull = error instanceof AwsError && error.code === 'InsufficientFreeAddressesInSubnet';
      if (!isFull || plan.instances.length < launch.least) throw error;
      break;
    }
  }
  return plan;
}

function planInstance(
  ec2: Ec2,
  launch: Launch,
  { input, caller, vpc }: Context,
  { instances, interfaces: made }: Plan,
  reservationId: string,
): { instance: Instance; interfaces: NetworkInterface[] } {
  const tagsOf = (type: string) => {
    const others = ['instance', ...TAGGED_WITH_INSTANCES].filter((each) => each !== type);
    return readTagSpecifications(launch.tagSpecifications, type, others, caller.principal);
  };
  const { account, region } = caller;
  const tags = tagsOf('instance');
  const id = ec2.makeId('i', tags);
  const interfaces: NetworkInterface[] = [];
  for (const wanted of launch.interfaces) {
    const place = { caller, vpc, tags: tagsOf('network-interface') };
    const each = planInterface(ec2, wanted, place, [...made, ...interfaces]);
    const attachment = makeAttachment(ec2, { id, account }, wanted.deviceIndex);
    const { deleteOnTermination } = wanted;
    interfaces.push({ ...each, attachment: { ...attachment, deleteOnTermination } });
  }
  requireOneZone(launch, interfaces);
  const primary = interfaces[0]!;
  const instance: Instance = {
    ...settingsOf(launch),
    id,
    account,
    region,
    tags,
    reservationId,
    launchIndex: instances.length,
    vpcId: vpc.id,
    subnetId: primary.subnetId,
    availabilityZone: primary.availabilityZone,
    primaryInterfaceId: primary.id,
    state: 'pending',
    transitionReason: '',
    launched: ec2.clock.now(),
    clientToken: input.ClientToken,
  };
  return { instance, interfaces };
}

/** What a launch says of each of its instances alike. */
function settingsOf({
  imageId,
  instanceType,
  keyName,
  userData,
  instanceProfileArn,
  disableApiTermination,
  metadataOptions,
}: Launch) {
  return {
    imageId,
    instanceType,
    keyName,
    userData,
    instanceProfileArn,
    disableApiTermination,
    metadataOptions,
  };
}

function planInterface(
  ec2: Ec2,
  wanted: LaunchInterface,
  { caller, vpc, tags }: { caller: Caller; vpc: Vpc; tags: Tags },
  before: readonly NetworkInterface[],
): NetworkInterface {
  const state = ec2.state.now();
  if (wanted.existingId !== undefined) {
    const each = findOwn(state, 'interfaces', wanted.existingId, caller);
    requireFree(before.find(({ id }) => id === each.id) ?? each);
    return requireVpc(each, vpc);
  }
  const subnet = requireVpc(findOwn(state, 'subnets', wanted.subnetId, caller), vpc);
  return makeInterface(ec2, wanted, { subnet, vpc, caller, tags }, before);
}

function requireVpc<Kept extends { id: string; vpcId: string }>(each: Kept, vpc: Vpc): Kept {
  if (each.vpcId === vpc.id) return each;
  throw invalidCombination(`${each.id} is not in the VPC ${vpc.id} of the primary network interface`);
}

function requireOneZone({ availabilityZone }: Launch, interfaces: readonly NetworkInterface[]): void {
  const zones = new Set(interfaces.map((each) => each.availabilityZone));
  if (availabilityZone !== undefined) zones.add(availabilityZone);
  if (zones.size > 1) {
    throw invalidCombination(
      `All network interfaces have to be in one availability zone: ${[...zones].join(', ')}`,
    );
  }
}
