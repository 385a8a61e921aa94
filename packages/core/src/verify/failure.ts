import { formatAddress, parseAddress } from '../address/index.ts';
import { suggestion } from '../schema/nearest.ts';
import type { Topology } from '../topology/topology.ts';
import { findLink, nameLinks } from './links.ts';

/** One thing that fails, by its name in the topology. */
export type Failure =
  | { readonly kind: 'az'; readonly name: string }
  /** `TIER/MEMBER` */
  | { readonly kind: 'member'; readonly name: string }
  /** As `nameLinks` names it: `shared-orders`. */
  | { readonly kind: 'link'; readonly name: string }
  /** The address of a server that somebody asks: an authority's, a VPC resolver, a public one. */
  | { readonly kind: 'upstream'; readonly name: string };

/** All that has failed at one time. */
export type Without = readonly Failure[];

/** `az:ap-southeast-2a`, `member:main/a`, `link:shared-orders`, `upstream:192.168.1.53`. */
export function formatFailure({ kind, name }: Failure): string {
  return `${kind}:${name}`;
}

/** Every single thing of the topology that may fail by itself: availability zones, members, links, servers of authorities and VPC resolvers. */
export function failuresOf(topology: Topology, resolvers: Iterable<string>): Failure[] {
  const zones = new Set<string>();
  const members: Failure[] = [];
  for (const tier of topology.forwarders) {
    for (const { name, availabilityZone } of tier.members) {
      if (availabilityZone !== undefined) zones.add(availabilityZone);
      members.push({ kind: 'member', name: `${tier.name}/${name}` });
    }
  }
  const upstreams = new Set([...topology.authorities.flatMap(({ addresses }) => addresses), ...resolvers]);
  const all = (kind: 'az' | 'link' | 'upstream', names: Iterable<string>): Failure[] =>
    Array.from(names, (name) => ({ kind, name }));
  return [
    ...all('az', zones),
    ...members,
    ...all('link', nameLinks(topology.links)),
    ...all('upstream', upstreams),
  ];
}

/** Reads `KIND:NAME`; what is wrong with it, in words, where it names nothing of the topology. */
export function parseFailure(
  text: string,
  topology: Topology,
): { ok: true; failure: Failure } | { ok: false; message: string } {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const name = text.slice(colon + 1);
  if (kind !== 'az' && kind !== 'member' && kind !== 'link' && kind !== 'upstream') {
    const remedy = 'write az:NAME, member:TIER/MEMBER, link:NAME or upstream:IP';
    return { ok: false, message: `"${text}" names nothing that can fail; ${remedy}` };
  }
  if (kind === 'upstream') {
    const address = parseAddress(name);
    if (address) return { ok: true, failure: { kind, name: formatAddress(address) } };
    return { ok: false, message: `"${name}" is not an address` };
  }
  const names = failuresOf(topology, []).flatMap((each) => (each.kind === kind ? [each.name] : []));
  const link = kind === 'link' ? findLink(topology.links, name) : -1;
  const found = link >= 0 ? nameLinks(topology.links)[link]! : names.find((each) => each === name);
  if (found !== undefined) return { ok: true, failure: { kind, name: found } };
  const message = `"${name}" is no ${WORDS[kind]} of the topology; ${suggestion(name, names, WORDS[kind])}`;
  return { ok: false, message };
}

const WORDS = { az: 'availability zone', member: 'member', link: 'link' };
