import { AwsError } from '@pointsman/aws-wire';
import { addressAt, cidrContains, formatAddress, lastAddress, parseAddress } from '@pointsman/core/address';
import { cidrOf } from './cidrs.ts';
import { hexDigits } from './ids.ts';
import type { Ec2State, Subnet } from './model.ts';
import { invalidValue } from './resources.ts';

/** The first addresses of a subnet, and its last one, are AWS's: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const RESERVED_FIRST = 4;
const RESERVED = RESERVED_FIRST + 1;

/** The addresses of a subnet that are taken, of both families. */
export function usedAddresses({ interfaces }: Ec2State, subnetId: string): Set<string> {
  const used = new Set<string>();
  for (const each of interfaces.values()) {
    if (each.subnetId !== subnetId) continue;
    for (const address of [...each.addresses, ...each.ipv6Addresses]) used.add(address);
  }
  return used;
}

/** How many IPv4 addresses of a subnet are free. */
export function countFree(state: Ec2State, { id, cidr }: Subnet): number {
  const used = [...usedAddresses(state, id)].filter((address) => !address.includes(':')).length;
  return 2 ** (32 - cidrOf(cidr).prefix) - RESERVED - used;
}

/**
 * An IPv4 address that a request names, in its normal form.
 * @throws AwsError InvalidParameterValue, InvalidIPAddress.InUse
 */
export function takeAddress(subnet: Subnet, used: ReadonlySet<string>, text: string): string {
  const address = readAddress(subnet.cidr, text);
  if (isReserved(subnet.cidr, address))
    throw invalidValue(text, 'address', "Address is in subnet's reserved address range");
  return requireFree(used, address);
}

/** The lowest free IPv4 addresses. @throws AwsError InsufficientFreeAddressesInSubnet */
export function chooseAddresses(subnet: Subnet, used: ReadonlySet<string>, count: number): string[] {
  const { bytes, prefix } = cidrOf(subnet.cidr);
  const chosen: string[] = [];
  const end = 2 ** (32 - prefix) - 1;
  for (let offset = RESERVED_FIRST; offset < end && chosen.length < count; offset++) {
    const address = formatAddress(addressAt(bytes, offset)!);
    if (!used.has(address)) chosen.push(address);
  }
  if (chosen.length < count) throw noFreeAddresses(subnet.id);
  return chosen;
}

export function noFreeAddresses(subnetId: string): AwsError {
  return new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
}

/** An IPv6 address that a request names. @throws AwsError InvalidParameterValue, InvalidIPAddress.InUse */
export function takeIpv6Address(subnet: Subnet, used: ReadonlySet<string>, text: string): string {
  return requireFree(used, readAddress(requireIpv6Cidr(subnet), text));
}

/** Free IPv6 addresses, anywhere in the subnet. @throws AwsError InvalidParameterValue for a subnet without IPv6 */
export function chooseIpv6Addresses(
  subnet: Subnet,
  used: ReadonlySet<string>,
  count: number,
  random: () => number,
): string[] {
  const base = cidrOf(requireIpv6Cidr(subnet)).bytes;
  const chosen = new Set<string>();
  while (chosen.size < count) {
    const host = Buffer.from(hexDigits(random, 16), 'hex');
    const address = formatAddress(Uint8Array.of(...base.subarray(0, 8), ...host));
    if (!used.has(address)) chosen.add(address);
  }
  return [...chosen];
}

function requireIpv6Cidr({ id, ipv6Cidrs }: Subnet): string {
  const [first] = ipv6Cidrs;
  if (first) return first.cidr;
  throw new AwsError('InvalidParameterValue', `The subnet '${id}' does not have an IPv6 CIDR block.`);
}

function readAddress(cidr: string, text: string): string {
  const bytes = parseAddress(text);
  if (!bytes) throw invalidValue(text, 'address', 'Invalid IP address.');
  if (!cidrContains(cidrOf(cidr), bytes)) {
    throw new AwsError('InvalidParameterValue', "Address does not fall within the subnet's address range");
  }
  return formatAddress(bytes);
}

function isReserved(cidr: string, address: string): boolean {
  const { bytes, prefix } = cidrOf(cidr);
  if (address === formatAddress(lastAddress({ bytes, prefix }))) return true;
  return Array.from({ length: RESERVED_FIRST }, (_, offset) =>
    formatAddress(addressAt(bytes, offset)!),
  ).includes(address);
}

function requireFree(used: ReadonlySet<string>, address: string): string {
  if (!used.has(address)) return address;
  throw new AwsError('InvalidIPAddress.InUse', `The specified address is already in use: ${address}`);
}
