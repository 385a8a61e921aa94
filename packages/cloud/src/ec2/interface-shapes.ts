import type * as aws from '@aws-sdk/client-ec2';
import { regionDomain } from './compile-fabric.ts';
import type { FilterFields } from './filters.ts';
import type { Attachment, Ec2State, NetworkInterface } from './model.ts';
import { writeTags } from './tag-specifications.ts';
import { zoneIdOf } from './zones.ts';

export function writeInterface(state: Ec2State, each: NetworkInterface): aws.NetworkInterface {
  const primary = each.addresses[0]!;
  const name = privateDnsName(state, each);
  return {
    NetworkInterfaceId: each.id,
    OwnerId: each.account,
    RequesterManaged: false,
    InterfaceType: 'interface',
    Status: each.attachment ? 'in-use' : 'available',
    Description: each.description,
    VpcId: each.vpcId,
    SubnetId: each.subnetId,
    AvailabilityZone: each.availabilityZone,
    AvailabilityZoneId: zoneIdOf(each.availabilityZone),
    MacAddress: each.mac,
    PrivateIpAddress: primary,
    PrivateDnsName: name,
    PrivateIpAddresses: each.addresses.map((address, index) => ({
      Primary: index === 0,
      PrivateIpAddress: address,
      ...(index === 0 && name !== undefined && { PrivateDnsName: name }),
    })),
    Ipv6Addresses: each.ipv6Addresses.map((Ipv6Address) => ({ Ipv6Address })),
    Groups: writeGroups(state, each.groupIds),
    SourceDestCheck: each.sourceDestCheck,
    Attachment: each.attachment && writeAttachment(each.attachment),
    TagSet: writeTags(each.tags),
  };
}

/** The name that the VPC resolver has for an address, where the VPC has DNS hostnames. */
export function privateDnsName(
  { vpcs }: Ec2State,
  { vpcId, region, addresses }: Pick<NetworkInterface, 'vpcId' | 'region' | 'addresses'>,
): string | undefined {
  if (!vpcs.get(vpcId)?.dnsHostnames) return undefined;
  return `ip-${addresses[0]!.replaceAll('.', '-')}.${regionDomain(region)}`;
}

export function writeGroups({ securityGroups }: Ec2State, ids: readonly string[]): aws.GroupIdentifier[] {
  return ids.map((GroupId) => ({ GroupId, GroupName: securityGroups.get(GroupId)?.name }));
}

export function writeAttachment(attachment: Attachment): aws.NetworkInterfaceAttachment {
  return {
    AttachmentId: attachment.id,
    AttachTime: new Date(attachment.since),
    DeleteOnTermination: attachment.deleteOnTermination,
    DeviceIndex: attachment.deviceIndex,
    NetworkCardIndex: 0,
    InstanceId: attachment.instanceId,
    InstanceOwnerId: attachment.instanceAccount,
    Status: attachment.status,
  };
}

export const interfaceFields = (state: Ec2State): FilterFields<NetworkInterface> => ({
  'network-interface-id': ({ id }) => id,
  'addresses.private-ip-address': ({ addresses }) => addresses,
  'addresses.primary': ({ addresses }) => addresses.map((_address, index) => String(index === 0)),
  'attachment.attachment-id': ({ attachment }) => attachment?.id,
  'attachment.attach-time': ({ attachment }) => attachment && new Date(attachment.since).toISOString(),
  'attachment.delete-on-termination': ({ attachment }) => attachment?.deleteOnTermination,
  'attachment.device-index': ({ attachment }) => attachment?.deviceIndex,
  'attachment.instance-id': ({ attachment }) => attachment?.instanceId,
  'attachment.instance-owner-id': ({ attachment }) => attachment?.instanceAccount,
  'attachment.status': ({ attachment }) => attachment?.status,
  'availability-zone': ({ availabilityZone }) => availabilityZone,
  'availability-zone-id': ({ availabilityZone }) => zoneIdOf(availabilityZone),
  description: ({ description }) => description,
  'group-id': ({ groupIds }) => groupIds,
  'group-name': ({ groupIds }) => groupIds.map((id) => state.securityGroups.get(id)?.name),
  'interface-type': () => 'interface',
  'ipv6-addresses.ipv6-address': ({ ipv6Addresses }) => ipv6Addresses,
  'mac-address': ({ mac }) => mac,
  'owner-id': ({ account }) => account,
  'private-dns-name': (each) => privateDnsName(state, each),
  'private-ip-address': ({ addresses }) => addresses,
  'requester-managed': () => false,
  'source-dest-check': ({ sourceDestCheck }) => sourceDestCheck,
  status: ({ attachment }) => (attachment ? 'in-use' : 'available'),
  'subnet-id': ({ subnetId }) => subnetId,
  'vpc-id': ({ vpcId }) => vpcId,
});
