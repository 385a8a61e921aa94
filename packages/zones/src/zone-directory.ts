import type { Name } from '@pointsman/core/dns';
import type { CompiledZone } from './compile-zone.ts';
import { locationsIn } from './routing/cidr-locations.ts';
import type { Querier } from './routing/querier.ts';
import type { HostedZone, Vpc } from './store/model.ts';
import type { Mutation, Store } from './store/store.ts';
import { createStoreZone, type StoreZone } from './store-zone.ts';
import type { ZoneSet } from './zone-set.ts';

/** The zones of a store as each VPC sees them. Follows the store: what a write changed is answered before the write is acknowledged. */
export type ZoneDirectory = {
  /** The private zones of a VPC where both of its DNS attributes are on, and the public zones. */
  ofVpc(vpc: Vpc): ZoneSet;
  /** The public zones, for those who are in no VPC. */
  ofPublic(): ZoneSet;
  /** One zone, as it is for those who ask from a VPC, or from none. */
  ofZone(zone: HostedZone, vpc: Vpc | undefined): ZoneSet;
  stop(): void;
};

type State = {
  store: Store;
  zones: Map<string, { zone: HostedZone; live: StoreZone }>;
  /** By VPC ID. */
  privateZones: Map<string, Map<Name, StoreZone>>;
  publicZones: Map<Name, StoreZone>;
};

const NO_ZONES: ReadonlyMap<Name, CompiledZone> = new Map();

/** @param outside what decides answers besides the store and the region of the VPC */
export function openZoneDirectory(
  store: Store,
  outside: Pick<Querier, 'isHealthy' | 'findTarget'>,
): ZoneDirectory {
  const querier = { ...outside, findLocation: locationsIn(store) };
  const state: State = { store, zones: new Map(), privateZones: new Map(), publicZones: new Map() };
  for (const zone of store.zones()) {
    putZone(state, zone);
    const { live } = state.zones.get(zone.id)!;
    for (const name of store.names(zone.id)) live.put(name, store.recordSetsAt(zone.id, name));
  }
  const stop = store.watch(({ mutations }) => {
    for (const mutation of mutations) follow(state, mutation);
  });
  const view = (privateZones: ZoneSet['privateZones'], region: string | undefined): ZoneSet => ({
    privateZones,
    otherZones: state.publicZones,
    querier: { ...querier, region },
  });
  const publicView = view(NO_ZONES, undefined);
  const views = new Map<string, ZoneSet>();
  return {
    ofVpc: ({ id, region, enableDnsSupport, enableDnsHostnames }) => {
      const on = enableDnsSupport && enableDnsHostnames;
      const privateZones = (on && state.privateZones.get(id)) || NO_ZONES;
      const known = views.get(id);
      if (known?.privateZones === privateZones && known.querier.region === region) return known;
      const made = view(privateZones, region);
      views.set(id, made);
      return made;
    },
    ofPublic: () => publicView,
    ofZone: ({ id }, vpc) => {
      const { zone, live } = state.zones.get(id)!;
      const only = new Map([[zone.name, live]]);
      const on = vpc === undefined || (vpc.enableDnsSupport && vpc.enableDnsHostnames);
      return {
        privateZones: zone.private && on ? only : NO_ZONES,
        otherZones: zone.private ? NO_ZONES : only,
        querier: { ...querier, region: vpc?.region },
      };
    },
    stop,
  };
}

function follow(state: State, mutation: Mutation): void {
  switch (mutation.kind) {
    case 'zone':
      return putZone(state, mutation.zone);
    case 'zone-gone':
      return removeZone(state, mutation.id);
    case 'names': {
      const { live } = state.zones.get(mutation.zoneId)!;
      for (const [name, sets] of mutation.names) live.put(name, sets);
    }
  }
}

function putZone(state: State, zone: HostedZone): void {
  const known = state.zones.get(zone.id);
  const live = known?.live ?? createStoreZone(zone);
  // A public zone keeps its place: which one answers must not turn by a comment.
  if (known?.zone.private) withdraw(state, known.zone);
  state.zones.set(zone.id, { zone, live });
  if (!zone.private) {
    // Route 53 lets an account have a public name twice, on other name servers; here the first one answers.
    if (!state.publicZones.has(zone.name)) state.publicZones.set(zone.name, live);
    return;
  }
  for (const { id } of zone.vpcs) {
    const zones = state.privateZones.get(id) ?? new Map<Name, StoreZone>();
    state.privateZones.set(id, zones.set(zone.name, live));
  }
}

function removeZone(state: State, id: string): void {
  const { zone } = state.zones.get(id)!;
  state.zones.delete(id);
  withdraw(state, zone);
}

function withdraw(state: State, zone: HostedZone): void {
  if (zone.private) {
    for (const { id } of zone.vpcs) state.privateZones.get(id)?.delete(zone.name);
    return;
  }
  state.publicZones.delete(zone.name);
  for (const other of state.zones.values()) {
    if (other.zone.private || other.zone.name !== zone.name || other.zone.id === zone.id) continue;
    state.publicZones.set(zone.name, other.live);
    return;
  }
}
