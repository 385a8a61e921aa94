import type { Plan } from '../plan/index.ts';
import type { Topology } from '../topology/topology.ts';
import { type Asker, type ContactList, makeContactList } from './contacts.ts';
import { nameLinks } from './links.ts';
import { type FindPlace, makeFindPlace } from './places.ts';
import { makePlayers, type Players } from './players.ts';
import { makeReach, type Reach } from './reach.ts';

/**
 * The model of a topology: everything that is asked, and who may ask whom, made once from a topology and its plan.
 *
 * The world is a graph of **players**. A player is all that answer alike: the resolver of a VPC, the servers of an authority, the members of a
 * tier as one view of it shows them, public DNS, or an address that the topology says nothing of. A **contact list** is a list of addresses that
 * one network asks in order (a network's resolvers, the upstreams of a rule); it is shared by all who ask it. From these follow both
 *
 * - `traceName` (trace-name.ts): one name and type, with its records and aliases, hop by hop; and
 * - `walk` (walk.ts): all names at once, class by class. Names fall into **classes** by the labels that zones and rules mention: a class is a
 *   label tree's node without the nodes below it. Networks that have the same contact list, reached alike, are treated once.
 *
 * Both ask the same questions of the same model: who covers a name (`coverage.ts`), who can be reached (`reach.ts`). What a **failure** changes
 * is not found by walking again: a verdict carries, for each single failure that would change it, what it would be then. A verdict changes only
 * where a contact dies or its player's own verdict changes, so these short lists follow from each other as verdicts do.
 *
 * `world` says by whose rules: `real` is what a cloud and its links do. `loopback` is what `pointsman up` runs on one machine, where links do not matter, public
 * DNS is only what zones of kind `public` hold, and VPC resolvers have no reverse zones of their own. `namespaces` is what `pointsman up --world namespaces`
 * runs: public DNS as in the loopback world, all else as in the real one.
 */
export type WorldRules = 'real' | 'loopback' | 'namespaces';

export type Model = {
  readonly topology: Topology;
  readonly plan: Plan;
  readonly world: WorldRules;
  readonly reach: Reach;
  /** By the link's place in the topology. */
  readonly linkNames: readonly string[];
  readonly findPlace: FindPlace;
  readonly players: Players;
  /** The same addresses asked by the same asker are one list. */
  readonly contactsOf: (asker: Asker, addresses: readonly string[], ordered: boolean) => ContactList;
  /** What a client of a network asks. */
  readonly resolversOf: (network: string) => ContactList;
};

export function buildModel(topology: Topology, plan: Plan, options: { world?: WorldRules } = {}): Model {
  const world = options.world ?? 'real';
  const reach = makeReach(topology, world);
  const lists = new Map<string, ContactList>();
  // The plan shares its arrays of addresses, and players their askers: most lists are found by the objects themselves.
  const byAddresses = new Map<readonly string[], Map<Asker, Map<boolean, ContactList>>>();
  const clients = new Map(
    plan.clients.map(({ network, address, resolvers }) => [
      network,
      { asker: { network, address }, resolvers },
    ]),
  );
  const model: Model = {
    topology,
    plan,
    world,
    reach,
    linkNames: nameLinks(topology.links),
    findPlace: makeFindPlace(topology, plan, reach),
    players: makePlayers(topology, plan, world),
    contactsOf: (asker, addresses, ordered) => {
      const known: Map<boolean, ContactList> = once(
        once(byAddresses, addresses, makeMap<Asker, Map<boolean, ContactList>>),
        asker,
        makeMap<boolean, ContactList>,
      );
      return once(known, ordered, () => {
        const key = `${asker.network} ${asker.address} ${ordered} ${addresses.join(' ')}`;
        return once(lists, key, () => makeContactList(model, lists.size, asker, addresses, ordered));
      });
    },
    resolversOf: (network) => {
      const { asker, resolvers } = clients.get(network)!;
      return model.contactsOf(asker, resolvers, true);
    },
  };
  return model;
}

function makeMap<K, V>(): Map<K, V> {
  return new Map();
}

/** The value of a key, made where it is not there yet. */
function once<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
