import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import { makeInterface } from './interface-request.ts';
import { interfaceFields, writeInterface } from './interface-shapes.ts';
import { listOwn } from './listing.ts';
import type { NetworkInterface, Vpc } from './model.ts';
import { findOwn, invalidValue, missingParameter } from './resources.ts';
import { underSubnet } from './subnets.ts';
import { readTagSpecifications } from './tag-specifications.ts';
import { underVpc } from './vpcs.ts';

export const createNetworkInterface = operation<
  aws.CreateNetworkInterfaceRequest,
  aws.CreateNetworkInterfaceResult
>(
  [
    'SubnetId',
    'Description',
    'PrivateIpAddress',
    'PrivateIpAddresses.Primary',
    'PrivateIpAddresses.PrivateIpAddress',
    'SecondaryPrivateIpAddressCount',
    'Ipv6Addresses.Ipv6Address',
    'Ipv6AddressCount',
    'Groups',
    'InterfaceType',
    'TagSpecifications',
  ],
  (ec2, input, caller) =>
    underSubnet(ec2, input.SubnetId, caller, async (subnet, vpc) => {
      if (input.InterfaceType !== undefined && (input.InterfaceType as string) !== 'interface') {
        throw invalidValue(input.InterfaceType, 'interfaceType', 'Only interface is supported here.');
      }
      const tags = readTagSpecifications(input.TagSpecifications, 'network-interface');
      const record = makeInterface(ec2, input, { subnet, vpc, caller, tags });
      await commit(ec2, [{ table: 'interfaces', id: record.id, record }]);
      return { NetworkInterface: writeInterface(ec2.state.now(), record), ClientToken: input.ClientToken };
    }),
);

export const describeNetworkInterfaces = operation<
  aws.DescribeNetworkInterfacesRequest,
  aws.DescribeNetworkInterfacesResult
>(['NetworkInterfaceIds', ...PAGED], (ec2, input, caller) => {
  const state = ec2.state.seen();
  const { page, NextToken } = listOwn(state, input, caller, {
    table: 'interfaces',
    ids: { name: 'networkInterfaceIds', given: input.NetworkInterfaceIds },
    fields: interfaceFields(state),
  });
  return { NetworkInterfaces: page.map((each) => writeInterface(state, each)), NextToken };
});

export const deleteNetworkInterface = operation<aws.DeleteNetworkInterfaceRequest>(
  ['NetworkInterfaceId'],
  (ec2, { NetworkInterfaceId }, caller) =>
    underInterface(ec2, NetworkInterfaceId, caller, async ({ id, attachment }) => {
      if (attachment) {
        throw new AwsError('InvalidParameterValue', `Network interface '${id}' is currently in use.`);
      }
      await commit(ec2, [{ table: 'interfaces', id, record: undefined }]);
      return {};
    }),
);

/** Runs an action that changes an interface of the caller while nobody else changes what is in its VPC. */
export function underInterface<Result>(
  ec2: Ec2,
  interfaceId: string | undefined,
  caller: Caller,
  action: (each: NetworkInterface, vpc: Vpc) => Promise<Result>,
): Promise<Result> {
  if (interfaceId === undefined) throw missingParameter('NetworkInterfaceId');
  const { id, vpcId } = findOwn(ec2.state.now(), 'interfaces', interfaceId, caller);
  return underVpc(ec2, vpcId, caller, (vpc) =>
    action(findOwn(ec2.state.now(), 'interfaces', id, caller), vpc),
  );
}
