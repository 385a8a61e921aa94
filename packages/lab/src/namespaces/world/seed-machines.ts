import type { Ec2Api } from '@pointsman/cloud';
import type { LabClient, LabMember } from './plan.ts';
import type { Caller } from './seed.ts';
import { MEMBER_TAG, NETWORK_TAG, TIER_TAG, tagsOf } from './seed-tags.ts';

/** Machines of a lab see the host's own programs, whatever image they are launched from. */
export const IMAGE = 'ami-00000000000000000';

/** The interface that a member's address belongs to, whichever instance has it. */
export async function createFixedInterface(
  ec2: Ec2Api,
  member: LabMember,
  SubnetId: string,
  groupId: string,
  caller: Caller,
): Promise<string> {
  const { NetworkInterface } = await ec2.CreateNetworkInterface(
    {
      SubnetId,
      Groups: [groupId],
      Description: `fixed address of ${member.name}`,
      ...addressesOf([member.address]),
      ...tagsOf('network-interface', memberTags(member)),
    },
    caller,
  );
  return NetworkInterface!.NetworkInterfaceId!;
}

/** Keeps an address that a played server has: EC2 gives out any that no interface has. */
export async function reserveAddress(
  ec2: Ec2Api,
  { address, authority }: { address: string; authority: string },
  SubnetId: string,
  caller: Caller,
): Promise<void> {
  const Description = `address of ${authority}, which the lab plays`;
  await ec2.CreateNetworkInterface(
    { SubnetId, Description, ...addressesOf([address]), ...tagsOf('network-interface', { Name: authority }) },
    caller,
  );
}

function memberTags({ name, tier, member }: LabMember): Record<string, string> {
  return { Name: name, [TIER_TAG]: tier, [MEMBER_TAG]: member };
}

function addressesOf(addresses: readonly string[]) {
  const ipv4 = addresses.find((address) => !address.includes(':'));
  const ipv6 = addresses.filter((address) => address.includes(':'));
  return {
    ...(ipv4 !== undefined && { PrivateIpAddress: ipv4 }),
    ...(ipv6.length > 0 && { Ipv6Addresses: ipv6.map((Ipv6Address) => ({ Ipv6Address })) }),
  };
}

export async function runClient(
  ec2: Ec2Api,
  client: LabClient,
  SubnetId: string,
  caller: Caller,
): Promise<string> {
  const name = `${client.network}-client`;
  const primary = { DeviceIndex: 0, SubnetId, ...addressesOf(client.addresses) };
  return runInstance(ec2, [primary], { Name: name, [NETWORK_TAG]: client.network }, caller);
}

export async function runMember(
  ec2: Ec2Api,
  member: LabMember,
  SubnetId: string,
  NetworkInterfaceId: string,
  caller: Caller,
): Promise<string> {
  const interfaces = [
    { DeviceIndex: 0, SubnetId },
    { DeviceIndex: 1, NetworkInterfaceId },
  ];
  return runInstance(ec2, interfaces, memberTags(member), caller);
}

type Interfaces = NonNullable<Parameters<Ec2Api['RunInstances']>[0]['NetworkInterfaces']>;

async function runInstance(
  ec2: Ec2Api,
  NetworkInterfaces: Interfaces,
  tags: Record<string, string>,
  caller: Caller,
): Promise<string> {
  const one = { ImageId: IMAGE, InstanceType: 't3.small' as const, MinCount: 1, MaxCount: 1 };
  const { Instances } = await ec2.RunInstances(
    { ...one, NetworkInterfaces, ...tagsOf('instance', tags) },
    caller,
  );
  return Instances![0]!.InstanceId!;
}
