import type * as aws from '@aws-sdk/client-ec2';
import type { Caller } from '@pointsman/aws-wire';
import { AwsError } from '@pointsman/aws-wire';
import { operation, PAGED } from './ec2.ts';
import { compileFilters, type FilterFields } from './filters.ts';
import type { Ec2State, Tags, Vpc } from './model.ts';
import { pageOf } from './paging.ts';
import { isOwn } from './resources.ts';

/** The main route table of a VPC. It has no record: its routes are those of the VPC and of its active peerings, and nobody changes them. */
type MainTable = { id: string; vpc: Vpc; tags: Tags; routes: Route[] };
type Route = { destination: string; gatewayId?: string; peeringId?: string };

export const describeRouteTables = operation<aws.DescribeRouteTablesRequest, aws.DescribeRouteTablesResult>(
  ['RouteTableIds', ...PAGED],
  (ec2, input, caller) => {
    const { RouteTableIds: given = [] } = input;
    const all = listTables(ec2.state.seen(), caller);
    const missing = given.filter((id) => !all.some((table) => table.id === id));
    if (missing.length > 0) {
      throw new AwsError(
        'InvalidRouteTableID.NotFound',
        `The routeTable ID '${missing.join(', ')}' does not exist`,
      );
    }
    const passes = compileFilters(input.Filters, FIELDS);
    const asked = all.filter((table) => (given.length === 0 || given.includes(table.id)) && passes(table));
    const { page, NextToken } = pageOf(asked, input, { name: 'routeTableIds', given });
    return { RouteTables: page.map(writeTable), NextToken };
  },
);

function listTables(state: Ec2State, caller: Caller): MainTable[] {
  return [...state.vpcs.values()]
    .filter((vpc) => isOwn(vpc, caller))
    .map((vpc) => ({ id: tableId(vpc), vpc, tags: {}, routes: routesOf(state, vpc) }));
}

/** The digits of the VPC's own ID. */
function tableId({ id }: Vpc): string {
  return `rtb-${id.slice('vpc-'.length)}`;
}

function routesOf({ peerings, vpcs }: Ec2State, vpc: Vpc): Route[] {
  const local = [...vpc.cidrs, ...vpc.ipv6Cidrs].map(({ cidr }) => ({
    destination: cidr,
    gatewayId: 'local',
  }));
  const peered = [...peerings.values()].flatMap(({ id, status, requester, accepter }) => {
    const ends = [requester.vpcId, accepter.vpcId];
    if (status !== 'active' || !ends.includes(vpc.id)) return [];
    const peer = vpcs.get(ends.find((each) => each !== vpc.id)!)!;
    return [...peer.cidrs, ...peer.ipv6Cidrs].map(({ cidr }) => ({ destination: cidr, peeringId: id }));
  });
  return [...local, ...peered];
}

const FIELDS: FilterFields<MainTable> = {
  'route-table-id': ({ id }) => id,
  'vpc-id': ({ vpc }) => vpc.id,
  'owner-id': ({ vpc }) => vpc.account,
  'association.main': () => true,
  'association.route-table-id': ({ id }) => id,
  'association.subnet-id': () => undefined,
  'route.destination-cidr-block': ({ routes }) =>
    routes.map(({ destination }) => destination).filter((each) => !each.includes(':')),
  'route.vpc-peering-connection-id': ({ routes }) => routes.map(({ peeringId }) => peeringId),
};

function writeTable({ id, vpc, routes }: MainTable): aws.RouteTable {
  return {
    RouteTableId: id,
    VpcId: vpc.id,
    OwnerId: vpc.account,
    Associations: [
      {
        Main: true,
        RouteTableId: id,
        RouteTableAssociationId: `rtbassoc-${vpc.id.slice('vpc-'.length)}`,
        AssociationState: { State: 'associated' },
      },
    ],
    PropagatingVgws: [],
    Routes: routes.map(({ destination, gatewayId, peeringId }) => ({
      ...(destination.includes(':')
        ? { DestinationIpv6CidrBlock: destination }
        : { DestinationCidrBlock: destination }),
      GatewayId: gatewayId,
      VpcPeeringConnectionId: peeringId,
      State: 'active',
      Origin: gatewayId === 'local' ? 'CreateRouteTable' : 'CreateRoute',
    })),
    Tags: [],
  };
}
