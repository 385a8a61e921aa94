import type { GroupState } from '../auto-scaling/auto-scaling.ts';
import { targetLifecycleState } from '../auto-scaling/service.ts';
import { regionDomain } from '../ec2/compile-fabric.ts';
import { architectureOf } from '../ec2/instance-types.ts';
import type { Ec2State, Instance, NetworkInterface } from '../ec2/model.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { Identity } from '../identity/create-identity.ts';
import { roleId, uniqueId } from '../identity/role.ts';
import type { Machine, MachineCredentials, MachineInterface, MachineProfile } from './machine.ts';

/** The instance that asks from an address in a VPC, as it is now. */
export type FindMachine = (vpcId: string, address: string) => Machine | undefined;

export type MachineSources = Pick<CloudCore, 'clock'> & {
  ec2: () => Ec2State;
  groups: () => GroupState;
  identity: Identity;
};

export function findMachines({ ec2, groups, identity, clock }: MachineSources): FindMachine {
  const credentialsOf = keepCredentials(identity, clock.now);
  return (vpcId, address) => {
    const state = ec2();
    const asking = [...state.interfaces.values()].find(
      (each) => each.vpcId === vpcId && each.attachment && addressesOf(each).includes(address),
    );
    const instance = asking && state.instances.get(asking.attachment!.instanceId);
    if (instance?.metadataOptions.httpEndpoint !== 'enabled') return undefined;
    const profile = describeProfile(identity, instance, () => credentialsOf(instance));
    const target = targetLifecycleState(groups(), instance.id);
    return {
      ...describeInstance(state, instance),
      ...(profile && { profile }),
      ...(target !== undefined && { targetLifecycleState: target }),
    };
  };
}

function describeInstance(state: Ec2State, instance: Instance): Machine {
  const { id, account, region, availabilityZone, instanceType, imageId, launched, userData, tags } = instance;
  const attached = [...state.interfaces.values()].filter(
    ({ attachment }) => attachment?.instanceId === id && attachment.status !== 'attaching',
  );
  const sorted = attached.sort((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex);
  const interfaces = sorted.map((each) => describeInterface(state, each));
  return {
    instanceId: id,
    account,
    region,
    availabilityZone,
    instanceType,
    imageId,
    architecture: architectureOf(instanceType),
    hostname: hostnameOf(region, interfaces[0]),
    launchedAt: launched,
    interfaces,
    ...(userData !== undefined && { userData: new Uint8Array(Buffer.from(userData, 'base64')) }),
    ...(instance.metadataOptions.instanceMetadataTags === 'enabled' && { tags }),
  };
}

/** Whatever the VPC's DNS says of names: the instance is told this one. */
function hostnameOf(region: string, primary: MachineInterface | undefined): string {
  return `ip-${primary?.ipv4Addresses[0]?.replaceAll('.', '-')}.${regionDomain(region)}`;
}

function describeInterface({ subnets, vpcs }: Ec2State, each: NetworkInterface): MachineInterface {
  const { deviceIndex, since } = each.attachment!;
  const [subnet, vpc] = [subnets.get(each.subnetId)!, vpcs.get(each.vpcId)!];
  const cidrs = (associations: readonly { cidr: string }[]) => associations.map(({ cidr }) => cidr);
  return {
    id: each.id,
    mac: each.mac,
    deviceNumber: deviceIndex,
    attachedAt: since,
    ownerAccount: each.account,
    subnetId: each.subnetId,
    vpcId: each.vpcId,
    ipv4Addresses: each.addresses,
    ipv6Addresses: each.ipv6Addresses,
    subnetIpv4Cidr: subnet.cidr,
    subnetIpv6Cidrs: cidrs(subnet.ipv6Cidrs),
    vpcIpv4Cidrs: cidrs(vpc.cidrs),
    vpcIpv6Cidrs: cidrs(vpc.ipv6Cidrs),
    securityGroupIds: each.groupIds,
  };
}

function addressesOf({ addresses, ipv6Addresses }: NetworkInterface): readonly string[] {
  return [...addresses, ...ipv6Addresses];
}

/** Of an instance that has none, and of one whose role is not there any more: undefined. */
function describeProfile(
  { findRole, hasRoles }: Identity,
  { account, instanceProfileArn: arn }: Instance,
  credentials: () => MachineCredentials,
): MachineProfile | undefined {
  const name = arn?.split('/').at(-1);
  if (arn === undefined || name === undefined) return undefined;
  if (hasRoles(account) && !findRole(roleId(account, name))) return undefined;
  return { arn, id: uniqueId('AIPA', account, name), roleName: name, credentials };
}

/** Milliseconds before they expire that credentials are given new ones in their place. */
const RENEWAL = 15 * 60_000;

/** Credentials are the same ones until they are about to expire; those of instances that do not ask any more are forgotten then. */
function keepCredentials({ issue }: Identity, now: () => number): (instance: Instance) => MachineCredentials {
  const kept = new Map<string, MachineCredentials>();
  return ({ id, account, instanceProfileArn }) => {
    const known = kept.get(id);
    if (known && known.expiresAt - RENEWAL > now()) return known;
    for (const [each, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(each);
    const issued = issue({ account, roleName: instanceProfileArn!.split('/').at(-1)!, sessionName: id });
    kept.set(id, issued);
    return issued;
  };
}
