import {
  type AccessKey,
  type ApiServer,
  type AwsService,
  type FindKey,
  type GatedCall,
  startApiServer,
} from '@pointsman/aws-wire';
import type { Cloud } from './create-cloud.ts';

export type CloudServerOptions = {
  address: string;
  /** 0 takes a free one. */
  port: number;
  keys: readonly AccessKey[] | FindKey;
  /** Beside the cloud's own: Route 53. */
  services?: readonly AwsService[];
  /** What else decides whether a call may be made, once the faults have let it pass. */
  authorize?: (call: GatedCall) => void | Promise<void>;
};

/**
 * Serves a cloud at one endpoint: the service and the region of a request are those that its signature names.
 * @throws ApiError without keys elsewhere than on loopback; what listening throws
 */
export function startCloud(cloud: Cloud, options: CloudServerOptions): Promise<ApiServer> {
  const { address, port, keys, services = [], authorize } = options;
  return startApiServer({
    services: [...cloud.services, ...services],
    address,
    port,
    keys,
    now: cloud.core.clock.now,
    gate: async (call) => {
      await cloud.gate(call);
      await authorize?.(call);
    },
    onFailure: cloud.core.onFailure,
  });
}
