import type { Name } from '@pointsman/core/dns';
import {
  AWS_LIMITS,
  countResponses,
  createMemoryStore,
  type DnsServer,
  type Measured,
  type MetricsServer,
  openSqliteStore,
  openZoneDirectory,
  respondForVpcs,
  runHealthChecks,
  type Store,
  SYSTEM_HEALTH_OPTIONS,
  serveMetrics,
  startDnsServer,
  statedTargets,
  targetsInZones,
  type Vpc,
  writeMetrics,
  type ZoneDirectory,
} from '@pointsman/zones';
import {
  type AccessKey,
  type Certificate,
  DEFAULT_ACCOUNT,
  type Route53Server,
  serveRoute53,
  testsOf,
} from '@pointsman/zones/api';
import type { GivenVpc, ListenAt } from './serve-options.ts';

export type ZoneServiceOptions = {
  dns: ListenAt;
  api: ListenAt;
  /** The file that zones are kept in; undefined keeps them in memory. */
  db: string | undefined;
  vpcs: readonly GivenVpc[];
  keys: readonly AccessKey[];
  /** The addresses of AWS resources that aliases may name, by type. */
  targets: ReadonlyMap<Name, ReadonlyMap<string, readonly Uint8Array[]>>;
  /** Given: the API is served over HTTPS. */
  certificate: Certificate | undefined;
  /** Where metrics are told; nowhere where it is undefined. */
  metrics: ListenAt | undefined;
  onFailure: (error: unknown, operation: string) => void;
};

export type RunningZones = {
  dns: DnsServer;
  api: Route53Server;
  metrics: MetricsServer | undefined;
  zones: number;
  stop(): Promise<void>;
};

/**
 * Private hosted zones as a service: DNS and the Route 53 API over one store. All of it or nothing runs.
 * @throws StoreFileError, ListenError, ApiError; what listening throws
 */
export async function startZones(options: ZoneServiceOptions): Promise<RunningZones> {
  const { keys, onFailure } = options;
  const vpcs = makeVpcs(options.vpcs, keys);
  const findVpc = (id: string) => vpcs.find((vpc) => vpc.id === id);
  const storeOptions = { findVpc, limits: AWS_LIMITS, now: Date.now };
  const store: Store =
    options.db === undefined
      ? createMemoryStore(storeOptions)
      : await openSqliteStore(options.db, storeOptions);
  const health = runHealthChecks(store, SYSTEM_HEALTH_OPTIONS);
  const directory: ZoneDirectory = openZoneDirectory(store, {
    isHealthy: health.isHealthy,
    findTarget: statedTargets(
      options.targets,
      targetsInZones(() => directory.ofPublic()),
    ),
  });
  const ends: (() => unknown)[] = [() => store.close(), () => health.stop(), () => directory.stop()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const { responder, counts } = countResponses(respondForVpcs(directory, () => vpcs, Math.random));
    const dns = await startDnsServer({ ...options.dns, ...responder });
    ends.push(() => dns.stop());
    const route53 = {
      store,
      limits: AWS_LIMITS,
      findVpc,
      health,
      answerTest: testsOf(directory, Math.random),
    };
    const { calls, onAnswer } = countCalls();
    const { certificate } = options;
    const api = await serveRoute53(route53, { ...options.api, keys, certificate, onFailure, onAnswer });
    ends.push(() => api.stop());
    const measured: Measured = { store, health, responses: counts, calls };
    const metrics = options.metrics && (await serveMetrics(options.metrics, () => writeMetrics(measured)));
    ends.push(() => metrics?.stop());
    return { dns, api, metrics, zones: store.zones().length, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function countCalls() {
  const calls = new Map<string, { operation: string; code: string; count: number }>();
  const onAnswer = (operation: string, code = 'OK') => {
    const key = `${operation} ${code}`;
    const known = calls.get(key);
    if (known) known.count++;
    else calls.set(key, { operation, code, count: 1 });
  };
  return { calls, onAnswer };
}

/** Both DNS attributes are on: a VPC is named here to be answered. */
function makeVpcs(given: readonly GivenVpc[], keys: readonly AccessKey[]): Vpc[] {
  const owner = keys[0]?.account ?? DEFAULT_ACCOUNT;
  return given.map((vpc) => ({
    ...vpc,
    account: vpc.account ?? owner,
    enableDnsSupport: true,
    enableDnsHostnames: true,
  }));
}
