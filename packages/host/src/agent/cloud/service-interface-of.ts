import { addressAt, cidrContains, formatAddress, parseAddress, parseCidr } from '@pointsman/core/address';
import { DEFAULT_PRIORITY, DEFAULT_TABLE, type ServiceInterface } from '@pointsman/core/config';
import type { MemberInterface } from './address-cloud.ts';

/** Addresses that are in none of the ranges of the interface's subnet: they have no router, and cannot be served. */
export function addressesOutside({
  addresses,
  subnetCidrs,
}: Pick<MemberInterface, 'addresses' | 'subnetCidrs'>): string[] {
  const cidrs = subnetCidrs.map((text) => parseCidr(text)!);
  return addresses.filter((text) => !cidrs.some((cidr) => cidrContains(cidr, parseAddress(text)!)));
}

/**
 * How a member's interface has to be set up on its host, without `addressesOutside`. A VPC's router has the base address of each subnet plus one:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function serviceInterfaceOf({ mac, addresses, subnetCidrs }: MemberInterface): ServiceInterface {
  const cidrs = subnetCidrs.map((text) => parseCidr(text)!);
  return {
    mac,
    addresses: addresses.flatMap((text) => {
      const bytes = parseAddress(text)!;
      const subnet = cidrs.find((cidr) => cidrContains(cidr, bytes));
      if (!subnet) return [];
      const gateway = formatAddress(addressAt(subnet.bytes, 1)!);
      return [{ address: formatAddress(bytes), prefixLength: subnet.prefix, gateway }];
    }),
    table: DEFAULT_TABLE,
    priority: DEFAULT_PRIORITY,
  };
}
