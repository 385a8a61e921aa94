import { randomBytes } from 'node:crypto';
import type { Topology } from '@pointsman/core/topology';
import { AWS_LIMITS } from '@pointsman/zones';
import type { AccessKey, Route53, Route53Server } from '@pointsman/zones/api';
import { accountsOf } from './account-of.ts';
import type { HostedZones } from './hosted-zones.ts';

/** Route 53's API of a world: where it is, and what to sign with. */
export type WorldApi = Pick<Route53Server, 'endpoint' | 'stop'> & {
  region: string;
  /** One of each account; the first is of the account that owns the first private zone. */
  keys: readonly [AccessKey, ...AccessKey[]];
};

/** Where the topology has no VPC. */
const ANY_REGION = 'us-east-1';

/** @throws what listening throws (EADDRINUSE, …) */
export async function serveApi(
  topology: Topology,
  zones: HostedZones,
  place: { address: string; port: number },
): Promise<WorldApi> {
  // The schemas of the AWS SDK take their time to load, and nothing else of the lab needs them.
  const { serveRoute53 } = await import('@pointsman/zones/api');
  const keys = keysOf(topology);
  const { endpoint, stop } = await serveRoute53(await serviceOf(zones), {
    ...place,
    keys,
    onFailure: (error) => process.emitWarning(error as Error),
  });
  return { endpoint, stop, region: regionOf(topology), keys };
}

/** What the operations of the API work with, for whoever serves them. */
export async function serviceOf(zones: HostedZones): Promise<Route53> {
  const { testsOf } = await import('@pointsman/zones/api');
  const { store, health, directory, findVpc } = zones;
  return { store, limits: AWS_LIMITS, findVpc, health, answerTest: testsOf(directory, Math.random) };
}

/** The region to sign for. */
export function regionOf({ networks }: Topology): string {
  return networks.find((network) => network.kind === 'vpc')?.region ?? ANY_REGION;
}

/** Everybody on this machine can connect, and so can pages in its browsers: nobody can guess the secret, which is another one in each world. */
export function keysOf(topology: Topology): WorldApi['keys'] {
  const secretAccessKey = randomBytes(30).toString('base64url');
  const keyOf = (account: string) => ({ accessKeyId: `AKIA${account}`, secretAccessKey, account });
  const [first, ...others] = accountsOf(topology);
  return [keyOf(first), ...others.map(keyOf)];
}
