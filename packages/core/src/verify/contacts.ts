import { parseEndpoint } from '../address/index.ts';
import type { Model } from './model.ts';
import type { Outage } from './outage.ts';
import { isLinkLocalResolver, isOwnToEach, isPrivateAddress, type Place } from './places.ts';
import type { Player } from './players.ts';
import type { Route } from './reach.ts';

/** One address that somebody asks: what stands there, how to get there, and who answers. */
export type Contact = {
  readonly place: Place;
  readonly route: Route;
  readonly player: Player;
};

/** Who asks: its network, and the address that the packets come from. */
export type Asker = { readonly network: string; readonly address: string };

/**
 * Addresses that are asked for one purpose. `ordered`: the first that gives an answer counts; otherwise any of them may be the one that is
 * asked, so they have to agree.
 */
export type ContactList = {
  readonly id: number;
  readonly asker: Asker;
  readonly ordered: boolean;
  readonly contacts: readonly Contact[];
  /** The contacts by player, in the order of their first. */
  readonly entries: readonly Entry[];
};

/** The contacts of a list that answer alike: one that is alive is enough. */
export type Entry = { readonly player: Player; readonly contacts: readonly Contact[] };

export function makeContactList(
  model: Model,
  id: number,
  asker: Asker,
  addresses: readonly string[],
  ordered: boolean,
): ContactList {
  const contacts = addresses.map((text) => makeContact(model, asker, parseEndpoint(text)!.address));
  const byPlayer = new Map<Player, Contact[]>();
  for (const contact of contacts) {
    const alike = byPlayer.get(contact.player);
    if (alike) alike.push(contact);
    else byPlayer.set(contact.player, [contact]);
  }
  const entries = Array.from(byPlayer, ([player, alike]) => ({ player, contacts: alike }));
  return { id, asker, ordered: ordered || entries.length < 2, contacts, entries };
}

function makeContact(model: Model, asker: Asker, address: string): Contact {
  const place = model.findPlace(address, asker.network);
  return { place, route: routeTo(model, asker.network, place), player: playerAt(model, place, asker) };
}

/** How packets get from a network to a place; to those outside of all networks they always do. */
export function routeTo({ world, reach }: Model, from: string, { address, network }: Place): Route {
  if (network !== undefined) return reach.between(from, network);
  if (world === 'loopback' || !isLinkLocalResolver(address)) return { kind: 'inside' };
  const because = `${address} is the VPC resolver inside a VPC that has one, and ${from} has none`;
  return { kind: 'none', because, through: [] };
}

function playerAt(model: Model, place: Place, asker: Asker): Player {
  const { players } = model;
  switch (place.kind) {
    case 'resolver':
      return place.network === asker.network
        ? players.resolver(place.network)
        : players.stranger(place.network!);
    case 'member':
      return players.tier(place.subject.split('/')[1]!, asker.address);
    case 'authority':
      return players.authority(place.subject.slice('authorities/'.length));
    case 'empty':
      return players.unknown(
        place.address,
        `the topology does not say what answers at ${place.address} in ${place.network}`,
      );
    case 'outside':
      if (model.world !== 'real') return players.outside;
      if (isOwnToEach(place.address))
        return players.unknown(place.address, `${place.address} is another server for each who asks it`);
      return isPrivateAddress(place.address)
        ? players.unknown(place.address, `${place.address} is in no network of the topology`)
        : players.outside;
  }
}

/** Why a contact cannot be asked now; undefined where it can. `unsaid`: whether it can is not known. */
export function obstacleTo(
  { place, route }: Contact,
  outage: Outage,
): { because: string; unsaid: boolean } | undefined {
  if (route.kind === 'unsaid' || route.kind === 'none')
    return { because: route.because, unsaid: route.kind === 'unsaid' };
  if (outage.isNothing) return undefined;
  if (route.kind === 'links' && route.links.every(outage.isDown)) {
    const { network } = place;
    const isOne = route.links.length === 1;
    const because = isOne ? `the only link to ${network} has failed` : `all links to ${network} have failed`;
    return { because, unsaid: false };
  }
  const because = outage.ofPlace(place);
  return because === undefined ? undefined : { because, unsaid: false };
}

/** The link that a question to this contact takes; undefined inside one network. */
export function linkTo({ route }: Contact, outage: Outage): number | undefined {
  return route.kind === 'links' ? route.links.find((link) => !outage.isDown(link)) : undefined;
}
