import type { Cloud, Ec2Api } from '@pointsman/cloud';
import { cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import type { LabMember, LabVpc, NamespacePlan } from './plan.ts';
import { createFixedInterface, reserveAddress, runClient, runMember } from './seed-machines.ts';
import { createDnsGroup, createSubnet, createVpc } from './seed-network.ts';
import { tagsOf } from './seed-tags.ts';

/** What the cloud has made of a topology's VPCs: IDs by the names of the topology. */
export type SeededCloud = {
  vpcIds: ReadonlyMap<string, string>;
  peeringIds: ReadonlyMap<string, string>;
  /** By network, then by name. */
  subnetIds: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Instances by network. */
  clients: ReadonlyMap<string, string>;
  /** The interfaces that the fixed addresses belong to, by `TIER/MEMBER`, in the order of the file. */
  interfaces: ReadonlyMap<string, string>;
  /** The instances of members, each with the interface of its member beside its own; none where Auto Scaling groups are to run them. */
  machines: readonly string[];
};

/** Who runs instances for the members: we do, one each, or Auto Scaling groups, which are not made here. */
export type MemberHosts = 'instances' | 'groups';

/** Whose calls these are. */
export type CallerOf = (vpc: Pick<LabVpc, 'account' | 'region'>) => Caller;
export type Caller = Parameters<Ec2Api['CreateVpc']>[1];

/** Makes a plan's VPCs, and what is in them, by the calls that anybody would make for it. */
export async function seedCloud(
  { ec2, state }: Cloud,
  plan: NamespacePlan,
  hosts: MemberHosts,
  callerOf: CallerOf,
): Promise<SeededCloud> {
  const made = await Promise.all(
    plan.vpcs.map((vpc) => seedVpc({ ec2, state }, plan, vpc, hosts, callerOf(vpc))),
  );
  const byNetwork = <Part>(part: (of: (typeof made)[number]) => Part) =>
    new Map(plan.vpcs.map(({ network }, index) => [network, part(made[index]!)]));
  const vpcIds = byNetwork(({ vpcId }) => vpcId);
  const interfaces = new Map(made.flatMap((each) => each.interfaces));
  return {
    vpcIds,
    peeringIds: await seedPeerings(ec2, plan, vpcIds, callerOf),
    subnetIds: byNetwork(({ subnetIds }) => subnetIds),
    clients: byNetwork(({ clientId }) => clientId),
    interfaces: new Map(plan.members.map(({ name }) => [name, interfaces.get(name)!])),
    machines: made.flatMap((each) => each.machines),
  };
}

async function seedVpc(
  { ec2, state }: Pick<Cloud, 'ec2' | 'state'>,
  plan: NamespacePlan,
  vpc: LabVpc,
  hosts: MemberHosts,
  caller: Caller,
) {
  const vpcId = await createVpc(ec2, vpc, caller);
  const subnetIds = new Map<string, string>();
  for (const subnet of vpc.subnets)
    subnetIds.set(subnet.name, await createSubnet(ec2, vpcId, subnet, caller));
  const client = plan.clients.find(({ network }) => network === vpc.network)!;
  const own = plan.members.filter(({ network }) => network === vpc.network);
  const groupId =
    own.length > 0 ? await createDnsGroup(ec2, vpcId, caller) : state.now().vpcs.get(vpcId)!.defaultGroupId;
  const place = { ec2, caller, subnetIds, groupId };
  // Addresses that are given come first: EC2 chooses the others, and takes any that is free.
  await Promise.all(
    serversIn(vpc, plan).map(({ address, authority, subnet }) =>
      reserveAddress(ec2, { address, authority }, subnetIds.get(subnet)!, caller),
    ),
  );
  const ipv4 = await createInterfaces(
    place,
    own.filter(({ address }) => !address.includes(':')),
  );
  const clientId = await runClient(ec2, client, subnetIds.get(client.subnet!)!, caller);
  const ipv6 = await createInterfaces(
    place,
    own.filter(({ address }) => address.includes(':')),
  );
  const made = [...ipv4, ...ipv6];
  return {
    vpcId,
    subnetIds,
    clientId,
    interfaces: made.map(({ member, interfaceId }): [string, string] => [member.name, interfaceId]),
    machines: hosts === 'instances' ? await runMembers(place, made) : [],
  };
}

/** The IPv4 addresses of played authorities in subnets of the VPC. */
function serversIn({ network, subnets }: LabVpc, { servers }: NamespacePlan) {
  return servers.flatMap(({ authority, networks, address }) => {
    const bytes = parseAddress(address)!;
    const subnet = subnets.find(({ cidr }) => cidrContains(parseCidr(cidr)!, bytes));
    if (authority === undefined || !subnet || !networks.includes(network)) return [];
    return [{ address, authority, subnet: subnet.name }];
  });
}

/** Where the members of a VPC are put. */
type Place = { ec2: Ec2Api; caller: Caller; subnetIds: ReadonlyMap<string, string>; groupId: string };

function createInterfaces({ ec2, caller, subnetIds, groupId }: Place, members: readonly LabMember[]) {
  return Promise.all(
    members.map(async (member) => {
      const subnetId = subnetIds.get(member.subnet)!;
      const interfaceId = await createFixedInterface(ec2, member, subnetId, groupId, caller);
      return { member, subnetId, interfaceId };
    }),
  );
}

type WithInterface = Awaited<ReturnType<typeof createInterfaces>>[number];

function runMembers({ ec2, caller }: Place, members: readonly WithInterface[]): Promise<string[]> {
  return Promise.all(
    members.map(({ member, subnetId, interfaceId }) => runMember(ec2, member, subnetId, interfaceId, caller)),
  );
}

async function seedPeerings(
  ec2: Ec2Api,
  { links, vpcs }: NamespacePlan,
  vpcIds: ReadonlyMap<string, string>,
  callerOf: CallerOf,
): Promise<Map<string, string>> {
  const peerings = links.filter(({ kind }) => kind === 'peering');
  const made = await Promise.all(
    peerings.map(async ({ name, between }): Promise<[string, string]> => {
      const [requester, accepter] = between.map((each) => vpcs.find(({ network }) => network === each)!);
      const peer = callerOf(accepter!);
      const { VpcPeeringConnection } = await ec2.CreateVpcPeeringConnection(
        {
          VpcId: vpcIds.get(requester!.network),
          PeerVpcId: vpcIds.get(accepter!.network),
          PeerRegion: accepter!.region,
          PeerOwnerId: peer.account,
          ...tagsOf('vpc-peering-connection', { Name: name }),
        },
        callerOf(requester!),
      );
      const VpcPeeringConnectionId = VpcPeeringConnection!.VpcPeeringConnectionId!;
      await ec2.AcceptVpcPeeringConnection({ VpcPeeringConnectionId }, peer);
      return [name, VpcPeeringConnectionId];
    }),
  );
  return new Map(made);
}
