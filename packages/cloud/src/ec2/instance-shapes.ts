import type * as aws from '@aws-sdk/client-ec2';
import type { FilterFields } from './filters.ts';
import { architectureOf } from './instance-types.ts';
import { privateDnsName, writeAttachment, writeGroups } from './interface-shapes.ts';
import { writeMetadataOptions } from './metadata-options.ts';
import type { Ec2State, Instance, InstanceState, NetworkInterface } from './model.ts';
import { writeTags } from './tag-specifications.ts';
import { zoneIdOf } from './zones.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function writeState(state: InstanceState): aws.InstanceState {
  return { Code: CODES[state], Name: state };
}

export function writeReservation(state: Ec2State, instances: readonly Instance[]): aws.Reservation {
  const { reservationId, account } = instances[0]!;
  return {
    ReservationId: reservationId,
    OwnerId: account,
    Groups: [],
    Instances: instances.map((instance) => writeInstance(state, instance)),
  };
}

/** A terminated instance has no interfaces any more, nor addresses. */
export function writeInstance(state: Ec2State, instance: Instance): aws.Instance {
  const interfaces = interfacesOf(state, instance);
  const primary = interfaces[0];
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as aws._InstanceType,
    State: writeState(instance.state),
    StateReason: instance.stateReason && {
      Code: instance.stateReason.code,
      Message: instance.stateReason.message,
    },
    StateTransitionReason: instance.transitionReason,
    AmiLaunchIndex: instance.launchIndex,
    LaunchTime: new Date(instance.launched),
    ClientToken: instance.clientToken ?? '',
    KeyName: instance.keyName,
    Architecture: architectureOf(instance.instanceType),
    Hypervisor: 'xen',
    VirtualizationType: 'hvm',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    EbsOptimized: false,
    Monitoring: { State: 'disabled' },
    Placement: {
      AvailabilityZone: instance.availabilityZone,
      AvailabilityZoneId: zoneIdOf(instance.availabilityZone),
      GroupName: '',
      Tenancy: 'default',
    },
    IamInstanceProfile:
      instance.instanceProfileArn === undefined ? undefined : { Arn: instance.instanceProfileArn },
    MetadataOptions: writeMetadataOptions(instance.metadataOptions, 'applied'),
    PrivateDnsName: (primary && privateDnsName(state, primary)) ?? '',
    PublicDnsName: '',
    ...(primary && {
      VpcId: instance.vpcId,
      SubnetId: instance.subnetId,
      PrivateIpAddress: primary.addresses[0],
      SourceDestCheck: primary.sourceDestCheck,
      SecurityGroups: writeGroups(state, primary.groupIds),
    }),
    NetworkInterfaces: interfaces.map((each) => writeInstanceInterface(state, each)),
    Tags: writeTags(instance.tags),
  };
}

function interfacesOf({ interfaces }: Ec2State, { id }: Instance): NetworkInterface[] {
  return [...interfaces.values()]
    .filter(({ attachment }) => attachment?.instanceId === id)
    .sort((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex);
}

function writeInstanceInterface(state: Ec2State, each: NetworkInterface): aws.InstanceNetworkInterface {
  const { InstanceId: _id, InstanceOwnerId: _owner, ...attachment } = writeAttachment(each.attachment!);
  const name = privateDnsName(state, each);
  return {
    NetworkInterfaceId: each.id,
    OwnerId: each.account,
    Status: 'in-use',
    InterfaceType: 'interface',
    Description: each.description,
    VpcId: each.vpcId,
    SubnetId: each.subnetId,
    MacAddress: each.mac,
    PrivateIpAddress: each.addresses[0],
    PrivateDnsName: name,
    PrivateIpAddresses: each.addresses.map((address, index) => ({
      Primary: index === 0,
      PrivateIpAddress: address,
      ...(index === 0 && name !== undefined && { PrivateDnsName: name }),
    })),
    Ipv6Addresses: each.ipv6Addresses.map((Ipv6Address) => ({ Ipv6Address })),
    Groups: writeGroups(state, each.groupIds),
    SourceDestCheck: each.sourceDestCheck,
    Attachment: attachment,
  };
}

/** What filters know of an instance. */
export function instanceFields(state: Ec2State): FilterFields<Instance> {
  const primary = (instance: Instance) => interfacesOf(state, instance)[0];
  return {
    ...OWN_FIELDS,
    ...interfaceFieldsOf(state),
    'instance.group-id': (instance) => primary(instance)?.groupIds,
    'private-dns-name': (instance) => {
      const each = primary(instance);
      return each && privateDnsName(state, each);
    },
    'private-ip-address': (instance) => primary(instance)?.addresses[0],
  };
}

const OWN_FIELDS: FilterFields<Instance> = {
  'instance-id': ({ id }) => id,
  'instance-state-name': ({ state }) => state,
  'instance-state-code': ({ state }) => CODES[state],
  'instance-type': ({ instanceType }) => instanceType,
  'image-id': ({ imageId }) => imageId,
  'availability-zone': ({ availabilityZone }) => availabilityZone,
  'availability-zone-id': ({ availabilityZone }) => zoneIdOf(availabilityZone),
  architecture: ({ instanceType }) => architectureOf(instanceType),
  'client-token': ({ clientToken }) => clientToken,
  'iam-instance-profile.arn': ({ instanceProfileArn }) => instanceProfileArn,
  'key-name': ({ keyName }) => keyName,
  'launch-time': ({ launched }) => new Date(launched).toISOString(),
  'metadata-options.http-endpoint': ({ metadataOptions }) => metadataOptions.httpEndpoint,
  'metadata-options.http-put-response-hop-limit': ({ metadataOptions }) =>
    metadataOptions.httpPutResponseHopLimit,
  'metadata-options.http-tokens': ({ metadataOptions }) => metadataOptions.httpTokens,
  'metadata-options.instance-metadata-tags': ({ metadataOptions }) => metadataOptions.instanceMetadataTags,
  'owner-id': ({ account }) => account,
  'reservation-id': ({ reservationId }) => reservationId,
  'state-reason-code': ({ stateReason }) => stateReason?.code,
  'subnet-id': ({ subnetId }) => subnetId,
  'vpc-id': ({ vpcId }) => vpcId,
};

/** Of all of its interfaces. */
function interfaceFieldsOf(state: Ec2State): FilterFields<Instance> {
  const each = (read: (each: NetworkInterface) => string | readonly string[]) => (instance: Instance) =>
    interfacesOf(state, instance).flatMap(read);
  return {
    'network-interface.addresses.primary': each(({ addresses }) =>
      addresses.map((_, index) => String(index === 0)),
    ),
    'network-interface.addresses.private-ip-address': each(({ addresses }) => addresses),
    'network-interface.attachment.attachment-id': each(({ attachment }) => attachment!.id),
    'network-interface.attachment.device-index': each(({ attachment }) => String(attachment!.deviceIndex)),
    'network-interface.attachment.status': each(({ attachment }) => attachment!.status),
    'network-interface.group-id': each(({ groupIds }) => groupIds),
    'network-interface.availability-zone': each(({ availabilityZone }) => availabilityZone),
    'network-interface.description': each(({ description }) => description),
    'network-interface.network-interface-id': each(({ id }) => id),
    'network-interface.mac-address': each(({ mac }) => mac),
    'network-interface.subnet-id': each(({ subnetId }) => subnetId),
    'network-interface.vpc-id': each(({ vpcId }) => vpcId),
  };
}
