import type { Ec2Api } from './api.ts';
import type { Ec2State } from './model.ts';
import { AMI, GUEST, OWNER, ZONE } from './test-cloud.ts';

/** Picks one of a list, by a number that was drawn for it; undefined where there is none. */
export type Pick = <Item>(items: Iterable<Item>) => Item | undefined;

/** What a random operation is asked of: IDs that are there mostly, and one that is not. */
export type Context = { ec2: Ec2Api; state: Ec2State; pick: Pick; number: (below: number) => number };

const NOBODY = 'abcdef0123456789a';
const OCTETS = [10, 10, 10, 20];

/** Calls of the API at random, most of which make sense. Each rejects with what the API says. */
export const RANDOM_OPERATIONS: Record<string, (context: Context) => Promise<unknown>> = {
  createVpc: ({ ec2, number }) =>
    ec2.CreateVpc(
      { CidrBlock: `10.${OCTETS[number(4)]! + number(2)}.0.0/16` },
      number(4) === 0 ? GUEST : OWNER,
    ),
  deleteVpc: ({ ec2, state, pick }) => ec2.DeleteVpc({ VpcId: pick(state.vpcs.keys()) }, OWNER),
  createSubnet: ({ ec2, state, pick, number }) => {
    const vpc = pick(state.vpcs.values());
    const base = vpc?.cidrs[0]?.cidr.split('.').slice(0, 2).join('.') ?? '10.10';
    const CidrBlock = `${base}.${number(3)}.0/${number(2) === 0 ? 28 : 24}`;
    return ec2.CreateSubnet({ VpcId: vpc?.id ?? `vpc-${NOBODY}`, CidrBlock, AvailabilityZone: ZONE }, OWNER);
  },
  deleteSubnet: ({ ec2, state, pick }) =>
    ec2.DeleteSubnet({ SubnetId: pick(state.subnets.keys()) ?? `subnet-${NOBODY}` }, OWNER),
  createInterface: ({ ec2, state, pick, number }) => {
    const subnet = pick(state.subnets.values());
    const base = subnet?.cidr.split('.').slice(0, 3).join('.') ?? '10.10.0';
    return ec2.CreateNetworkInterface(
      {
        SubnetId: subnet?.id ?? `subnet-${NOBODY}`,
        ...(number(2) === 0 && { PrivateIpAddress: `${base}.${number(16)}` }),
        ...(number(3) === 0 && { SecondaryPrivateIpAddressCount: number(4) }),
      },
      OWNER,
    );
  },
  deleteInterface: ({ ec2, state, pick }) =>
    ec2.DeleteNetworkInterface(
      { NetworkInterfaceId: pick(state.interfaces.keys()) ?? `eni-${NOBODY}` },
      OWNER,
    ),
  assignAddresses: ({ ec2, state, pick, number }) =>
    ec2.AssignPrivateIpAddresses(
      {
        NetworkInterfaceId: pick(state.interfaces.keys()) ?? `eni-${NOBODY}`,
        AllowReassignment: number(2) === 0,
        ...(number(2) === 0
          ? { SecondaryPrivateIpAddressCount: 1 + number(2) }
          : {
              PrivateIpAddresses: [
                pick([...state.interfaces.values()].flatMap((each) => each.addresses)) ?? '',
              ],
            }),
      },
      OWNER,
    ),
  unassignAddress: ({ ec2, state, pick }) => {
    const each = pick(state.interfaces.values());
    const PrivateIpAddresses = [pick(each?.addresses ?? []) ?? '10.10.0.9'];
    return ec2.UnassignPrivateIpAddresses(
      { NetworkInterfaceId: each?.id ?? `eni-${NOBODY}`, PrivateIpAddresses },
      OWNER,
    );
  },
  attach: ({ ec2, state, pick, number }) => {
    const free = [...state.interfaces.values()].filter(({ attachment }) => !attachment || number(4) === 0);
    const running = [...state.instances.values()].filter(
      (each) => each.state === 'running' || number(4) === 0,
    );
    return ec2.AttachNetworkInterface(
      {
        NetworkInterfaceId: pick(free)?.id ?? `eni-${NOBODY}`,
        InstanceId: pick(running)?.id ?? `i-${NOBODY}`,
        DeviceIndex: number(4),
      },
      OWNER,
    );
  },
  detach: ({ ec2, state, pick, number }) => {
    const attachments = [...state.interfaces.values()].flatMap(({ attachment }) =>
      attachment && (attachment.deviceIndex > 0 || number(8) === 0) ? [attachment.id] : [],
    );
    return ec2.DetachNetworkInterface(
      { AttachmentId: pick(attachments) ?? 'none', Force: number(2) === 0 },
      OWNER,
    );
  },
  runInstances: ({ ec2, state, pick, number }) => {
    const subnetId = pick(state.subnets.keys()) ?? `subnet-${NOBODY}`;
    const launch = { ImageId: AMI, InstanceType: 't3.medium' as const, MinCount: 1 };
    if (number(2) === 0)
      return ec2.RunInstances({ ...launch, MaxCount: 1 + number(2), SubnetId: subnetId }, OWNER);
    const eni = pick(state.interfaces.keys()) ?? `eni-${NOBODY}`;
    const second = { DeviceIndex: 1, SubnetId: subnetId, DeleteOnTermination: number(2) === 0 };
    const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: eni }, second];
    return ec2.RunInstances({ ...launch, MaxCount: 1, NetworkInterfaces }, OWNER);
  },
  stop: ({ ec2, state, pick }) =>
    ec2.StopInstances({ InstanceIds: [pick(state.instances.keys()) ?? `i-${NOBODY}`] }, OWNER),
  start: ({ ec2, state, pick }) =>
    ec2.StartInstances({ InstanceIds: [pick(state.instances.keys()) ?? `i-${NOBODY}`] }, OWNER),
  terminate: ({ ec2, state, pick }) =>
    ec2.TerminateInstances({ InstanceIds: [pick(state.instances.keys()) ?? `i-${NOBODY}`] }, OWNER),
  createGroup: ({ ec2, state, pick, number }) =>
    ec2.CreateSecurityGroup(
      {
        GroupName: `group ${number(3)}`,
        Description: 'any',
        VpcId: pick(state.vpcs.keys()) ?? `vpc-${NOBODY}`,
      },
      OWNER,
    ),
  deleteGroup: ({ ec2, state, pick }) =>
    ec2.DeleteSecurityGroup({ GroupId: pick(state.securityGroups.keys()) ?? `sg-${NOBODY}` }, OWNER),
  authorize: ({ ec2, state, pick, number }) =>
    ec2.AuthorizeSecurityGroupIngress(
      {
        GroupId: pick(state.securityGroups.keys()) ?? `sg-${NOBODY}`,
        IpPermissions: [
          {
            IpProtocol: 'udp',
            FromPort: 53,
            ToPort: 53,
            UserIdGroupPairs: [{ GroupId: pick(state.securityGroups.keys()) ?? `sg-${NOBODY}` }],
            IpRanges: [{ CidrIp: `10.${number(3)}.0.0/16` }],
          },
        ],
      },
      OWNER,
    ),
  setGroups: ({ ec2, state, pick }) =>
    ec2.ModifyNetworkInterfaceAttribute(
      {
        NetworkInterfaceId: pick(state.interfaces.keys()) ?? `eni-${NOBODY}`,
        Groups: [pick(state.securityGroups.keys()) ?? `sg-${NOBODY}`],
      },
      OWNER,
    ),
  peer: async ({ ec2, state, pick }) => {
    const [VpcId, PeerVpcId] = [pick(state.vpcs.keys()), pick(state.vpcs.keys())];
    const request = { VpcId: VpcId ?? `vpc-${NOBODY}`, PeerVpcId: PeerVpcId ?? `vpc-${NOBODY}` };
    const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection(request, OWNER);
    const { VpcPeeringConnectionId } = VpcPeeringConnection!;
    if (VpcPeeringConnection!.Status!.Code === 'pending-acceptance') {
      await ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId }, OWNER);
    }
  },
  accept: ({ ec2, state, pick }) =>
    ec2.AcceptVpcPeeringConnection(
      { VpcPeeringConnectionId: pick(state.peerings.keys()) ?? `pcx-${NOBODY}` },
      OWNER,
    ),
  unpeer: ({ ec2, state, pick }) =>
    ec2.DeleteVpcPeeringConnection(
      { VpcPeeringConnectionId: pick(state.peerings.keys()) ?? `pcx-${NOBODY}` },
      OWNER,
    ),
  addCidr: ({ ec2, state, pick, number }) =>
    ec2.AssociateVpcCidrBlock(
      { VpcId: pick(state.vpcs.keys()) ?? `vpc-${NOBODY}`, CidrBlock: `10.${30 + number(3)}.0.0/16` },
      OWNER,
    ),
  tag: ({ ec2, state, pick, number }) =>
    ec2.CreateTags(
      {
        Resources: [
          pick([...state.interfaces.keys(), ...state.instances.keys(), ...state.vpcs.keys()]) ??
            `i-${NOBODY}`,
        ],
        Tags: [{ Key: 'n', Value: String(number(9)) }],
      },
      OWNER,
    ),
};
