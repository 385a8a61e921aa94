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
 * DNS is only what zones of kind `public` hold, and VPC resolvers have no reverse zones of their own.
 */
export type WorldRules = 'real' | 'loopback';
