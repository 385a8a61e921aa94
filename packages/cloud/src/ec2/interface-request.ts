import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import {
  chooseAddresses,
  chooseIpv6Addresses,
  takeAddress,
  takeIpv6Address,
  usedAddresses,
} from './addresses.ts';
import type { Ec2 } from './ec2.ts';
import { hexDigits } from './ids.ts';
import type { Ec2State, NetworkInterface, Subnet, Tags, Vpc } from './model.ts';
import { findOwnMany, invalidCombination, notFound } from './resources.ts';

/** What a request says of an interface that it makes: CreateNetworkInterface and RunInstances alike. */
export type InterfaceRequest = Pick<
  aws.CreateNetworkInterfaceRequest,
  | 'Description'
  | 'PrivateIpAddress'
  | 'PrivateIpAddresses'
  | 'SecondaryPrivateIpAddressCount'
  | 'Ipv6Addresses'
  | 'Ipv6AddressCount'
  | 'Groups'
>;

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const MOST_GROUPS = 16;
const MOST_ADDRESSES = 50;

/**
 * A new interface as a request wants it. Nothing of it is in the state yet.
 * @param before interfaces that the same request makes, which are not in the state either
 * @throws AwsError
 */
export function makeInterface(
  ec2: Ec2,
  request: InterfaceRequest,
  { subnet, vpc, caller, tags }: { subnet: Subnet; vpc: Vpc; caller: Caller; tags: Tags },
  before: readonly NetworkInterface[] = [],
): NetworkInterface {
  const state = ec2.state.now();
  const used = usedAddresses(state, subnet.id);
  for (const each of before) {
    if (each.subnetId !== subnet.id) continue;
    for (const address of [...each.addresses, ...each.ipv6Addresses]) used.add(address);
  }
  return {
    id: ec2.makeId('eni', tags),
    account: caller.account,
    region: caller.region,
    tags,
    vpcId: vpc.id,
    subnetId: subnet.id,
    availabilityZone: subnet.availabilityZone,
    mac: freeMac(ec2, state, before),
    description: request.Description ?? '',
    addresses: readAddresses(request, subnet, used),
    ipv6Addresses: readIpv6Addresses(ec2, request, subnet, used),
    groupIds: readGroups(state, request.Groups, vpc, caller),
    sourceDestCheck: true,
  };
}

function freeMac({ random }: Ec2, { interfaces }: Ec2State, before: readonly NetworkInterface[]): string {
  for (;;) {
    const mac = `02:${hexDigits(random, 10).match(/../g)!.join(':')}`;
    if (![...interfaces.values(), ...before].some((each) => each.mac === mac)) return mac;
  }
}

/** The primary address first. */
function readAddresses(request: InterfaceRequest, subnet: Subnet, used: ReadonlySet<string>): string[] {
  const { PrivateIpAddress, PrivateIpAddresses = [], SecondaryPrivateIpAddressCount: count = 0 } = request;
  if (PrivateIpAddresses.length > 0 && (PrivateIpAddress !== undefined || count > 0)) {
    throw invalidCombination(
      'The parameter privateIpAddresses cannot be used with privateIpAddress or secondaryPrivateIpAddressCount',
    );
  }
  const primaries = PrivateIpAddresses.filter(({ Primary }) => Primary);
  if (primaries.length > 1) {
    throw invalidCombination('Only one primary private IP address can be specified.');
  }
  const secondaries = PrivateIpAddresses.filter(({ Primary }) => !Primary);
  const primary = PrivateIpAddress ?? primaries[0]?.PrivateIpAddress;
  const wanted = [primary, ...secondaries.map(({ PrivateIpAddress: text }) => text)];
  const named = takeAll(
    wanted.filter((text) => text !== undefined),
    (text, taken) => takeAddress(subnet, new Set([...used, ...taken]), text),
  );
  const chosen = chooseAddresses(
    subnet,
    new Set([...used, ...named]),
    count + (primary === undefined ? 1 : 0),
  );
  const addresses =
    primary === undefined ? [chosen[0]!, ...named, ...chosen.slice(1)] : [...named, ...chosen];
  requireAddressCount(addresses.length);
  return addresses;
}

function readIpv6Addresses(
  { random }: Ec2,
  { Ipv6Addresses = [], Ipv6AddressCount = 0 }: InterfaceRequest,
  subnet: Subnet,
  used: ReadonlySet<string>,
): string[] {
  if (Ipv6Addresses.length > 0 && Ipv6AddressCount > 0) {
    throw invalidCombination('The parameter ipv6Addresses cannot be used with ipv6AddressCount');
  }
  requireAddressCount(Ipv6AddressCount);
  const texts = Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address ?? '');
  const named = takeAll(texts, (text, taken) => takeIpv6Address(subnet, new Set([...used, ...taken]), text));
  const isGiven = named.length > 0 || Ipv6AddressCount > 0;
  const count = isGiven || !subnet.assignIpv6AddressOnCreation ? Ipv6AddressCount : 1;
  return count === 0 ? named : chooseIpv6Addresses(subnet, used, count, random);
}

function takeAll(
  texts: readonly string[],
  take: (text: string, taken: readonly string[]) => string,
): string[] {
  const taken: string[] = [];
  for (const text of texts) taken.push(take(text, taken));
  return taken;
}

export function requireAddressCount(count: number): void {
  if (count <= MOST_ADDRESSES) return;
  throw new AwsError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.');
}

/** IDs of groups of the VPC; its default group where none is given. @throws AwsError */
export function readGroups(
  state: Ec2State,
  ids: readonly string[] | undefined,
  vpc: Vpc,
  caller: Caller,
): readonly string[] {
  if (!ids || ids.length === 0) return [vpc.defaultGroupId];
  const unique = [...new Set(ids)];
  if (unique.length > MOST_GROUPS) {
    throw new AwsError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    );
  }
  for (const group of findOwnMany(state, 'securityGroups', unique, caller)) {
    if (group.vpcId !== vpc.id) throw notFound('securityGroups', [group.id]);
  }
  return unique;
}
