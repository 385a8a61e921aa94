import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { isInstanceType } from './instance-types.ts';
import type { InterfaceRequest } from './interface-request.ts';
import { findTemplate, findVersion } from './launch-templates.ts';
import { readMetadataOptions, USUAL_OPTIONS } from './metadata-options.ts';
import type { Ec2State, Instance } from './model.ts';
import { invalidCombination, invalidValue, missingParameter } from './resources.ts';

/** An interface of a launch: one that is there, or a new one in a subnet. */
export type LaunchInterface = InterfaceRequest & {
  deviceIndex: number;
  existingId: string | undefined;
  subnetId: string | undefined;
  deleteOnTermination: boolean;
};

/** A launch, with what its template says of it. */
export type Launch = Pick<
  Instance,
  | 'imageId'
  | 'instanceType'
  | 'keyName'
  | 'userData'
  | 'instanceProfileArn'
  | 'disableApiTermination'
  | 'metadataOptions'
> & {
  least: number;
  most: number;
  availabilityZone: string | undefined;
  /** By device index. */
  interfaces: readonly LaunchInterface[];
  tagSpecifications: aws.TagSpecification[];
};

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const MOST_USER_DATA = 16_384;
const MOST_INSTANCES = 100;

/** @throws AwsError */
export function readLaunch(state: Ec2State, request: aws.RunInstancesRequest, caller: Caller): Launch {
  const template = readTemplate(state, request, caller);
  const merged = { ...template, ...withoutUndefined(request) } as aws.RunInstancesRequest;
  const { ImageId, InstanceType = 't3.micro', MinCount = 1, MaxCount = 1 } = merged;
  if (ImageId === undefined) throw missingParameter('ImageId');
  if (!/^ami-[0-9a-f]{8,17}$/.test(ImageId)) {
    throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${ImageId}" (expecting "ami-...")`);
  }
  if (!isInstanceType(InstanceType))
    throw invalidValue(InstanceType, 'instanceType', 'It is no instance type.');
  if (!(MinCount >= 1 && MaxCount >= MinCount && MaxCount <= MOST_INSTANCES)) {
    throw invalidValue(
      MaxCount,
      'maxCount',
      `It has to be from minCount (${MinCount}) to ${MOST_INSTANCES}.`,
    );
  }
  const interfaces = readInterfaces(request, template);
  requireRepeatable(interfaces, MaxCount);
  return {
    imageId: ImageId,
    instanceType: InstanceType,
    keyName: merged.KeyName,
    userData: readUserData(merged.UserData),
    instanceProfileArn: readProfile(merged.IamInstanceProfile, caller),
    disableApiTermination: merged.DisableApiTermination ?? false,
    metadataOptions: readMetadataOptions(merged.MetadataOptions ?? {}, USUAL_OPTIONS),
    least: MinCount,
    most: MaxCount,
    availabilityZone: merged.Placement?.AvailabilityZone,
    interfaces,
    tagSpecifications: [
      ...((template.TagSpecifications ?? []) as aws.TagSpecification[]),
      ...(request.TagSpecifications ?? []),
    ],
  };
}

function readTemplate(
  state: Ec2State,
  { LaunchTemplate }: aws.RunInstancesRequest,
  caller: Caller,
): aws.RequestLaunchTemplateData {
  if (!LaunchTemplate) return {};
  const { Version = '$Default', ...key } = LaunchTemplate;
  return findVersion(findTemplate(state, key, caller), Version).data;
}

function withoutUndefined(request: object): object {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

/** The subnet of a request is also that of the interfaces of its template, as Auto Scaling has it. */
function readInterfaces(
  request: aws.RunInstancesRequest,
  template: aws.RequestLaunchTemplateData,
): LaunchInterface[] {
  const { SubnetId, SecurityGroupIds = template.SecurityGroupIds } = request;
  const { PrivateIpAddress, Ipv6Addresses, Ipv6AddressCount } = request;
  if (request.NetworkInterfaces && (SubnetId !== undefined || request.SecurityGroupIds)) {
    const what = SubnetId === undefined ? 'security groups' : 'subnet ID';
    throw invalidCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    );
  }
  const specified = request.NetworkInterfaces ?? template.NetworkInterfaces;
  if (!specified || specified.length === 0) {
    const whole = { SubnetId, Groups: SecurityGroupIds, PrivateIpAddress, Ipv6Addresses, Ipv6AddressCount };
    return [readInterface({ ...whole, DeviceIndex: 0 } as aws.InstanceNetworkInterfaceSpecification)];
  }
  const interfaces = specified
    .map((each) => readInterface({ SubnetId, ...each } as aws.InstanceNetworkInterfaceSpecification))
    .sort((a, b) => a.deviceIndex - b.deviceIndex);
  const indexes = interfaces.map(({ deviceIndex }) => deviceIndex);
  if (indexes[0] !== 0 || new Set(indexes).size < indexes.length) {
    throw new AwsError(
      'InvalidParameterValue',
      'Each network interface requires a unique device index, and one of them has to be 0.',
    );
  }
  return interfaces;
}

function readInterface(each: aws.InstanceNetworkInterfaceSpecification): LaunchInterface {
  const { DeviceIndex, NetworkInterfaceId, SubnetId, DeleteOnTermination, ...request } = each;
  if (DeviceIndex === undefined) throw missingParameter('NetworkInterface.DeviceIndex');
  if (each.AssociatePublicIpAddress) {
    throw new AwsError('UnsupportedOperation', 'There are no public addresses here.');
  }
  const isNew = NetworkInterfaceId === undefined;
  if (!isNew && (request.Groups?.length || request.PrivateIpAddress !== undefined)) {
    throw invalidCombination(
      'A network interface may not specify both a network interface ID and what a new one is to be',
    );
  }
  return {
    ...request,
    deviceIndex: DeviceIndex,
    existingId: NetworkInterfaceId,
    subnetId: isNew ? SubnetId : undefined,
    deleteOnTermination: DeleteOnTermination ?? isNew,
  };
}

/** What only one instance can have. */
function requireRepeatable(interfaces: readonly LaunchInterface[], count: number): void {
  const isFixed = interfaces.some(
    (each) =>
      each.existingId !== undefined ||
      each.PrivateIpAddress !== undefined ||
      (each.PrivateIpAddresses ?? []).length > 0 ||
      (each.Ipv6Addresses ?? []).length > 0,
  );
  if (count > 1 && isFixed) {
    throw invalidCombination('Network interfaces and addresses may be specified for a single instance only');
  }
}

function readUserData(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const compact = text.replace(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (Buffer.from(compact, 'base64').length > MOST_USER_DATA) {
    throw new AwsError('InvalidParameterValue', `User data is limited to ${MOST_USER_DATA} bytes`);
  }
  return compact;
}

function readProfile(
  profile: aws.IamInstanceProfileSpecification | undefined,
  { account }: Caller,
): string | undefined {
  if (!profile || (profile.Arn === undefined && profile.Name === undefined)) return undefined;
  if (profile.Arn !== undefined && profile.Name !== undefined) {
    throw invalidCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  const arn = profile.Arn ?? `arn:aws:iam::${account}:instance-profile/${profile.Name}`;
  if (/^arn:aws:iam::[0-9]{12}:instance-profile\/[\w+=,.@/-]{1,640}$/.test(arn)) return arn;
  throw invalidValue(arn, 'iamInstanceProfile.arn', 'Invalid IAM Instance Profile ARN');
}
