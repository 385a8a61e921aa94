import { cidrContains, parseAddress, parseCidr } from '../address/index.ts';
import type { ForwarderConfig } from '../config/index.ts';
import type { Name } from '../dns/name.ts';
import type { Plan, PlannedAuthority, PlannedForwarder } from '../plan/index.ts';
import type { ExternalZone, PrivateZone, PublicZone, Topology, Vpc, Zone } from '../topology/topology.ts';
import { type BuiltIn, builtInZones } from './built-in-zones.ts';
import type { Asker } from './contacts.ts';
import type { WorldRules } from './model.ts';

/** All that answer alike. Two contacts with the same player are as good as each other. */
export type Player =
  | ResolverPlayer
  | TierPlayer
  | AuthorityPlayer
  | OutsidePlayer
  | StrangerPlayer
  | UnknownPlayer;

type PlayerBase = { readonly id: number; readonly subject: string };

/** A VPC resolver, asked from inside its VPC. */
export type ResolverPlayer = PlayerBase & {
  readonly kind: 'resolver';
  readonly network: string;
  readonly zones: ReadonlyMap<Name, PrivateZone>;
  /** Zones that it answers by itself, and from what; none in the loopback world. */
  readonly builtIn: ReadonlyMap<Name, BuiltIn>;
};

/** A tier as the clients of one of its views see it. */
export type TierPlayer = PlayerBase & {
  readonly kind: 'tier';
  readonly asker: Asker;
  readonly scope: Scope;
};

export type Scope = Pick<ForwarderConfig, 'rules' | 'otherwise'> & { view: string | undefined };

/** The servers of an authority. Names that it neither holds nor forwards it looks for in public DNS, as the servers of a data centre do. */
export type AuthorityPlayer = PlayerBase & {
  readonly kind: 'authority';
  readonly asker: Asker;
  readonly zones: ReadonlyMap<Name, ExternalZone>;
  readonly forwards: ReadonlyMap<Name, readonly string[]>;
};

/** Public DNS, asked at an address of its own. */
export type OutsidePlayer = PlayerBase & { readonly kind: 'outside' };
/** A VPC resolver, asked from outside its VPC. */
export type StrangerPlayer = PlayerBase & { readonly kind: 'stranger'; readonly network: string };
export type UnknownPlayer = PlayerBase & { readonly kind: 'unknown'; readonly because: string };

export type Players = {
  readonly outside: OutsidePlayer;
  readonly publicZones: ReadonlyMap<Name, PublicZone>;
  resolver: (network: string) => ResolverPlayer;
  stranger: (network: string) => StrangerPlayer;
  /** The tier with the view that it shows to a client at `address`. */
  tier: (tier: string, address: string) => TierPlayer;
  authority: (name: string) => AuthorityPlayer;
  unknown: (address: string, because: string) => UnknownPlayer;
};

export function makePlayers(topology: Topology, plan: Plan, world: WorldRules): Players {
  const once = makeRegister();
  const holdings = holdingsOf(topology);
  const vpcs = new Map(topology.networks.flatMap((each) => (each.kind === 'vpc' ? [[each.name, each]] : [])));
  // The first member of each tier stands for all.
  const tiers = new Map(plan.forwarders.toReversed().map((each) => [each.tier, each]));
  const authorities = new Map(plan.authorities.map((authority) => [authority.name, authority]));
  const viewOf = makeViewOf();
  return {
    outside: once('outside', (base) => ({ ...base, kind: 'outside', subject: 'public' })),
    publicZones: holdings.publicZones,
    resolver: (network) =>
      once(`resolver ${network}`, (base) => playResolver(base, vpcs.get(network)!, holdings, world)),
    stranger: (network) =>
      once(`stranger ${network}`, (base) => {
        return { ...base, kind: 'stranger', subject: `resolvers/${network}`, network };
      }),
    tier: (tier, address) => {
      const planned = tiers.get(tier)!;
      const view = viewOf(planned.config, address);
      return once(`tier ${tier} ${view}`, (base) => playTier(base, planned, view));
    },
    authority: (name) =>
      once(`authority ${name}`, (base) => playAuthority(base, authorities.get(name)!, holdings)),
    unknown: (address, because) =>
      once(`unknown ${because}`, (base) => {
        return { ...base, kind: 'unknown', subject: `addresses/${address}`, because };
      }),
  };
}

