import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import {
  chooseAddresses,
  chooseIpv6Addresses,
  takeAddress,
  takeIpv6Address,
  usedAddresses,
} from './addresses.ts';
import { commit, type Ec2Edit } from './commit.ts';
import { operation } from './ec2.ts';
import { requireAddressCount } from './interface-request.ts';
import { underInterface } from './interfaces.ts';
import type { Ec2State, NetworkInterface } from './model.ts';
import { invalidCombination } from './resources.ts';

/** With `AllowReassignment`, a secondary address is taken from the interface of the same subnet that has it. */
export const assignPrivateIpAddresses = operation<
  aws.AssignPrivateIpAddressesRequest,
  aws.AssignPrivateIpAddressesResult
>(
  ['NetworkInterfaceId', 'PrivateIpAddresses', 'SecondaryPrivateIpAddressCount', 'AllowReassignment'],
  (ec2, input, caller) =>
    underInterface(ec2, input.NetworkInterfaceId, caller, async (each) => {
      const { PrivateIpAddresses: texts = [], SecondaryPrivateIpAddressCount: count = 0 } = input;
      requireOneForm(texts.length, count);
      const state = ec2.state.now();
      const subnet = state.subnets.get(each.subnetId)!;
      const used = usedAddresses(state, subnet.id);
      const holders = findHolders(state, each, texts, Boolean(input.AllowReassignment));
      const free = new Set([...used].filter((address) => !texts.includes(address)));
      const added =
        count > 0
          ? chooseAddresses(subnet, used, count)
          : [...new Set(texts.map((text) => takeAddress(subnet, free, text)))];
      const record = {
        ...each,
        addresses: [...each.addresses, ...added.filter((address) => !each.addresses.includes(address))],
      };
      requireAddressCount(record.addresses.length);
      await commit(ec2, [...losses(holders, added), { table: 'interfaces', id: each.id, record }]);
      return {
        NetworkInterfaceId: each.id,
        AssignedPrivateIpAddresses: added.map((PrivateIpAddress) => ({ PrivateIpAddress })),
        AssignedIpv4Prefixes: [],
      };
    }),
);

/** Other interfaces that have some of the addresses. */
function findHolders(
  { interfaces }: Ec2State,
  { id, subnetId }: NetworkInterface,
  texts: readonly string[],
  mayReassign: boolean,
): NetworkInterface[] {
  const holders = [...interfaces.values()].filter(
    (other) =>
      other.id !== id &&
      other.subnetId === subnetId &&
      other.addresses.some((address) => texts.includes(address)),
  );
  const isLost = holders.some(({ addresses }) => texts.includes(addresses[0]!));
  if (holders.length > 0 && (!mayReassign || isLost)) {
    throw new AwsError('InvalidParameterValue', `[${texts.join(', ')}] assigned, but move is not allowed.`);
  }
  return holders;
}

function losses(holders: readonly NetworkInterface[], lost: readonly string[]): Ec2Edit[] {
  return holders.map((holder) => {
    const addresses = holder.addresses.filter((address) => !lost.includes(address));
    return { table: 'interfaces', id: holder.id, record: { ...holder, addresses } };
  });
}

function requireOneForm(named: number, counted: number): void {
  if (named > 0 !== counted > 0) return;
  throw invalidCombination('Exactly one of addresses and a count of addresses has to be specified.');
}

export const unassignPrivateIpAddresses = operation<aws.UnassignPrivateIpAddressesRequest>(
  ['NetworkInterfaceId', 'PrivateIpAddresses'],
  (ec2, { NetworkInterfaceId, PrivateIpAddresses = [] }, caller) =>
    underInterface(ec2, NetworkInterfaceId, caller, async (each) => {
      const [primary, ...secondaries] = each.addresses;
      if (PrivateIpAddresses.includes(primary!)) {
        throw new AwsError('InvalidParameterValue', `The primary address ${primary} cannot be unassigned.`);
      }
      requireAssigned(each.id, secondaries, PrivateIpAddresses);
      const addresses = each.addresses.filter((address) => !PrivateIpAddresses.includes(address));
      await commit(ec2, [{ table: 'interfaces', id: each.id, record: { ...each, addresses } }]);
      return {};
    }),
);

function requireAssigned(id: string, assigned: readonly string[], asked: readonly string[]): void {
  if (asked.length > 0 && asked.every((address) => assigned.includes(address))) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Some of the specified addresses are not assigned to interface ${id}`,
  );
}

export const assignIpv6Addresses = operation<aws.AssignIpv6AddressesRequest, aws.AssignIpv6AddressesResult>(
  ['NetworkInterfaceId', 'Ipv6Addresses', 'Ipv6AddressCount'],
  (ec2, input, caller) =>
    underInterface(ec2, input.NetworkInterfaceId, caller, async (each) => {
      const { Ipv6Addresses: texts = [], Ipv6AddressCount: count = 0 } = input;
      requireOneForm(texts.length, count);
      requireAddressCount(each.ipv6Addresses.length + texts.length + count);
      const state = ec2.state.now();
      const subnet = state.subnets.get(each.subnetId)!;
      const used = usedAddresses(state, subnet.id);
      const added =
        count > 0
          ? chooseIpv6Addresses(subnet, used, count, ec2.random)
          : [...new Set(texts.map((text) => takeIpv6Address(subnet, used, text)))];
      const record = { ...each, ipv6Addresses: [...each.ipv6Addresses, ...added] };
      await commit(ec2, [{ table: 'interfaces', id: each.id, record }]);
      return { NetworkInterfaceId: each.id, AssignedIpv6Addresses: added };
    }),
);

export const unassignIpv6Addresses = operation<
  aws.UnassignIpv6AddressesRequest,
  aws.UnassignIpv6AddressesResult
>(['NetworkInterfaceId', 'Ipv6Addresses'], (ec2, { NetworkInterfaceId, Ipv6Addresses = [] }, caller) =>
  underInterface(ec2, NetworkInterfaceId, caller, async (each) => {
    requireAssigned(each.id, each.ipv6Addresses, Ipv6Addresses);
    const ipv6Addresses = each.ipv6Addresses.filter((address) => !Ipv6Addresses.includes(address));
    await commit(ec2, [{ table: 'interfaces', id: each.id, record: { ...each, ipv6Addresses } }]);
    return { NetworkInterfaceId: each.id, UnassignedIpv6Addresses: Ipv6Addresses };
  }),
);
