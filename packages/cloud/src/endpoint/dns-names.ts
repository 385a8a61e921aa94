import { privateDnsName } from '../ec2/interface-shapes.ts';
import type { Ec2State } from '../ec2/model.ts';
import type { BalancingState } from '../load-balancing/model.ts';

/** What the resources of a cloud are called in DNS, for whoever answers that. Each list is the same one until something of it may have changed. */
export type DnsNames = {
  /** Private names of the network interfaces of a VPC; none where it has no DNS hostnames. */
  ofInterfaces: (vpcId: string) => readonly DnsName[];
  /** In public DNS. */
  ofBalancers: () => readonly DnsName[];
};

/** IPv4 addresses; the name has no final dot. */
export type DnsName = { name: string; addresses: readonly string[] };

export function dnsNames(ec2: () => Ec2State, balancing: () => BalancingState): DnsNames {
  const ofInterfaces = whileSame(
    () => [ec2().interfaces, ec2().vpcs],
    () => interfaceNames(ec2()),
  );
  return {
    ofInterfaces: (vpcId) => ofInterfaces().get(vpcId) ?? NONE,
    ofBalancers: whileSame(
      () => [balancing().loadBalancers, ec2().interfaces],
      () => balancerNames(balancing(), ec2()),
    ),
  };
}

const NONE: readonly DnsName[] = [];

function interfaceNames(state: Ec2State): Map<string, DnsName[]> {
  const names = new Map<string, DnsName[]>();
  for (const each of state.interfaces.values()) {
    const name = privateDnsName(state, each);
    if (name === undefined) continue;
    const own = names.get(each.vpcId) ?? [];
    names.set(each.vpcId, own);
    own.push({ name, addresses: each.addresses.slice(0, 1) });
  }
  return names;
}

function balancerNames({ loadBalancers }: BalancingState, { interfaces }: Ec2State): DnsName[] {
  return Array.from(loadBalancers.values(), ({ dnsName, places }) => ({
    name: dnsName,
    addresses: places.flatMap(({ interfaceId }) => interfaces.get(interfaceId)?.addresses ?? []),
  }));
}

/** What is made of some tables, which never change: made anew where one of them is another one. */
function whileSame<Made>(tables: () => readonly object[], make: () => Made): () => Made {
  let last: readonly object[] = [];
  let made: Made;
  return () => {
    const now = tables();
    if (last.length === 0 || now.some((table, index) => table !== last[index])) {
      last = now;
      made = make();
    }
    return made;
  };
}
