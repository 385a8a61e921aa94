import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { overlapsAny } from './cidrs.ts';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import { listOwn } from './listing.ts';
import type { Ec2State, Peering, PeeringSide, PeeringStatus } from './model.ts';
import { PEERING_FIELDS, writePeering } from './peering-shapes.ts';
import { findOwn, findOwnMany, missingParameter } from './resources.ts';
import { readTagSpecifications } from './tag-specifications.ts';

/** Milliseconds: a request that nobody accepts ends in a week; what has ended is seen for two hours more. */
const EXPIRY = 7 * 24 * 3600 * 1000;
const SEEN_AFTER_END = 2 * 3600 * 1000;

const MESSAGES: Readonly<Record<PeeringStatus, string>> = {
  'pending-acceptance': 'Pending Acceptance by',
  active: 'Active',
  rejected: 'Inactive',
  deleted: 'Deleted by',
  expired: 'Expired',
  failed: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
};

/** Both sides see a peering, each in its own region. */
const isSide = ({ requester, accepter }: Peering, caller: Caller) =>
  [requester, accepter].some((side) => isOf(side, caller));

const isOf = (side: PeeringSide, caller: Caller) =>
  side.account === caller.account && side.region === caller.region;

/** A peering that can never be (of VPCs that overlap, or with one that is not there) is made as a failed one, as EC2 does. */
export const createVpcPeeringConnection = operation<
  aws.CreateVpcPeeringConnectionRequest,
  aws.CreateVpcPeeringConnectionResult
>(['VpcId', 'PeerVpcId', 'PeerOwnerId', 'PeerRegion', 'TagSpecifications'], (ec2, input, caller) => {
  const { account, region } = caller;
  const tags = readTagSpecifications(input.TagSpecifications, 'vpc-peering-connection');
  const { id: vpcId } = findOwn(ec2.state.now(), 'vpcs', input.VpcId, caller);
  if (input.PeerVpcId === undefined) throw missingParameter('PeerVpcId');
  const requester = { vpcId, account, region };
  const accepter = {
    vpcId: input.PeerVpcId,
    account: input.PeerOwnerId ?? account,
    region: input.PeerRegion ?? region,
  };
  return ec2.locks.run([vpcId, accepter.vpcId], async () => {
    const state = ec2.state.now();
    findOwn(state, 'vpcs', vpcId, caller);
    requireNew(state, requester, accepter);
    const known = findPending(state, requester, accepter);
    if (known) return { VpcPeeringConnection: writePeering(state, known) };
    const status = canPeer(state, requester, accepter) ? 'pending-acceptance' : 'failed';
    const expires = ec2.clock.now() + EXPIRY;
    const record: Peering = {
      id: ec2.makeId('pcx', tags),
      account,
      region,
      tags,
      requester,
      accepter,
      expires,
      ...describeStatus(status, accepter.account),
    };
    await commit(ec2, [{ table: 'peerings', id: record.id, record }]);
    if (status === 'failed') forgetLater(ec2, record.id);
    else expireLater(ec2, record.id);
    return { VpcPeeringConnection: writePeering(ec2.state.now(), record) };
  });
});

function requireNew({ peerings }: Ec2State, requester: PeeringSide, accepter: PeeringSide): void {
  if (requester.vpcId === accepter.vpcId) {
    throw new AwsError('InvalidParameterValue', `A VPC cannot be peered with itself: ${requester.vpcId}`);
  }
  const pair = [requester.vpcId, accepter.vpcId].sort().join();
  const active = [...peerings.values()].find(
    (each) => each.status === 'active' && [each.requester.vpcId, each.accepter.vpcId].sort().join() === pair,
  );
  if (!active) return;
  throw new AwsError(
    'VpcPeeringConnectionAlreadyExists',
    `The peering connection ${active.id} already exists between ${requester.vpcId} and ${accepter.vpcId}`,
  );
}

function findPending({ peerings }: Ec2State, requester: PeeringSide, accepter: PeeringSide) {
  return [...peerings.values()].find(
    (each) =>
      each.status === 'pending-acceptance' &&
      each.requester.vpcId === requester.vpcId &&
      JSON.stringify(each.accepter) === JSON.stringify(accepter),
  );
}

/** Where packets could not be told apart by address, there is no peering. */
function canPeer({ vpcs }: Ec2State, requester: PeeringSide, accepter: PeeringSide): boolean {
  const own = vpcs.get(requester.vpcId);
  const peer = vpcs.get(accepter.vpcId);
  if (!own || peer?.account !== accepter.account || peer.region !== accepter.region) return false;
  return (['cidrs', 'ipv6Cidrs'] as const).every((family) => {
    const others = peer[family].map(({ cidr }) => cidr);
    return own[family].every(({ cidr }) => !overlapsAny(cidr, others));
  });
}

