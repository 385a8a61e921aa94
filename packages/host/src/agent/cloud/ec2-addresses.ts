import type {
  InstanceStatus,
  NetworkInterface,
  NetworkInterfaceAttachment,
  Subnet,
} from '@aws-sdk/client-ec2';
import { agentConfigSchema } from '@pointsman/core/config';
import type { AddressCloud, Attachment, HolderState, MemberInterface } from './address-cloud.ts';
import { callCloud } from './call-cloud.ts';
import type { CloudClients } from './clients.ts';
import { CloudError } from './cloud-error.ts';
import { addressesOutside } from './service-interface-of.ts';

/** The tags of a member's interface: `TOPOLOGY/TIER`, and the member's name. */
export const TIER_TAG = 'pointsman:tier';
export const MEMBER_TAG = 'pointsman:member';

/** Fixed addresses on EC2. `instanceId`: of this host, which interfaces are attached to. */
export function openEc2Addresses(
  { ec2 }: Pick<CloudClients, 'ec2'>,
  { tier, instanceId }: { tier: string; instanceId: () => Promise<string> },
): AddressCloud {
  const subnets = new Map<string, KnownSubnet>();
  /** Not known yet; or it may have been given another range since, which an address of an interface is in. */
  const isToAsk = (each: NetworkInterface) => {
    const known = subnets.get(each.SubnetId!);
    if (!known) return true;
    const isOld = performance.now() - known.at > SUBNET_LASTS;
    return isOld && addressesOutside(memberInterface(each, subnets)).length > 0;
  };
  return {
    findInterfaces: async () => {
      const tagged = await describeInterfaces(ec2, tier);
      // An instance's primary interface is its own, and its management's, whatever tags its launch template gave it.
      const found = tagged.filter(({ Attachment }) => Attachment?.DeviceIndex !== 0);
      const toAsk = found.filter(isToAsk).map(({ SubnetId }) => SubnetId!);
      for (const subnet of await describeSubnets(ec2, toAsk))
        subnets.set(subnet.SubnetId!, { cidrs: cidrsOf(subnet), at: performance.now() });
      return found.map((each) => memberInterface(each, subnets));
    },
    findHolders: (ids) => describeHolders(ec2, ids),
    attach: async (interfaceId, deviceIndex) => {
      const { AttachNetworkInterfaceCommand } = await import('@aws-sdk/client-ec2');
      const command = new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: interfaceId,
        InstanceId: await instanceId(),
        DeviceIndex: deviceIndex,
      });
      await callCloud('ec2:AttachNetworkInterface', async () => (await ec2()).send(command));
    },
    detach: async (attachmentId, { force }) => {
      const { DetachNetworkInterfaceCommand } = await import('@aws-sdk/client-ec2');
      const command = new DetachNetworkInterfaceCommand({ AttachmentId: attachmentId, Force: force });
      await callCloud('ec2:DetachNetworkInterface', async () => (await ec2()).send(command));
    },
  };
}

/** `at`: when it was described, milliseconds of `performance.now()`. */
type KnownSubnet = { cidrs: readonly string[]; at: number };

/** Milliseconds. */
const SUBNET_LASTS = 60_000;

async function describeInterfaces(ec2: CloudClients['ec2'], tier: string): Promise<NetworkInterface[]> {
  const { paginateDescribeNetworkInterfaces } = await import('@aws-sdk/client-ec2');
  const Filters = [{ Name: `tag:${TIER_TAG}`, Values: [tier] }];
  return callCloud('ec2:DescribeNetworkInterfaces', async () => {
    const found: NetworkInterface[] = [];
    for await (const page of paginateDescribeNetworkInterfaces({ client: await ec2() }, { Filters }))
      found.push(...(page.NetworkInterfaces ?? []));
    return found;
  });
}

