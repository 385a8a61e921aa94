import * as attachments from './attachments.ts';
import * as dhcpOptions from './dhcp-options.ts';
import * as instanceAttributes from './instance-attributes.ts';
import * as instanceStatus from './instance-status.ts';
import * as instances from './instances.ts';
import * as interfaceAddresses from './interface-addresses.ts';
import * as interfaceAttributes from './interface-attributes.ts';
import * as interfaces from './interfaces.ts';
import * as launchTemplates from './launch-templates.ts';
import * as metadataOptions from './metadata-options.ts';
import * as peerings from './peerings.ts';
import * as routeTables from './route-tables.ts';
import { runInstances } from './run-instances.ts';
import * as rules from './security-group-rules.ts';
import * as securityGroups from './security-groups.ts';
import * as subnetCidrs from './subnet-cidrs.ts';
import * as subnets from './subnets.ts';
import * as tags from './tags.ts';
import * as vpcCidrs from './vpc-cidrs.ts';
import * as vpcs from './vpcs.ts';
import * as zones from './zones.ts';

/** Every operation that the service has, by its name in AWS's model. */
export const operations = {
  DescribeAvailabilityZones: zones.describeAvailabilityZones,
  DescribeRegions: zones.describeRegions,
  CreateVpc: vpcs.createVpc,
  DescribeVpcs: vpcs.describeVpcs,
  DeleteVpc: vpcs.deleteVpc,
  ModifyVpcAttribute: vpcs.modifyVpcAttribute,
  DescribeVpcAttribute: vpcs.describeVpcAttribute,
  AssociateVpcCidrBlock: vpcCidrs.associateVpcCidrBlock,
  DisassociateVpcCidrBlock: vpcCidrs.disassociateVpcCidrBlock,
  CreateSubnet: subnets.createSubnet,
  DescribeSubnets: subnets.describeSubnets,
  DeleteSubnet: subnets.deleteSubnet,
  ModifySubnetAttribute: subnets.modifySubnetAttribute,
  AssociateSubnetCidrBlock: subnetCidrs.associateSubnetCidrBlock,
  DisassociateSubnetCidrBlock: subnetCidrs.disassociateSubnetCidrBlock,
  DescribeRouteTables: routeTables.describeRouteTables,
  CreateDhcpOptions: dhcpOptions.createDhcpOptions,
  AssociateDhcpOptions: dhcpOptions.associateDhcpOptions,
  DescribeDhcpOptions: dhcpOptions.describeDhcpOptions,
  DeleteDhcpOptions: dhcpOptions.deleteDhcpOptions,
  CreateVpcPeeringConnection: peerings.createVpcPeeringConnection,
  AcceptVpcPeeringConnection: peerings.acceptVpcPeeringConnection,
  RejectVpcPeeringConnection: peerings.rejectVpcPeeringConnection,
  DeleteVpcPeeringConnection: peerings.deleteVpcPeeringConnection,
  DescribeVpcPeeringConnections: peerings.describeVpcPeeringConnections,
  CreateSecurityGroup: securityGroups.createSecurityGroup,
  DescribeSecurityGroups: securityGroups.describeSecurityGroups,
  DeleteSecurityGroup: securityGroups.deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: rules.authorizeIngress,
  AuthorizeSecurityGroupEgress: rules.authorizeEgress,
  RevokeSecurityGroupIngress: rules.revokeIngress,
  RevokeSecurityGroupEgress: rules.revokeEgress,
  DescribeSecurityGroupRules: rules.describeSecurityGroupRules,
  CreateNetworkInterface: interfaces.createNetworkInterface,
  DescribeNetworkInterfaces: interfaces.describeNetworkInterfaces,
  DeleteNetworkInterface: interfaces.deleteNetworkInterface,
  ModifyNetworkInterfaceAttribute: interfaceAttributes.modifyNetworkInterfaceAttribute,
  DescribeNetworkInterfaceAttribute: interfaceAttributes.describeNetworkInterfaceAttribute,
  AssignPrivateIpAddresses: interfaceAddresses.assignPrivateIpAddresses,
  UnassignPrivateIpAddresses: interfaceAddresses.unassignPrivateIpAddresses,
  AssignIpv6Addresses: interfaceAddresses.assignIpv6Addresses,
  UnassignIpv6Addresses: interfaceAddresses.unassignIpv6Addresses,
  AttachNetworkInterface: attachments.attachNetworkInterface,
  DetachNetworkInterface: attachments.detachNetworkInterface,
  RunInstances: runInstances,
  DescribeInstances: instances.describeInstances,
  DescribeInstanceStatus: instanceStatus.describeInstanceStatus,
  DescribeInstanceAttribute: instanceAttributes.describeInstanceAttribute,
  ModifyInstanceAttribute: instanceAttributes.modifyInstanceAttribute,
  ModifyInstanceMetadataOptions: metadataOptions.modifyInstanceMetadataOptions,
  StartInstances: instances.startInstances,
  StopInstances: instances.stopInstances,
  RebootInstances: instances.rebootInstances,
  TerminateInstances: instances.terminateInstances,
  CreateLaunchTemplate: launchTemplates.createLaunchTemplate,
  CreateLaunchTemplateVersion: launchTemplates.createLaunchTemplateVersion,
  ModifyLaunchTemplate: launchTemplates.modifyLaunchTemplate,
  DeleteLaunchTemplate: launchTemplates.deleteLaunchTemplate,
  DescribeLaunchTemplates: launchTemplates.describeLaunchTemplates,
  DescribeLaunchTemplateVersions: launchTemplates.describeLaunchTemplateVersions,
  CreateTags: tags.createTags,
  DeleteTags: tags.deleteTags,
  DescribeTags: tags.describeTags,
};