function describeStatus(status: PeeringStatus, by: string): Pick<Peering, 'status' | 'message'> {
  const message = MESSAGES[status];
  return { status, message: message.endsWith(' by') ? `${message} ${by}` : message };
}

export const acceptVpcPeeringConnection = operation<
  aws.AcceptVpcPeeringConnectionRequest,
  aws.AcceptVpcPeeringConnectionResult
>(['VpcPeeringConnectionId'], async (ec2, { VpcPeeringConnectionId }, caller) => {
  const record = await changeStatus(ec2, VpcPeeringConnectionId, caller, 'accept', (peering, state) =>
    canPeer(state, peering.requester, peering.accepter) ? 'active' : 'failed',
  );
  return { VpcPeeringConnection: writePeering(ec2.state.now(), record) };
});

export const rejectVpcPeeringConnection = operation<
  aws.RejectVpcPeeringConnectionRequest,
  aws.RejectVpcPeeringConnectionResult
>(['VpcPeeringConnectionId'], async (ec2, { VpcPeeringConnectionId }, caller) => {
  await changeStatus(ec2, VpcPeeringConnectionId, caller, 'reject', () => 'rejected');
  return { Return: true };
});

/** By either side of an active one; by the requester of one that nobody has accepted. */
export const deleteVpcPeeringConnection = operation<
  aws.DeleteVpcPeeringConnectionRequest,
  aws.DeleteVpcPeeringConnectionResult
>(['VpcPeeringConnectionId'], async (ec2, { VpcPeeringConnectionId }, caller) => {
  await changeStatus(ec2, VpcPeeringConnectionId, caller, 'delete', () => 'deleted');
  return { Return: true };
});

async function changeStatus(
  ec2: Ec2,
  id: string | undefined,
  caller: Caller,
  verb: 'accept' | 'reject' | 'delete',
  decide: (peering: Peering, state: Ec2State) => PeeringStatus,
): Promise<Peering> {
  const find = () => findOwnMany(ec2.state.now(), 'peerings', [id ?? ''], caller, isSide)[0]!;
  const { requester, accepter } = find();
  return ec2.locks.run([requester.vpcId, accepter.vpcId], async () => {
    const peering = find();
    requireTransition(peering, caller, verb);
    const status = decide(peering, ec2.state.now());
    const record: Peering = { ...peering, ...describeStatus(status, caller.account) };
    await commit(ec2, [{ table: 'peerings', id: peering.id, record }]);
    if (status !== 'active') forgetLater(ec2, peering.id);
    return record;
  });
}

function requireTransition(peering: Peering, caller: Caller, verb: 'accept' | 'reject' | 'delete'): void {
  const { id, status, requester, accepter } = peering;
  const isPending = status === 'pending-acceptance';
  const isAllowedNow = verb === 'delete' ? isPending || status === 'active' : isPending;
  if (!isAllowedNow) {
    throw new AwsError('InvalidStateTransition', `Invalid state transition for ${id}: it is ${status}`);
  }
  const who = verb === 'delete' ? (isPending ? [requester] : [requester, accepter]) : [accepter];
  if (!who.some((side) => isOf(side, caller))) {
    throw new AwsError('OperationNotPermitted', `User ${caller.account} cannot ${verb} peering ${id}`);
  }
}

function expireLater(ec2: Ec2, id: string): void {
  const { vpcId } = ec2.state.now().peerings.get(id)!.requester;
  ec2.background.later(EXPIRY, `expiry of ${id}`, () =>
    ec2.locks.run([vpcId], async () => {
      const peering = ec2.state.now().peerings.get(id);
      if (peering?.status !== 'pending-acceptance') return;
      const record: Peering = { ...peering, ...describeStatus('expired', '') };
      await commit(ec2, [{ table: 'peerings', id, record }]);
      forgetLater(ec2, id);
    }),
  );
}

function forgetLater(ec2: Ec2, id: string): void {
  ec2.background.later(SEEN_AFTER_END, `end of ${id}`, () =>
    commit(ec2, [{ table: 'peerings', id, record: undefined }]),
  );
}

export const describeVpcPeeringConnections = operation<
  aws.DescribeVpcPeeringConnectionsRequest,
  aws.DescribeVpcPeeringConnectionsResult
>(['VpcPeeringConnectionIds', ...PAGED], (ec2, input, caller) => {
  const state = ec2.state.seen();
  const { page, NextToken } = listOwn(state, input, caller, {
    table: 'peerings',
    ids: { name: 'vpcPeeringConnectionIds', given: input.VpcPeeringConnectionIds },
    fields: PEERING_FIELDS,
    isVisible: isSide,
  });
  return { VpcPeeringConnections: page.map((peering) => writePeering(state, peering)), NextToken };
});
