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
};
