export { type Answer, type AnswerContext, answerQuery } from './answer-query.ts';
export { type CompiledZone, compileZone, type Zone, ZoneError, type ZoneKind } from './compile-zone.ts';
export {
  type Client,
  type Handle,
  type HandleInPlace,
  ListenError,
  type ListenOptions,
  type Responder,
} from './dns-handler.ts';
export { type DnsServer, startDnsServer } from './dns-server.ts';
export {
  type HealthMetrics,
  type HealthOptions,
  type HealthReport,
  type HealthRunner,
  runHealthChecks,
  SYSTEM_HEALTH_OPTIONS,
} from './health/run-health-checks.ts';
export { countResponses, type ResponseCounts } from './metrics/count-responses.ts';
export { type MetricsServer, serveMetrics } from './metrics/serve-metrics.ts';
export { type Measured, writeMetrics } from './metrics/write-metrics.ts';
export { formatRoute53Name, parseRoute53Name, sortKey } from './records/names.ts';
export { isHostable, zoneRecordSets } from './records/zone-record-sets.ts';
export { type Resolution, resolve } from './resolve.ts';
export { encodeResponse, errorResponse, makeResponse, readQuery, type Transport } from './response.ts';
export { statedTargets, targetsInZones } from './routing/alias-targets.ts';
export { ANY_QUERIER, type Querier } from './routing/querier.ts';
export { handleForVpcs, respondForVpcs, vpcOf } from './serve-store.ts';
export { answerClient, mayAsk, serveZones, type ZoneService } from './serve-zones.ts';
export type { Journal } from './store/create-store.ts';
export { PRIVATE_NAME_SERVERS } from './store/delegation-set-writes.ts';
export { createMemoryStore } from './store/memory-store.ts';
export type * from './store/model.ts';
export { Refusal, type RefusalCode } from './store/refusal.ts';
export { createSeededStore } from './store/seeded-store.ts';
export { StoreFileError } from './store/sqlite-file.ts';
export { openSqliteStore } from './store/sqlite-store.ts';
export {
  AWS_LIMITS,
  type Limits,
  type Mutation,
  type RecordSetKey,
  type RecordSetPage,
  type Store,
  type StoreEvent,
  type StoreOptions,
  type StoreReads,
  type StoreWrites,
  type Written,
} from './store/store.ts';
export { openZoneDirectory, type ZoneDirectory } from './zone-directory.ts';
export { createZoneSet, type ZoneSet, zoneFor } from './zone-set.ts';
