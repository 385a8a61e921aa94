import { type Cidr, cidrsOverlap, compareCidrs, parseCidr } from '../../address/index.ts';
import type { Network } from '../../topology/topology.ts';
import type { FindingContext } from './context.ts';
import { compareTexts, type Draft } from './finding.ts';
import { type Joined, joinedIn } from './joined.ts';

type Range = { network: Network; text: string; cidr: Cidr; index: number };

/** How many ranges around one are looked at for one that matters more than the nearest. */
const MOST_AROUND = 16;

/** `cidr-overlap` and `address-taken`: networks, and servers, that an address does not tell apart. */
export function findOverlaps(context: FindingContext): Draft[] {
  const joined = joinedIn(context.topology);
  return [...overlappingNetworks(context, joined), ...sharedAddresses(context, joined)];
}

/** CIDRs nest or are apart: sorted by base and width, those around one are a stack. */
function overlappingNetworks({ topology }: FindingContext, joined: Joined): Draft[] {
  const ranges = topology.networks
    .flatMap((network) =>
      network.cidrs.map((text, index) => ({ network, text, cidr: parseCidr(text)!, index })),
    )
    .sort((a, b) => compareCidrs(a.cidr, b.cidr) || compareTexts(a.network.name, b.network.name));
  const stack: Range[] = [];
  return ranges.flatMap((range) => {
    while (stack.length > 0 && !cidrsOverlap(stack.at(-1)!.cidr, range.cidr)) stack.pop();
    const around = stack.slice(-MOST_AROUND).reverse();
    stack.push(range);
    const others = around.filter(({ network }) => network !== range.network);
    const other = others.find(({ network }) => joined(network.name, range.network.name)) ?? others[0];
    return other ? [overlap(range, other, joined(other.network.name, range.network.name))] : [];
  });
}

/**
 * The same range in two networks that somebody reaches both: an error, for answers go to one of them. One inside the other: a risk, for the
 * longer prefix wins. Where nobody reaches both, it only stands in the way of a link.
 */
function overlap(range: Range, other: Range, isJoined: boolean): Draft {
  const isSame = range.text === other.text;
  const what = isSame
    ? `${range.text} is a range of both`
    : `${range.text} lies in ${other.text}, a range of ${other.network.name}`;
  const names = isSame ? ` ${other.network.name} and ${range.network.name}` : '';
  return {
    code: 'cidr-overlap',
    severity: isJoined ? (isSame ? 'error' : 'warning') : 'notice',
    subject: `networks/${range.network.name}`,
    text: `${what}${names}, and ${isJoined ? 'links lead from one to the other, or from a third to both' : 'no network is joined to both'}`,
    paths: [
      [...range.network.path, 'cidrs', range.index],
      [...other.network.path, 'cidrs', other.index],
    ],
    remedy: 'give one of them other addresses: a packet finds one network by its address',
  };
}

type Server = { subject: string; network: string; address: string; path: readonly (string | number)[] };

/** The parser refuses two servers of one address inside one network. */
function sharedAddresses({ topology, plan }: FindingContext, joined: Joined): Draft[] {
  const servers = new Map<string, Server[]>();
  const add = (server: Server) => {
    const same = servers.get(server.address);
    if (same) same.push(server);
    else servers.set(server.address, [server]);
  };
  for (const { name, network, addresses, path } of topology.authorities) {
    for (const address of addresses) add({ subject: `authorities/${name}`, network, address, path });
  }
  for (const { name, network, members, path } of topology.forwarders) {
    for (const [index, member] of members.entries())
      add({
        subject: `forwarders/${name}/${member.name}`,
        network,
        address: member.address,
        path: [...path, 'members', index],
      });
  }
  for (const { network, address } of plan.resolvers)
    add({ subject: `networks/${network}`, network, address, path: ['networks', network] });
  return [...servers.values()].flatMap((same) => {
    const [first, ...others] = same.toSorted((a, b) => compareTexts(a.subject, b.subject));
    const isResolvers = same.every(({ subject }) => subject.startsWith('networks/'));
    const other = others.find(({ network }) => network !== first!.network && joined(network, first!.network));
    if (!other || isResolvers) return [];
    return [
      {
        code: 'address-taken',
        subject: first!.subject,
        text: `${first!.address} is the address of ${first!.subject} and of ${other.subject}, and links lead to both: who is asked depends on routes`,
        paths: [first!.path, other.path],
        remedy: 'give each server an address of its own',
      },
    ];
  });
}
