import type { Cloud } from '@pointsman/cloud';
import type { HostRecord } from '../control/lab-record.ts';
import type { LabFabric } from '../fabric/index.ts';
import { allDone } from './all-done.ts';
import { callerOf } from './lab-cloud.ts';
import type { NamespacePlan } from './plan.ts';
import { hostIdOf, putLinks, putServerAddresses, putSites, siteIdOf } from './put-sites.ts';
import { type MemberHosts, type SeededCloud, seedCloud } from './seed.ts';
import { waitForInstances } from './wait-for-instances.ts';

/** The networks of a lab with their machines, and where the names of the topology are in the fabric. */
export type LabNetworks = {
  seeded: SeededCloud;
  /** Of a VPC or a site. */
  idOf: (network: string) => string;
  linkIdOf: (link: string) => string;
  /** The client hosts. */
  hosts: readonly HostRecord[];
};

/** Makes the VPCs by the cloud's API, and all that it does not know of by the fabric; resolves when every machine runs. @throws WorldError, AwsError, FabricError */
export async function makeNetworks(
  fabric: LabFabric,
  cloud: Cloud,
  plan: NamespacePlan,
  memberHosts: MemberHosts,
  signal: AbortSignal | undefined,
): Promise<LabNetworks> {
  const [seeded] = await allDone([seedCloud(cloud, plan, memberHosts, callerOf), putSites(fabric, plan)]);
  const idOf = (network: string) => seeded.vpcIds.get(network) ?? siteIdOf(network);
  const peeringOf = (link: string) => seeded.peeringIds.get(link);
  await putLinks(fabric, plan, idOf, peeringOf);
  await putServerAddresses(fabric, plan, idOf);
  await waitForInstances(cloud, [...seeded.clients.values(), ...seeded.machines], signal);
  return {
    seeded,
    idOf,
    linkIdOf: (link) => peeringOf(link) ?? link,
    hosts: plan.clients.map(({ network, addresses, availabilityZone }) => {
      const machine = seeded.clients.get(network) ?? hostIdOf(network);
      return { network, machine, availabilityZone, addresses, namespace: fabric.machineNamespace(machine) };
    }),
  };
}
