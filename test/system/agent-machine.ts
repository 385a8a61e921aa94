import type { Cloud, Machine } from '@pointsman/cloud';
import type { Owner } from './agent-lab.ts';

/** What the metadata service tells the instance that has an address. */
export function machineOf(cloud: Cloud, owner: Owner, address: string): Machine | undefined {
  const { interfaces, instances, subnets, vpcs } = cloud.state.now();
  const asking = [...interfaces.values()].find(({ addresses }) => addresses.includes(address));
  const instance = asking?.attachment && instances.get(asking.attachment.instanceId);
  if (!instance) return undefined;
  const own = [...interfaces.values()]
    .filter(({ attachment }) => attachment?.instanceId === instance.id)
    .toSorted((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex);
  const vpc = vpcs.get(instance.vpcId)!;
  return {
    instanceId: instance.id,
    account: owner.account,
    region: owner.region,
    availabilityZone: instance.availabilityZone,
    instanceType: instance.instanceType,
    imageId: instance.imageId,
    architecture: 'x86_64',
    hostname: instance.id,
    launchedAt: instance.launched,
    interfaces: own.map((each) => ({
      id: each.id,
      mac: each.mac,
      deviceNumber: each.attachment!.deviceIndex,
      attachedAt: each.attachment!.since,
      ownerAccount: owner.account,
      subnetId: each.subnetId,
      vpcId: each.vpcId,
      ipv4Addresses: each.addresses,
      ipv6Addresses: [],
      subnetIpv4Cidr: subnets.get(each.subnetId)!.cidr,
      subnetIpv6Cidrs: [],
      vpcIpv4Cidrs: vpc.cidrs.map(({ cidr }) => cidr),
      vpcIpv6Cidrs: [],
      securityGroupIds: each.groupIds,
    })),
    profile: {
      arn: instance.instanceProfileArn!,
      id: 'AIPA0',
      roleName: 'agent',
      credentials: () =>
        cloud.identity.issue({ account: owner.account, roleName: 'agent', sessionName: instance.id }),
    },
  };
}
