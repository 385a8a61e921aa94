import type * as aws from '@aws-sdk/client-auto-scaling';
import type { Caller } from '@pointsman/aws-wire';
import type { Ec2State, Subnet } from '../ec2/model.ts';
import { invalid } from './auto-scaling.ts';
import type { Place } from './group.ts';

type Given = Pick<aws.CreateAutoScalingGroupType, 'VPCZoneIdentifier' | 'AvailabilityZones'>;

/** The subnets that a group may launch in. Availability zones alone are not enough: there is no default VPC. @throws AwsError ValidationError */
export function readPlaces(
  ec2: Ec2State,
  { VPCZoneIdentifier, AvailabilityZones }: Given,
  caller: Caller,
): Place[] {
  const ids = (VPCZoneIdentifier ?? '').split(',').map((id) => id.trim());
  const named = [...new Set(ids)].filter((id) => id !== '');
  if (named.length === 0) throw invalid('At least one VPC subnet is required: there is no default VPC.');
  const subnets = named.map((id) => findSubnet(ec2, id, caller));
  const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone));
  const wanted = new Set(AvailabilityZones ?? zones);
  if (wanted.size !== zones.size || [...wanted].some((zone) => !zones.has(zone))) {
    throw invalid('The availability zones of the specified subnets and the Auto Scaling group do not match');
  }
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1) {
    throw invalid('The subnets of an Auto Scaling group have to be in one VPC');
  }
  return subnets.map(({ id, availabilityZone }) => ({ subnetId: id, availabilityZone }));
}

function findSubnet({ subnets }: Ec2State, id: string, { account, region }: Caller): Subnet {
  const subnet = subnets.get(id);
  if (subnet?.account === account && subnet.region === region) return subnet;
  throw invalid(`The subnet ID '${id}' does not exist`);
}
