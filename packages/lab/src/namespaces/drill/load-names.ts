import { type Name, parseName } from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { buildModel, type Model, traceName } from '@pointsman/core/verify';

/** What a client of a network may ask in a drill: names that it resolves, and zones in which it hears that a name is not there. */
export type LoadNames = { names: Name[]; zones: Name[] };

/** So many of each are enough for a load, and so many names are looked at to find them. */
const MOST_NAMES = 20;
const MOST_ZONES = 8;
const MOST_LOOKS = 200;

/** By network. What is asked is what resolves while nothing is broken, so that each question without an answer is the drill's doing. */
export function findLoadNames(topology: Topology): Map<string, LoadNames> {
  const model = buildModel(topology, planTopology(topology), { world: 'namespaces' });
  const candidates = topology.zones
    .flatMap(({ records }) => records.filter(({ type }) => type === 'A').slice(0, MOST_LOOKS))
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('*.'))
    .slice(0, MOST_LOOKS);
  const zones = topology.zones.slice(0, MOST_LOOKS).map(({ name }) => name);
  return new Map(
    topology.networks.map(({ name: network }) => [
      network,
      {
        names: firstThat(candidates, MOST_NAMES, (name) => rcodeOf(model, network, name) === 'NOERROR'),
        zones: firstThat(zones, MOST_ZONES, (zone) => rcodeOf(model, network, nobodyIn(zone)) === 'NXDOMAIN'),
      },
    ]),
  );
}

function rcodeOf(model: Model, from: string, name: Name): string | undefined {
  return traceName(model, { from, name, type: 'A' }).rcode;
}

function nobodyIn(zone: Name): Name {
  return parseName(`drill-nobody.${zone}`);
}

function firstThat<T>(items: readonly T[], most: number, fits: (item: T) => boolean): T[] {
  const found: T[] = [];
  for (const item of items) {
    if (found.length === most) break;
    if (fits(item)) found.push(item);
  }
  return found;
}