/** Players by what they are, numbered in the order in which they are first asked for. */
function makeRegister() {
  const known = new Map<string, Player>();
  return <P extends Player>(key: string, make: (base: { id: number }) => P): P => {
    let player = known.get(key) as P | undefined;
    if (!player) {
      player = make({ id: known.size });
      known.set(key, player);
    }
    return player;
  };
}

function playResolver(
  base: { id: number },
  vpc: Vpc,
  { privateZones }: Holdings,
  world: WorldRules,
): ResolverPlayer {
  const { name, dnsHostnames } = vpc;
  return {
    ...base,
    kind: 'resolver',
    subject: `resolvers/${name}`,
    network: name,
    zones: (dnsHostnames && privateZones.get(name)) || NO_ZONES,
    builtIn: dnsHostnames && world !== 'loopback' ? builtInZones(vpc) : NO_ZONES,
  };
}

/** `index` is the view's place in the configuration; -1 for none. */
function playTier(
  base: { id: number },
  { tier, network, address, config }: PlannedForwarder,
  index: number,
): TierPlayer {
  const view = config.views?.[index];
  return {
    ...base,
    kind: 'tier',
    subject: `forwarders/${tier}`,
    asker: { network, address },
    scope: view ? { ...view, view: view.name } : { ...config, view: undefined },
  };
}

function playAuthority(base: { id: number }, planned: PlannedAuthority, holdings: Holdings): AuthorityPlayer {
  const { name, network, addresses, forwards } = planned;
  return {
    ...base,
    kind: 'authority',
    subject: `authorities/${name}`,
    asker: { network, address: addresses[0]! },
    zones: holdings.external.get(name) ?? new Map(),
    forwards: new Map(forwards.map(({ suffix, upstreams }) => [suffix, upstreams])),
  };
}

type Holdings = {
  privateZones: Map<string, Map<Name, PrivateZone>>;
  external: Map<string, Map<Name, ExternalZone>>;
  publicZones: Map<Name, PublicZone>;
};

/** Who holds which zone. */
function holdingsOf(topology: Topology): Holdings {
  const holdings: Holdings = { privateZones: new Map(), external: new Map(), publicZones: new Map() };
  const put = <Z extends Zone>(map: Map<string, Map<Name, Z>>, holder: string, zone: Z) => {
    const zones = map.get(holder);
    if (zones) zones.set(zone.name, zone);
    else map.set(holder, new Map([[zone.name, zone]]));
  };
  for (const zone of topology.zones) {
    if (zone.kind === 'private')
      for (const network of zone.networks) put(holdings.privateZones, network, zone);
    else if (zone.kind === 'external') put(holdings.external, zone.authority, zone);
    else holdings.publicZones.set(zone.name, zone);
  }
  return holdings;
}

const NO_ZONES: ReadonlyMap<Name, never> = new Map<Name, never>();

/** The view of a client by its address, -1 for none of its own: the most specific CIDR decides, the last one of equals. */
function makeViewOf(): (config: ForwarderConfig, address: string) => number {
  return ({ clients, views }, address) => {
    if (!views) return -1;
    const bytes = parseAddress(address)!;
    let best = { prefix: -1, view: -1 };
    for (const [index, cidrs] of [clients, ...views.map((view) => view.clients)].entries()) {
      for (const text of cidrs) {
        const cidr = parseCidr(text)!;
        if (cidr.prefix >= best.prefix && cidrContains(cidr, bytes))
          best = { prefix: cidr.prefix, view: index - 1 };
      }
    }
    return best.view;
  };
}
