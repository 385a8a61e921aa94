import type { Name } from '../dns/name.ts';
import type { PlannedAuthority, PlannedForwarder } from '../plan/index.ts';
import { formatPath, type Path, showName } from '../schema/path.ts';
import type { ForwarderTier, Topology } from '../topology/index.ts';

/**
 * Which lines of a topology the parts of a configuration come from, for its comments. These are plain texts, with whatever
 * characters a file name has: `commentLines` makes them safe.
 */
export type Origins = {
  /** What the whole configuration is for: `member a of tier main, acme (hybrid.yaml:48)`. */
  subject: string;
  /** The rule of a suffix, in a view where one is given; undefined where it comes from no topology. */
  rule: (suffix: Name, view?: string) => string | undefined;
};

/** Where a configuration that was not made from a topology comes from. */
export function originsOfConfig(name: string): Origins {
  return { subject: `forwarder ${name}`, rule: () => undefined };
}

export function originsOfMember(topology: Topology, forwarder: PlannedForwarder): Origins {
  const tier = topology.forwarders.find(({ name }) => name === forwarder.tier)!;
  const places = placesIn(topology);
  const derived = new Map<Name, string>();
  for (const zone of topology.zones) {
    // The file's own rule has to choose between a private and an external zone of one name, so either may be told here.
    const isSeen =
      zone.kind === 'external' || (zone.kind === 'private' && zone.networks.includes(tier.network));
    if (isSeen) derived.set(zone.name, `${zone.kind} zone ${showName(zone.name)}, ${places(zone.path)}`);
  }
  const tierRules = rulesOf(tier.rules, places);
  const viewRules = new Map(tier.views.map((view) => [view.name, rulesOf(view.rules, places)]));
  return {
    subject: `member ${forwarder.member} of tier ${tier.name}, ${topology.name} (${places(tier.path)})`,
    rule: (suffix, view) =>
      (view === undefined ? undefined : viewRules.get(view)?.get(suffix)) ??
      tierRules.get(suffix) ??
      derived.get(suffix),
  };
}

export function originsOfAuthority(topology: Topology, planned: PlannedAuthority): Origins {
  const places = placesIn(topology);
  const authority = topology.authorities.find(({ name }) => name === planned.name)!;
  const zones = new Map(
    topology.zones
      .filter(({ kind }) => kind !== 'public')
      .map((zone) => [zone.name, `${zone.kind} zone ${showName(zone.name)}, ${places(zone.path)}`]),
  );
  return {
    subject: `authority ${authority.name}, ${topology.name} (${places(authority.path)})`,
    rule: (suffix) => zones.get(suffix),
  };
}

function rulesOf(rules: ForwarderTier['rules'], places: (path: Path) => string): Map<Name, string> {
  return new Map(rules.map(({ suffix, path }) => [suffix, `rule ${showName(suffix)}, ${places(path)}`]));
}

/** `hybrid.yaml:38`; the path in the topology where that did not come from a text. */
function placesIn({ file, locate }: Topology): (path: Path) => string {
  return (path) => {
    const position = locate(path);
    return position ? `${file}:${position.line}` : `${file} ${formatPath(path)}`;
  };
}
