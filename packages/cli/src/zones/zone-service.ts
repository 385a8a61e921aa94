import {
  AWS_LIMITS,
  createMemoryStore,
  type DnsServer,
  openSqliteStore,
  openZoneDirectory,
  respondForVpcs,
  runHealthChecks,
  type Store,
  SYSTEM_HEALTH_OPTIONS,
  startDnsServer,
  type Vpc,
} from '@pointsman/zones';
import {
  type AccessKey,
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
  onFailure: (error: unknown, operation: string) => void;
};

export type RunningZones = { dns: DnsServer; api: Route53Server; zones: number; stop(): Promise<void> };

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
  const directory = openZoneDirectory(store, { isHealthy: health.isHealthy, findTarget: () => undefined });
  const ends: (() => unknown)[] = [() => store.close(), () => health.stop(), () => directory.stop()];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const responder = respondForVpcs(directory, () => vpcs, Math.random);
    const dns = await startDnsServer({ ...options.dns, ...responder });
    ends.push(() => dns.stop());
    const route53 = {
      store,
      limits: AWS_LIMITS,
      findVpc,
      health,
      answerTest: testsOf(directory, Math.random),
    };
    const api = await serveRoute53(route53, { ...options.api, keys, onFailure });
    ends.push(() => api.stop());
    return { dns, api, zones: store.zones().length, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
