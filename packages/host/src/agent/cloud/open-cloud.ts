import type { AgentConfig } from '@pointsman/core/config';
import type { AddressCloud } from './address-cloud.ts';
import { type CloudClients, type FindKeys, openClients } from './clients.ts';
import { CloudError } from './cloud-error.ts';
import { openEc2Addresses } from './ec2-addresses.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { type Identity, type Metadata, openMetadata } from './metadata.ts';

/** The cloud as an agent uses it. */
export type CloudAccess = {
  clients: CloudClients;
  identity: () => Promise<Identity>;
  /** Undefined until somebody has asked and been answered. */
  knownIdentity: () => Identity | undefined;
  cloud: AddressCloud;
  fleet: Fleet;
  metadata: Pick<Metadata, 'targetLifecycleState' | 'clockOffset'>;
};

export function openCloud(config: AgentConfig): CloudAccess {
  const metadata = openMetadata(config.endpoints.metadata, Date.now);
  let known: Identity | undefined;
  // Who a host is does not change.
  const identity = async () => (known ??= await metadata.identity());
  const instanceId = async () => (await identity()).instanceId;
  const region = async () => config.region ?? (await identity()).region;
  const clients = openClients(
    { endpoint: config.endpoints.cloud, region },
    unlessGiven(metadata.credentials),
  );
  return {
    clients,
    identity,
    knownIdentity: () => known,
    cloud: openEc2Addresses(clients, { tier: config.tier!, instanceId }),
    fleet: openFleet(clients, instanceId),
    metadata,
  };
}

/** For a host that is not on AWS: it may have its configuration there all the same, with keys of the environment. */
export function openNoCloud(config: AgentConfig): CloudAccess {
  const nowhere = async () => {
    throw new CloudError(
      'refused',
      'this host is not on AWS: its configuration has "interface" in the place of "tier"',
    );
  };
  const region = async () => config.region ?? nowhere();
  return {
    clients: openClients({ endpoint: config.endpoints.cloud, region }, unlessGiven(nowhere)),
    identity: nowhere,
    knownIdentity: () => undefined,
    cloud: { findInterfaces: nowhere, findHolders: nowhere, attach: nowhere, detach: nowhere },
    fleet: { find: async () => undefined, reportUnhealthy: nowhere, completeLaunch: nowhere },
    metadata: { targetLifecycleState: async () => undefined, clockOffset: () => undefined },
  };
}

/** Keys of the environment come first. */
function unlessGiven(credentials: FindKeys): FindKeys | undefined {
  return process.env.AWS_ACCESS_KEY_ID === undefined ? credentials : undefined;
}
