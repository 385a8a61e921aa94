import type { ServiceAddress, ServiceInterface } from '@pointsman/core/config';
import type { ObservedAddress, ObservedDevice } from './observe-interface.ts';
import type { Step } from './plan-interface.ts';

/**
 * The fixed addresses and no others. `noprefixroute`: the kernel's own route to the subnet would be in the main table, beside that of the
 * primary interface. Others go first: with an IPv4 address go all later ones of its subnet, which the next look finds missing.
 */
export function planAddresses({ name, addresses }: ObservedDevice, desired: ServiceInterface): Step[] {
  const isWanted = (observed: ObservedAddress) =>
    !observed.duplicate && desired.addresses.some((each) => isSame(observed, each));
  const isRight = (each: ServiceAddress) =>
    addresses.some((observed) => isSame(observed, each) && observed.permanent && !observed.duplicate);
  return [
    ...addresses
      .filter((each) => !isWanted(each))
      .map(({ address, prefixLength }) => [
        'ip',
        'address',
        'del',
        `${address}/${prefixLength}`,
        'dev',
        name,
      ]),
    ...desired.addresses.filter((each) => !isRight(each)).map((each) => putAddress(each, name)),
  ];
}

/** An ENI's address is nobody else's: looking for duplicates would keep an IPv6 address from use for a second. */
function putAddress({ address, prefixLength }: ServiceAddress, device: string): Step {
  const flags = address.includes(':') ? ['nodad', 'noprefixroute'] : ['noprefixroute'];
  const lifetime = ['valid_lft', 'forever', 'preferred_lft', 'forever'];
  return ['ip', 'address', 'replace', `${address}/${prefixLength}`, 'dev', device, ...lifetime, ...flags];
}

function isSame(observed: ObservedAddress, { address, prefixLength }: ServiceAddress): boolean {
  return observed.address === address && observed.prefixLength === prefixLength;
}
