import type { Topology } from '@pointsman/core/topology';
import { AWS_LIMITS } from '@pointsman/zones';
import type { AccessKey, Route53Server } from '@pointsman/zones/api';
import { accountsOf } from './account-of.ts';
import type { HostedZones } from './hosted-zones.ts';

/** Route 53's API of a world: where it is, and what to sign with. */
export type WorldApi = Pick<Route53Server, 'endpoint' | 'stop'> & {
  region: string;
  /** One of each account; the first is of the account that owns the first private zone. */
  keys: readonly [AccessKey, ...AccessKey[]];
};

/** The region to sign for where the topology has no VPC. */
const ANY_REGION = 'us-east-1';

/** @throws what listening throws (EADDRINUSE, …) */
export async function serveApi(
  topology: Topology,
  zones: HostedZones,
  place: { address: string; port: number },
): Promise<WorldApi> {
  // The schemas of the AWS SDK take their time to load, and nothing else of the lab needs them.
  const { serveRoute53, testsOf } = await import('@pointsman/zones/api');
  const { store, health, directory, vpcs } = zones;
  const byId = new Map(Array.from(vpcs.values(), (vpc) => [vpc.id, vpc]));
  const [first, ...others] = accountsOf(topology);
  const keys: WorldApi['keys'] = [keyOf(first), ...others.map(keyOf)];
  const { endpoint, stop } = await serveRoute53(
    {
      store,
      limits: AWS_LIMITS,
      findVpc: (id) => byId.get(id),
      health,
      answerTest: testsOf(directory, Math.random),
    },
    { ...place, keys, now: Date.now, onFailure: (error) => process.emitWarning(error as Error) },
  );
  const region = topology.networks.find((network) => network.kind === 'vpc')?.region ?? ANY_REGION;
  return { endpoint, stop, region, keys };
}

/** No secret: the API listens on loopback, and whoever is on this machine may change the world. That it is the same at each start saves an export. */
function keyOf(account: string): AccessKey {
  return { accessKeyId: `AKIA${account}`, secretAccessKey: 'pointsman', account };
}