async function describeSubnets(ec2: CloudClients['ec2'], ids: readonly string[]): Promise<Subnet[]> {
  if (ids.length === 0) return [];
  const { DescribeSubnetsCommand } = await import('@aws-sdk/client-ec2');
  const command = new DescribeSubnetsCommand({ SubnetIds: [...new Set(ids)] });
  return callCloud('ec2:DescribeSubnets', async () => (await (await ec2()).send(command)).Subnets ?? []);
}

/** One by one where one of them is not known: that fails the call for all. */
async function describeHolders(
  ec2: CloudClients['ec2'],
  ids: readonly string[],
): Promise<ReadonlyMap<string, HolderState>> {
  const [first, ...others] = [...new Set(ids)];
  if (first === undefined) return new Map();
  try {
    const found = await describeStatuses(ec2, [first, ...others]);
    return new Map(found.map((each) => [each.InstanceId!, holderState(each)]));
  } catch (error) {
    if (!(error instanceof CloudError && error.kind === 'conflict')) throw error;
    if (others.length === 0) return new Map([[first, 'missing']]);
  }
  const each = await Promise.all([first, ...others].map((id) => describeHolders(ec2, [id])));
  return new Map(each.flatMap((found) => [...found]));
}

async function describeStatuses(ec2: CloudClients['ec2'], InstanceIds: string[]): Promise<InstanceStatus[]> {
  const { DescribeInstanceStatusCommand } = await import('@aws-sdk/client-ec2');
  const command = new DescribeInstanceStatusCommand({ IncludeAllInstances: true, InstanceIds });
  return callCloud(
    'ec2:DescribeInstanceStatus',
    async () => (await (await ec2()).send(command)).InstanceStatuses ?? [],
  );
}

function holderState({ InstanceState, InstanceStatus, SystemStatus }: InstanceStatus): HolderState {
  const state = InstanceState?.Name;
  if (state !== 'pending' && state !== 'running') return 'ended';
  const isImpaired = InstanceStatus?.Status === 'impaired' || SystemStatus?.Status === 'impaired';
  return isImpaired ? 'impaired' : 'alive';
}

function memberInterface(each: NetworkInterface, subnets: ReadonlyMap<string, KnownSubnet>): MemberInterface {
  return {
    id: each.NetworkInterfaceId!,
    member: memberName(each.TagSet?.find(({ Key }) => Key === MEMBER_TAG)?.Value),
    mac: each.MacAddress!.toLowerCase(),
    availabilityZone: each.AvailabilityZone!,
    vpcId: each.VpcId!,
    subnetId: each.SubnetId!,
    subnetCidrs: subnets.get(each.SubnetId!)?.cidrs ?? [],
    addresses: [
      each.PrivateIpAddress!,
      ...(each.PrivateIpAddresses ?? [])
        .filter(({ Primary }) => !Primary)
        .map((one) => one.PrivateIpAddress!),
      ...(each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address!),
    ],
    attachment: each.Attachment && attachmentOf(each.Attachment),
  };
}

/** Whoever may write tags must not name files of this host by them: what is no name of a member is none. */
function memberName(tag: string | undefined): string | undefined {
  return agentConfigSchema.shape.member.safeParse(tag).data;
}

function attachmentOf({
  AttachmentId,
  InstanceId,
  Status,
  AttachTime,
}: NetworkInterfaceAttachment): Attachment | undefined {
  if (Status === 'detached' || AttachmentId === undefined) return undefined;
  // Of an interface that AWS itself has attached to something of its own there is no instance.
  const instanceId = InstanceId ?? 'none';
  return { id: AttachmentId, instanceId, state: Status ?? 'attached', since: AttachTime?.getTime() };
}

function cidrsOf({ CidrBlock, Ipv6CidrBlockAssociationSet = [] }: Subnet): string[] {
  return [CidrBlock!, ...Ipv6CidrBlockAssociationSet.flatMap((each) => each.Ipv6CidrBlock ?? [])];
}
