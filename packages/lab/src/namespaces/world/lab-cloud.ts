import {
  type Cloud,
  type CloudFaults,
  createCloud,
  type Fabric,
  NO_DELAYS,
  startCloud,
  systemClock,
} from '@pointsman/cloud';
import type { Topology, Vpc } from '@pointsman/core/topology';
import { UNSTATED_ACCOUNT } from '../../route53/account-of.ts';
import type { HostedZones } from '../../route53/hosted-zones.ts';
import { keysOf, regionOf, serviceOf } from '../../route53/serve-api.ts';
import { vpcIdOf } from '../../route53/stable-ids.ts';
import type { AwsAccess } from '../control/lab-record.ts';
import type { LabVpc } from './plan.ts';
import type { ExtensibleApi } from './play-api.ts';
import type { Caller } from './seed.ts';
import { NETWORK_TAG } from './seed-tags.ts';

/** The API listens on this machine alone. */
const API_ADDRESS = '127.0.0.1';

/** A cloud over a lab's fabric, in which everything happens at once until its faults are set otherwise. VPCs of the topology get their stable IDs. */
export function createLabCloud(topology: Topology, fabric: Fabric): Cloud {
  const vpcs = new Map(
    topology.networks.flatMap((network) =>
      network.kind === 'vpc' ? [[network.name, network] as const] : [],
    ),
  );
  const idOf = (vpc: Vpc | undefined) => vpc && vpcIdOf(topology, vpc);
  const faults: CloudFaults = { ...NO_DELAYS };
  return createCloud({
    fabric,
    clock: systemClock,
    faults,
    nameIds: (prefix, tags) => (prefix === 'vpc' ? idOf(vpcs.get(tags[NETWORK_TAG] ?? '')) : undefined),
    onFailure: (error) => process.emitWarning(error as Error),
  });
}

/** Calls as the owner of a VPC. */
export function callerOf({ account = UNSTATED_ACCOUNT, region }: Pick<LabVpc, 'account' | 'region'>): Caller {
  return { account, region, accessKeyId: `AKIA${account}` };
}

export type LabApi = ExtensibleApi & {
  endpoint: string;
  aws: AwsAccess;
  keys: ReturnType<typeof keysOf>;
  stop: () => Promise<void>;
};

/** All services of the cloud, and Route 53, at one endpoint of this machine. @throws what listening throws (EADDRINUSE, …) */
export async function serveLabCloud(
  topology: Topology,
  cloud: Cloud,
  hosted: HostedZones,
  port: number,
): Promise<LabApi> {
  const { route53Service } = await import('@pointsman/zones/api');
  const keys = keysOf(topology);
  const [{ accessKeyId, secretAccessKey }] = keys;
  const services = [route53Service(await serviceOf(hosted))];
  const server = await startCloud(cloud, { address: API_ADDRESS, port, keys, services });
  const { endpoint } = server;
  return {
    ...server,
    keys,
    aws: { endpoint, accessKeyId, secretAccessKey, region: regionOf(topology) },
  };
}
