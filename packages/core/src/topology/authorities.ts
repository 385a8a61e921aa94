import { cidrContains, parseAddress, parseCidr } from '../address/index.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { AddressBook } from './address-book.ts';
import { readForwards } from './forwards.ts';
import { type BuildContext, checkName } from './names.ts';
import type { TopologySource } from './schema.ts';
import type { Authority } from './topology.ts';

type AuthoritySource = TopologySource['authorities'][string];

/** Builds the authorities; checks that their addresses are in their network and theirs alone. */
export function buildAuthorities(context: BuildContext, book: AddressBook): readonly Authority[] {
  return Object.freeze(
    Object.entries(context.source.authorities).map(([name, source]) => {
      const path: Path = Object.freeze(['authorities', name]);
      if (checkName(context, 'network', source.network, [...path, 'network'])) {
        checkAddresses(context, source, path, book);
      }
      return Object.freeze({
        name,
        path,
        network: source.network,
        addresses: Object.freeze(source.addresses),
        software: source.software,
        ...readForwards(context, source.forwards, [...path, 'forwards']),
      });
    }),
  );
}

function checkAddresses(context: BuildContext, source: AuthoritySource, path: Path, book: AddressBook): void {
  const network = context.source.networks[source.network];
  for (const [index, address] of source.addresses.entries()) {
    const at = [...path, 'addresses', index];
    const isKnown = network && network.cidrs.length > 0;
    if (isKnown && !network.cidrs.some((cidr) => cidrContains(parseCidr(cidr)!, parseAddress(address)!))) {
      context.report({
        code: 'outside-network',
        path: at,
        value: address,
        message: `${showValue(address)} is outside the network ${showValue(source.network)}`,
        remedy: `give an address in ${network.cidrs.join(' or ')}`,
      });
      continue;
    }
    book.take(source.network, address, at);
  }
}
