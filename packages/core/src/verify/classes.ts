import { type Name, parentOf } from '../dns/name.ts';
import type { Suffixes } from './coverage.ts';
import type { Model } from './model.ts';

/**
 * The classes of names of a topology: every name that a zone, a forwarding rule, an authority's forwarding or a VPC resolver's own reverse zones mention,
 * and the root. A class is the names at and below its own that belong to no deeper class: nothing in the topology tells them apart but records.
 */
export type Classes = {
  readonly names: readonly Name[];
  /** By class: the names of it and the classes above it, longest first. */
  readonly suffixes: readonly Suffixes[];
  readonly indexOf: ReadonlyMap<Name, number>;
  /** By class: the class next above it; -1 for the root. */
  readonly parents: Int32Array;
  /** All classes, each after the one above it. */
  readonly parentsFirst: Int32Array;
};

export function classesOf(model: Model): Classes {
  const mentioned = new Set<Name>(['.']);
  for (const { name } of model.topology.zones) mentioned.add(name);
  for (const { suffix } of ruleLists(model)) mentioned.add(suffix);
  for (const network of model.topology.networks) {
    if (network.kind !== 'vpc' || !network.dnsSupport) continue;
    for (const name of model.players.resolver(network.name).builtIn.keys()) mentioned.add(name);
  }
  const names = [...mentioned];
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const known = new Map<Name, Suffixes>();
  const suffixesAbove = (name: Name): Suffixes => {
    let above = parentOf(name);
    while (above !== undefined && !mentioned.has(above)) above = parentOf(above);
    return above === undefined ? [name] : [name, ...suffixesOfClass(above)];
  };
  const suffixesOfClass = (name: Name): Suffixes => {
    const suffixes = known.get(name) ?? suffixesAbove(name);
    known.set(name, suffixes);
    return suffixes;
  };
  const suffixes = names.map(suffixesOfClass);
  const depth = (index: number) => suffixes[index]!.length;
  return {
    names,
    suffixes,
    indexOf,
    parents: Int32Array.from(suffixes, ([, above]) => (above === undefined ? -1 : indexOf.get(above)!)),
    parentsFirst: Int32Array.from(names.keys()).sort((a, b) => depth(a) - depth(b)),
  };
}

/** Every suffix that somebody forwards by. Tiers share most of their rules: each object comes once. */
function* ruleLists({ plan }: Model): Generator<{ suffix: Name }> {
  const seen = new Set<object>();
  for (const { config } of plan.forwarders) {
    for (const { rules } of [config, ...(config.views ?? [])]) {
      if (seen.has(rules)) continue;
      seen.add(rules);
      yield* rules;
    }
  }
  for (const { forwards } of plan.authorities) yield* forwards;
}
