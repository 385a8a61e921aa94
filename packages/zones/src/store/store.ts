import type { Name } from '@pointsman/core/dns';
import type {
  Change,
  CidrCollection,
  CidrCollectionChange,
  DelegationSet,
  HealthCheck,
  HealthCheckConfig,
  HostedZone,
  RequestedChange,
  ResourceRecordSet,
  TaggedResource,
  Tags,
  Vpc,
  VpcKey,
} from './model.ts';

/**
 * What is kept of hosted zones, and how it changes. Reads are answered from memory, at once. A write is all or nothing; its promise resolves when
 * nothing can lose it any more, and every watcher has seen it by then. Two writes never interleave. Refused writes reject with `Refusal`.
 */
export type Store = StoreReads & StoreWrites & StoreWatch;

export type RecordSetKey = { name: Name; type: string; setIdentifier?: string | undefined };
export type RecordSetPage = {
  recordSets: readonly ResourceRecordSet[];
  /** Where the next page begins; undefined after the last one. */
  next: RecordSetKey | undefined;
};

export type StoreReads = {
  /** Counts writes: one more with each that is acknowledged. */
  revision(): number;
  zone(id: string): HostedZone | undefined;
  /** All zones of all accounts, by reversed labels and then by ID: the order of ListHostedZonesByName. */
  zones(): readonly HostedZone[];
  recordSetCount(zoneId: string): number;
  /**
   * At most `max` record sets in Route 53's order (names by reversed labels, then type, then set identifier), from the first that is not before `start`. Without a type, `start` is before all of its name.
   * None for an unknown zone.
   */
  recordSets(
    zoneId: string,
    start: { name: Name; type?: string | undefined; setIdentifier?: string | undefined } | undefined,
    max: number,
  ): RecordSetPage;
  recordSetsAt(zoneId: string, name: Name): readonly ResourceRecordSet[];
  /** The owner names of a zone, in no order. */
  names(zoneId: string): Iterable<Name>;
  change(id: string): Change | undefined;
  healthCheck(id: string): HealthCheck | undefined;
  /** By ID. */
  healthChecks(): readonly HealthCheck[];
  tags(resource: TaggedResource): Tags;
  delegationSet(id: string): DelegationSet | undefined;
  /** By ID. */
  delegationSets(): readonly DelegationSet[];
  cidrCollection(id: string): CidrCollection | undefined;
  /** By ID. */
  cidrCollections(): readonly CidrCollection[];
};

/** `value` is what was made, as it is now. */
export type Written<Value = undefined> = { change: Change; value: Value };

export type NewZone = {
  account: string;
  name: string;
  callerReference: string;
  comment?: string | undefined;
  /** Given: a private zone. */
  vpc?: VpcKey | undefined;
  delegationSetId?: string | undefined;
};

export type StoreWrites = {
  createZone(zone: NewZone): Promise<Written<HostedZone>>;
  setZoneComment(id: string, comment: string | undefined): Promise<Written<HostedZone>>;
  deleteZone(id: string): Promise<Written>;
  /** `account` is the caller's: it owns the VPC, and either the zone too or an authorisation of the zone's owner. */
  associateVpc(zoneId: string, vpc: VpcKey, account: string): Promise<Written<HostedZone>>;
  disassociateVpc(zoneId: string, vpc: VpcKey): Promise<Written<HostedZone>>;
  authorizeVpc(zoneId: string, vpc: VpcKey): Promise<Written<HostedZone>>;
  deauthorizeVpc(zoneId: string, vpc: VpcKey): Promise<Written<HostedZone>>;
  changeRecordSets(
    zoneId: string,
    changes: readonly RequestedChange[],
    comment?: string | undefined,
  ): Promise<Written>;
  createHealthCheck(
    check: Pick<HealthCheck, 'account' | 'callerReference' | 'config'>,
  ): Promise<Written<HealthCheck>>;
  /** `patch` replaces the fields it has. `version`, where given, is the one that the caller saw last. */
  updateHealthCheck(
    id: string,
    patch: Partial<HealthCheckConfig>,
    version: number | undefined,
  ): Promise<Written<HealthCheck>>;
  deleteHealthCheck(id: string): Promise<Written>;
  changeTags(resource: TaggedResource, add: Tags, remove: readonly string[]): Promise<Written<Tags>>;
  createDelegationSet(set: { account: string; callerReference: string }): Promise<Written<DelegationSet>>;
  deleteDelegationSet(id: string): Promise<Written>;
  createCidrCollection(
    collection: Pick<CidrCollection, 'account' | 'name' | 'callerReference'>,
  ): Promise<Written<CidrCollection>>;
  /** `version`, where given, is the one that the caller saw last. */
  changeCidrCollection(
    id: string,
    changes: readonly CidrCollectionChange[],
    version: number | undefined,
  ): Promise<Written<CidrCollection>>;
  deleteCidrCollection(id: string): Promise<Written>;
};

/** What a write did, as others learn of it: the parts that it put in place of what was there. Applied in order to the state of the revision before, they give that of `revision`. */
export type StoreEvent = { revision: number; mutations: readonly Mutation[] };

export type Mutation =
  | { kind: 'zone'; zone: HostedZone }
  | { kind: 'zone-gone'; id: string }
  /** Every record set of each name that changed, as it is now: an empty list for a name that is gone. */
  | { kind: 'names'; zoneId: string; names: ReadonlyMap<Name, readonly ResourceRecordSet[]> }
  | { kind: 'change'; change: Change }
  | { kind: 'health-check'; healthCheck: HealthCheck }
  | { kind: 'health-check-gone'; id: string }
  | { kind: 'tags'; resource: TaggedResource; tags: Tags }
  | { kind: 'delegation-set'; delegationSet: DelegationSet }
  | { kind: 'delegation-set-gone'; id: string }
  | { kind: 'cidr-collection'; cidrCollection: CidrCollection }
  | { kind: 'cidr-collection-gone'; id: string };

export type StoreWatch = {
  /** Calls `see` with each write from now on, in order, once reads show it. Gives what ends the watch. */
  watch(see: (event: StoreEvent) => void): () => void;
  /** Waits for the writes under way, then lets go of the file. Later writes reject. */
  close(): Promise<void>;
};

/** Quotas: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export type Limits = {
  zonesPerAccount: number;
  recordSetsPerZone: number;
  valuesPerRecordSet: number;
  recordSetsPerNameAndType: number;
  vpcsPerZone: number;
  authorizationsPerZone: number;
  healthChecksPerAccount: number;
  delegationSetsPerAccount: number;
  cidrCollectionsPerAccount: number;
  cidrBlocksPerCollection: number;
  /** Values and alias targets of one change batch; UPSERT counts double. */
  recordsPerChangeBatch: number;
  /** Characters in the values of one change batch; UPSERT counts double. */
  charactersPerChangeBatch: number;
};

export type StoreOptions = {
  /** The VPC of an ID; undefined where there is none. */
  findVpc: (id: string) => Vpc | undefined;
  limits: Limits;
  /** Milliseconds since 1970. */
  now: () => number;
};

/** AWS's defaults. */
export const AWS_LIMITS: Limits = {
  zonesPerAccount: 500,
  recordSetsPerZone: 10_000,
  valuesPerRecordSet: 400,
  recordSetsPerNameAndType: 100,
  vpcsPerZone: 300,
  authorizationsPerZone: 1000,
  healthChecksPerAccount: 200,
  delegationSetsPerAccount: 100,
  cidrCollectionsPerAccount: 5,
  cidrBlocksPerCollection: 1000,
  recordsPerChangeBatch: 1000,
  charactersPerChangeBatch: 32_000,
};
