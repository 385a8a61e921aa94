import type { Name } from '../../dns/name.ts';
import { obstacleTo, routeTo } from '../contacts.ts';
import type { Failure } from '../failure.ts';
import { makeOutage } from '../outage.ts';
import type { Place } from '../places.ts';
import type { Route } from '../reach.ts';
import type { Hop } from '../trace.ts';
import { traceName } from '../trace-name.ts';
import type { FindingContext } from './context.ts';

/** Who is to blame for a verdict, found on the path of one question that has it. */
export type Culprits = {
  hops: readonly Hop[];
  /** The last tier on the path, by name. */
  tier: string | undefined;
  /** The last question that nobody could be asked, and why. */
  blocked: { asker: string; network: string; place: Place; route: Route; because: string } | undefined;
};

export function findCulprits(
  context: FindingContext,
  network: string,
  name: Name,
  failure?: Failure,
): Culprits {
  const { model } = context;
  const without = failure ? [failure] : [];
  const { hops } = traceName(model, { from: network, name, type: 'A', without });
  const outage = makeOutage(model, without);
  let blocked: Culprits['blocked'];
  for (const { at, address } of hops) {
    if (address === undefined) continue;
    const from = networkOf(context, at);
    const place = model.findPlace(address, from);
    const route = routeTo(model, from, place);
    const obstacle = obstacleTo({ place, route, player: model.players.outside }, outage);
    if (obstacle) blocked = { asker: subjectOf(at), network: from, place, route, because: obstacle.because };
  }
  const tier = hops.findLast(({ at }) => at.startsWith('forwarders/'));
  return { hops, tier: tier?.at.split('/')[1], blocked };
}

/** Who asks `by`, as a finding's subject. */
export function askerOf({ hops }: Culprits, by: string, network: string): string {
  const hop = hops.findLast(({ asks }) => asks === by || asks.startsWith(`${by}/`));
  return hop ? subjectOf(hop.at) : `networks/${network}`;
}

/** Through whom a question leaves for public DNS: a VPC resolver does it on behalf of who asks it. */
export function exitOf(culprits: Culprits, network: string): string {
  const last = culprits.hops.at(-1);
  if (!last) return `networks/${network}`;
  return /^(resolvers|addresses)\//.test(last.at) ? askerOf(culprits, last.at, network) : subjectOf(last.at);
}

/** The members of a tier have the same rules: what one of them does wrong is the tier’s. */
function subjectOf(at: string): string {
  const [section, name] = at.split('/');
  return section === 'resolvers' ? `networks/${name}` : `${section}/${name}`;
}

function networkOf({ tiers, topology }: FindingContext, at: string): string {
  const [section, name] = at.split('/') as [string, string];
  if (section === 'forwarders') return tiers.get(name)!.network;
  if (section === 'authorities') return topology.authorities.find((each) => each.name === name)!.network;
  return name;
}
