import { type AccessKey, type ApiServer, type AwsService, startApiServer } from '@pointsman/aws-wire';
import type { Cloud } from './create-cloud.ts';

export type CloudServerOptions = {
  address: string;
  /** 0 takes a free one. */
  port: number;
  /** The accounts' own; those of roles are known to the cloud. None: anybody on this machine may call. */
  keys: readonly AccessKey[];
  /** Beside the cloud's own: Route 53. */
  services?: readonly AwsService[];
};

/**
 * Serves a cloud at one endpoint: the service and the region of a request are those that its signature names.
 * @throws ApiError without keys elsewhere than on loopback; what listening throws
 */
export function startCloud(cloud: Cloud, options: CloudServerOptions): Promise<ApiServer> {
  const { address, port, keys, services = [] } = options;
  return startApiServer({
    services: [...cloud.services, ...services],
    address,
    port,
    keys: keys.length === 0 ? [] : cloud.identity.findKey(keys),
    now: cloud.core.clock.now,
    gate: cloud.gate,
    onFailure: cloud.core.onFailure,
  });
}
