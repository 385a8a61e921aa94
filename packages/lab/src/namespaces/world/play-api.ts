import type { Server } from 'node:http';
import type { Cloud } from '@pointsman/cloud';
import { listenTcp } from '@pointsman/forwarder/namespace';
import { type Followed, followVpcs, type Stoppable } from './follow-vpcs.ts';

/** Where machines of every VPC find the cloud's API: beside their metadata, as nobody's network has that address. */
export const API_IN_VPCS = { address: '169.254.169.254', port: 8053 };

/** The API, which listens at more places. */
export type ExtensibleApi = {
  serveAlso: (listen: (server: Server) => Promise<unknown>) => Promise<Stoppable>;
};

/** Every VPC of the cloud has its API, without which nothing in it could be at work on itself. `routerOf`: the namespace of a VPC's router, by the VPC's ID. */
export function playApi(cloud: Cloud, api: ExtensibleApi, routerOf: (vpcId: string) => string): Followed {
  return followVpcs(
    cloud,
    () => true,
    async ({ id }) => [
      await api.serveAlso((server) => listenTcp(server, { namespace: routerOf(id), ...API_IN_VPCS })),
    ],
  );
}
