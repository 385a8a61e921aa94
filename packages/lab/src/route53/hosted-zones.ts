import type { Name } from '@pointsman/core/dns';
import type { Topology, Zone } from '@pointsman/core/topology';
import {
  AWS_LIMITS,
  type CompiledZone,
  createSeededStore,
  type HealthRunner,
  type HostedZone,
  openZoneDirectory,
  runHealthChecks,
  type Store,
  SYSTEM_HEALTH_OPTIONS,
  targetsInZones,
  type Vpc,
  type ZoneDirectory,
} from '@pointsman/zones';
import { type Difference, differencesOf, newsOf } from './differences.ts';
import { applyChanges, type Conflict, changesOf, type Drift, type Drifted, reconcile } from './drift.ts';
import { type Seed, seedMutations, seedOf } from './seed.ts';
import { openStateFile, type StateFile } from './state-file.ts';

/** The hosted zones of a world: those of the topology, as far as the API has not changed them, and those that the API made. */
export type HostedZones = {
  store: Store;
  directory: ZoneDirectory;
  health: HealthRunner;
  /** By the name of its network. */
  vpcs: ReadonlyMap<string, Vpc>;
  findVpc: FindVpc;
  /** Of the zones of the topology that are hosted zones. */
  zoneIds: ReadonlyMap<Zone, string>;
  /** Everything that is not as the file says. */
  differences(): Difference[];
  /** Calls `see` with each difference that comes, changes or goes. Gives what ends it. */
  watchDifferences(see: (difference: Difference) => void): () => void;
  /** What was kept from earlier, and gave way to the file. */
  conflicts: readonly (Difference & { because: string })[];
  /** Forgets what gave way: the world runs without it. */
  settle(): void;
  stop(): Promise<void>;
};

type FindVpc = (id: string) => Vpc | undefined;

export type HostedZonesOptions = {
  /** The file that keeps drift; without one it is gone at the end. */
  statePath?: string | undefined;
  /** Every VPC there is, by its ID; those of the topology unless told. */
  findVpc?: FindVpc;
  /** What public DNS holds besides, such as load balancers: aliases may name it. */
  publicZones?: () => ReadonlyMap<Name, CompiledZone>;
};

/**
 * Opens the hosted zones of a topology, with the drift that a state file has kept.
 * @throws WorldError for a state file that cannot be used
 */
export function openHostedZones(topology: Topology, options: HostedZonesOptions = {}): HostedZones {
  const seed = seedOf(topology);
  const { statePath, findVpc = makeFindVpc(seed), publicZones = () => new Map() } = options;
  const state = statePath === undefined ? undefined : openStateFile(statePath, topology.name);
  const { drift, conflicts } = reconcile(state?.drift ?? new Map(), seed);
  const store = openStore(seed, drift, state, findVpc);
  const health = runHealthChecks(store, SYSTEM_HEALTH_OPTIONS);
  const findOther = targetsInZones(() => ({ ...directory.ofPublic(), otherZones: publicZones() }));
  const findHosted = targetsInZones(() => directory.ofPublic());
  const directory: ZoneDirectory = openZoneDirectory(store, {
    isHealthy: health.isHealthy,
    findTarget: (alias, type) => findOther(alias, type) ?? findHosted(alias, type),
  });
  const differ = differIn(store, seed);
  const watchers = new Set<(difference: Difference) => void>();
  store.watch(({ mutations }) => {
    const changes = changesOf(drift, seed, mutations);
    const news = newsOf(
      changes.flatMap(({ before }) => differ(before)),
      changes.flatMap(({ after }) => differ(after)),
    );
    applyChanges(drift, changes);
    for (const difference of news) for (const see of watchers) see(difference);
  });
  return {
    store,
    directory,
    health,
    vpcs: seed.vpcs,
    findVpc,
    zoneIds: seed.zoneIds,
    differences: () => [...drift.values()].flatMap(differ),
    watchDifferences: (see) => {
      watchers.add(see);
      return () => watchers.delete(see);
    },
    conflicts: conflicts.flatMap((conflict) => conflictsOf(conflict, differ)),
    settle: () => state?.replace(drift),
    stop: async () => {
      directory.stop();
      health.stop();
      await store.close();
    },
  };
}

function makeFindVpc({ vpcs }: Seed): FindVpc {
  const byId = new Map(Array.from(vpcs.values(), (vpc) => [vpc.id, vpc]));
  return (id) => byId.get(id);
}

function openStore(seed: Seed, drift: Drift, state: StateFile | undefined, findVpc: FindVpc): Store {
  const parts = Array.from(drift.values(), ({ now }) => now);
  return createSeededStore(
    [...seedMutations(seed), ...parts],
    {
      append: ({ mutations }) => state?.append(changesOf(drift, seed, mutations)),
      close: () => state?.close(),
    },
    { findVpc, limits: AWS_LIMITS, now: Date.now },
  );
}

type Differ = (drifted: Drifted | undefined) => Difference[];

/** A zone that is gone is known by what the file says of it. */
function differIn(store: Store, seed: Seed): Differ {
  const zoneOf = (id: string): HostedZone | undefined => store.zone(id) ?? seed.zones.get(id)?.zone;
  return (drifted) => (drifted === undefined ? [] : differencesOf(drifted, zoneOf));
}

function conflictsOf({ because, ...drifted }: Conflict, differ: Differ) {
  return differ(drifted).map((difference) => ({ ...difference, because }));
}
