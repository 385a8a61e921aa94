import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type Cloud, type MetadataFaults, serveMetadata } from '@pointsman/cloud';
import { listenTcp } from '@pointsman/forwarder/namespace';
import { type Followed, followVpcs, type Stoppable } from './follow-vpcs.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html */
const ADDRESSES = ['169.254.169.254', 'fd00:ec2::254'];
const PORT = 80;

/** Every VPC of the cloud has the instance metadata service. `routerOf`: the namespace of a VPC's router, by the VPC's ID. */
export function playMetadata(
  cloud: Cloud,
  faults: MetadataFaults,
  routerOf: (vpcId: string) => string,
): Followed {
  const key = randomBytes(32);
  return followVpcs(
    cloud,
    () => true,
    ({ id }) => {
      const listener = serveMetadata({
        findMachine: (address) => cloud.findMachine(id, address),
        key,
        faults,
        now: cloud.core.clock.now,
      });
      return Promise.all(
        ADDRESSES.map(async (address): Promise<Stoppable> => {
          const server = createServer(listener);
          await listenTcp(server, { namespace: routerOf(id), address, port: PORT });
          return {
            stop: async () => {
              server.closeAllConnections();
              await new Promise<void>((resolve) => server.close(() => resolve()));
            },
          };
        }),
      );
    },
  );
}
