/** What a launch may say of an instance's interfaces. */
const INTERFACE_MEMBERS = [
  'NetworkInterfaces.DeviceIndex',
  'NetworkInterfaces.NetworkInterfaceId',
  'NetworkInterfaces.SubnetId',
  'NetworkInterfaces.Groups',
  'NetworkInterfaces.Description',
  'NetworkInterfaces.DeleteOnTermination',
  'NetworkInterfaces.PrivateIpAddress',
  'NetworkInterfaces.PrivateIpAddresses',
  'NetworkInterfaces.SecondaryPrivateIpAddressCount',
  'NetworkInterfaces.Ipv6Addresses.Ipv6Address',
  'NetworkInterfaces.Ipv6AddressCount',
  'NetworkInterfaces.AssociatePublicIpAddress',
  'NetworkInterfaces.InterfaceType',
] as const;

/**
 * What RunInstances and launch templates take alike. Disks, monitoring and tenancy are taken and make no difference: a machine here has one disk,
 * nobody monitors it, and all hosts are the same.
 */
export const TEMPLATE_MEMBERS = [
  'ImageId',
  'InstanceType',
  'KeyName',
  'UserData',
  'IamInstanceProfile',
  'SecurityGroupIds',
  'TagSpecifications',
  'DisableApiTermination',
  'MetadataOptions.HttpTokens',
  'MetadataOptions.HttpPutResponseHopLimit',
  'MetadataOptions.HttpEndpoint',
  'MetadataOptions.InstanceMetadataTags',
  'Placement.AvailabilityZone',
  'Placement.Tenancy',
  'BlockDeviceMappings',
  'Monitoring',
  'EbsOptimized',
  ...INTERFACE_MEMBERS,
] as const;

export const RUN_MEMBERS = [
  ...TEMPLATE_MEMBERS,
  'MinCount',
  'MaxCount',
  'LaunchTemplate',
  'SubnetId',
  'PrivateIpAddress',
  'Ipv6Addresses.Ipv6Address',
  'Ipv6AddressCount',
] as const;
