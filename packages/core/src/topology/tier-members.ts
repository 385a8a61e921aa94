import { cidrContains, parseAddress, parseCidr } from '../address/index.ts';
import { nearest } from '../schema/nearest.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { AddressBook } from './address-book.ts';
import type { BuildContext } from './names.ts';
import type { SalvagedTier } from './salvage.ts';
import type { TierSource } from './schema.ts';
import type { TierMember } from './topology.ts';

/** The members of a tier: each has a name of its own, and an address of its own in a subnet of the tier's network. */
export function buildMembers(
  context: BuildContext,
  source: SalvagedTier,
  path: Path,
  book: AddressBook,
): readonly TierMember[] {
  const names = new Map<string, number>();
  const members = source.members.flatMap((member, index) => {
    if (!member) return [];
    const at = [...path, 'members', index];
    const earlier = names.get(member.name);
    if (earlier !== undefined) {
      const message = `${showValue(member.name)} is the name of members.${earlier} already`;
      context.report({
        code: 'duplicate-member',
        path: [...at, 'name'],
        value: member.name,
        message,
        remedy: 'give each member a name of its own',
      });
    }
    names.set(member.name, earlier ?? index);
    const network = context.source.networks[source.network];
    const subnet = network?.kind === 'vpc' ? network.subnets[member.subnet] : undefined;
    if (network?.kind === 'vpc') checkMember(context, source.network, network.subnets, member, at, book);
    return Object.freeze({ ...member, availabilityZone: subnet?.availabilityZone });
  });
  return Object.freeze(members);
}

function checkMember(
  context: BuildContext,
  network: string,
  subnets: Readonly<Record<string, { cidr: string }>>,
  member: TierSource['members'][number],
  path: Path,
  book: AddressBook,
): void {
  const subnet = Object.hasOwn(subnets, member.subnet) ? subnets[member.subnet] : undefined;
  if (!subnet) {
    const all = ['networks', network, 'subnets'];
    if (context.isLeftOut(all) || context.isLeftOut([...all, member.subnet])) return;
    const known = Object.keys(subnets);
    const near = nearest(member.subnet, known);
    context.report({
      code: 'unknown-subnet',
      path: [...path, 'subnet'],
      value: member.subnet,
      message: `${showValue(network)} has no subnet ${showValue(member.subnet)}`,
      remedy:
        near !== undefined
          ? `did you mean ${showValue(near)}?`
          : known.length > 0
            ? `it has ${known.slice(0, 12).join(', ')}`
            : `add it under networks.${network}.subnets`,
    });
    return;
  }
  if (!cidrContains(parseCidr(subnet.cidr)!, parseAddress(member.address)!)) {
    const message = `${showValue(member.address)} is outside the subnet ${showValue(member.subnet)}`;
    const remedy = `give an address in ${subnet.cidr}`;
    context.report({
      code: 'outside-subnet',
      path: [...path, 'address'],
      value: member.address,
      message,
      remedy,
    });
    return;
  }
  book.take(network, member.address, [...path, 'address']);
}
