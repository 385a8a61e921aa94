import {
  addressAt,
  type Cidr,
  cidrContains,
  formatAddress,
  lastAddress,
  parseAddress,
  parseCidr,
} from '../address/index.ts';
import { formatPath, type Path, showValue } from '../schema/path.ts';
import type { BuildContext } from './names.ts';
import { vpcResolverAddress } from './vpc-resolver.ts';

/** Who has which address. Networks are kept apart: two of them may use the same ranges. */
export type AddressBook = {
  /** Takes an address for what stands at `path`; reports it where it is reserved or taken. */
  take: (network: string, address: string, path: Path) => void;
};

export function makeAddressBook(context: BuildContext): AddressBook {
  const taken = new Map<string, Path>();
  const subnets = new Map<string, Cidr[]>();
  const subnetsOf = (name: string): Cidr[] => {
    const network = context.source.networks[name];
    let cidrs = subnets.get(name);
    if (!cidrs) {
      cidrs =
        network?.kind === 'vpc' ? Object.values(network.subnets).map(({ cidr }) => parseCidr(cidr)!) : [];
      subnets.set(name, cidrs);
    }
    return cidrs;
  };
  return {
    take(network, address, path) {
      const key = `${network} ${address}`;
      const holder = taken.get(key);
      if (holder) {
        context.report({
          code: 'duplicate-address',
          path,
          value: address,
          message: `${showValue(address)} is taken already, by ${formatPath(holder)}`,
          remedy: 'give each server an address of its own',
        });
      }
      taken.set(key, holder ?? path);
      const bytes = parseAddress(address)!;
      const source = context.source.networks[network];
      const subnet = subnetsOf(network).find((cidr) => cidrContains(cidr, bytes));
      const isResolver = source?.kind === 'vpc' && vpcResolverAddress(source) === address;
      if (!isResolver && !(subnet && isReserved(subnet, address))) return;
      context.report({
        code: 'reserved-address',
        path,
        value: address,
        message: isResolver
          ? `${showValue(address)} is the VPC resolver’s own address`
          : `${showValue(address)} is reserved: a subnet’s first four addresses and its last belong to AWS`,
        remedy: subnet
          ? `take one from ${formatAddress(addressAt(subnet.bytes, 4)!)} on`
          : 'take another one of the network',
      });
    },
  };
}

/** AWS keeps the first four addresses of a subnet and the last one. */
export function isReserved(subnet: Cidr, address: string): boolean {
  const first = [0, 1, 2, 3].map((offset) => addressAt(subnet.bytes, offset));
  return [...first, lastAddress(subnet)].some(
    (bytes) => bytes !== undefined && formatAddress(bytes) === address,
  );
}
