import type { MemberInterface } from '../cloud/address-cloud.ts';
import { addressesOutside } from '../cloud/service-interface-of.ts';
import type { Host } from './decide-claim.ts';

/** What is wrong with a tier's interfaces, for the operator: nothing is changed, and it is looked at again. */
export type ClaimProblem = {
  code: 'no-interface' | 'other-zone' | 'other-vpc' | 'duplicate-member' | 'no-member' | 'outside-subnet';
  message: string;
};

/** Which interfaces a host may take, in the order it should try them; and what keeps it from others. */
export function findCandidates(
  interfaces: readonly MemberInterface[],
  host: Host,
): { candidates: MemberInterface[]; problems: ClaimProblem[] } {
  const { tier, member } = host;
  const tags = `pointsman:tier=${tier}${member === undefined ? '' : ` and pointsman:member=${member}`}`;
  const wanted = interfaces.filter((each) => member === undefined || each.member === member);
  if (wanted.length === 0) {
    const remedy =
      interfaces.length > 0
        ? `the tier has ${interfaces.map(describe).join(', ')}: correct "member", or tag the interface`
        : 'create one for each member in its availability zone, and give it these tags';
    return {
      candidates: [],
      problems: [{ code: 'no-interface', message: `no interface has the tags ${tags}; ${remedy}` }],
    };
  }
  const near = wanted.filter((each) => each.availabilityZone === host.availabilityZone);
  if (near.length === 0) {
    const message = `this instance is in ${host.availabilityZone}, and an interface can be attached only in its own availability zone (${wanted.map(describe).join(', ')}); start the instance there`;
    return { candidates: [], problems: [{ code: 'other-zone', message }] };
  }
  const problems = near.flatMap((each) => [
    ...problemOf(each, interfaces, host),
    ...addressesOutside(each).map((address) => outside(each, address)),
  ]);
  const candidates = near.filter((each) => problemOf(each, interfaces, host).length === 0);
  return { candidates: inOrderOf(host.instanceId, candidates), problems: uniqueBy(problems) };
}

function problemOf(each: MemberInterface, all: readonly MemberInterface[], host: Host): ClaimProblem[] {
  if (each.member === undefined) {
    const message = `${each.id} has no tag pointsman:member with the name of a member; give it one, or take its tag pointsman:tier away`;
    return [{ code: 'no-member', message }];
  }
  const twins = all.filter(({ member }) => member === each.member);
  if (twins.length > 1) {
    const message = `${twins
      .map(({ id }) => id)
      .toSorted()
      .join(
        ' and ',
      )} all have the tag pointsman:member=${each.member} of ${host.tier}; take it from all but one`;
    return [{ code: 'duplicate-member', message }];
  }
  if (each.vpcId !== host.vpcId) {
    const message = `${describe(each)} is in ${each.vpcId}, and this instance is in ${host.vpcId}; start the instance in a subnet of ${each.vpcId}`;
    return [{ code: 'other-vpc', message }];
  }
  return [];
}

/** The others of its addresses are served all the same. */
function outside({ id, member, subnetId, subnetCidrs }: MemberInterface, address: string): ClaimProblem {
  const message = `${address} of ${member ?? 'no member'} (${id}) is in none of the ranges of its subnet ${subnetId} (${subnetCidrs.join(', ') || 'none'}), and is not served; give the subnet its range, or take the address from the interface`;
  return { code: 'outside-subnet', message };
}

/** Hosts that start together begin at different ones. */
function inOrderOf(instanceId: string, candidates: readonly MemberInterface[]): MemberInterface[] {
  const sorted = candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  let sum = 0;
  for (const letter of instanceId) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  const start = sorted.length === 0 ? 0 : sum % sorted.length;
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

function describe({ id, member, availabilityZone }: MemberInterface): string {
  return `${member ?? 'no member'} (${id} in ${availabilityZone})`;
}

function uniqueBy(problems: readonly ClaimProblem[]): ClaimProblem[] {
  return [...new Map(problems.map((each) => [each.message, each])).values()];
}
