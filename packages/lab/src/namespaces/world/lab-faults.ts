import { type Cloud, type MetadataFaults, NO_METADATA_FAULTS } from '@pointsman/cloud';
import type { Heal } from '../drill/breaker.ts';
import type { Fault } from '../drill/fault.ts';
import type { LabFabric } from '../fabric/index.ts';
import type { LabMembers } from './lab-members.ts';
import type { LabNetworks } from './make-networks.ts';
import type { NamespacePlan } from './plan.ts';

/** What faults are done to. */
export type FaultyLab = {
  plan: NamespacePlan;
  fabric: LabFabric;
  cloud: Cloud;
  metadataFaults: MetadataFaults;
  networks: LabNetworks;
  members: LabMembers;
};

/** Breaks one thing; gives what heals it. */
export async function applyFault(lab: FaultyLab, fault: Fault): Promise<Heal> {
  const { fabric, cloud } = lab;
  switch (fault.kind) {
    case 'kill':
      await fabric.stopInstance(machineOf(lab, fault.member));
      return () => revive(lab, fault.member);
    case 'freeze': {
      const machine = machineOf(lab, fault.member);
      fabric.freezeMachine(machine);
      return async () => fabric.thawMachine(machine);
    }
    case 'fill-disk': {
      const machine = machineOf(lab, fault.member);
      await fabric.fillDisk(machine);
      return () => fabric.emptyDisk(machine);
    }
    case 'zone':
      await fabric.setZone(fault.availabilityZone, 'down');
      return () => fabric.setZone(fault.availabilityZone, 'up');
    case 'link': {
      const link = lab.networks.linkIdOf(fault.link);
      await fabric.setLink(link, { down: true });
      return () => fabric.setLink(link, { down: false });
    }
    case 'upstream':
      return silence(lab, fault.address);
    case 'slow-attach': {
      const { attachDelay } = cloud.core.faults;
      cloud.core.faults.attachDelay = fault.ms;
      return async () => {
        cloud.core.faults.attachDelay = attachDelay;
      };
    }
    case 'metadata-down':
      lab.metadataFaults.outage = 'silent';
      return async () => {
        lab.metadataFaults.outage = NO_METADATA_FAULTS.outage;
      };
    case 'loss':
      await fabric.setLoss(fault.share);
      return () => fabric.setLoss(0);
  }
}

/** On every router that the server stands on. */
async function silence({ plan, fabric, networks }: FaultyLab, address: string): Promise<Heal> {
  const places = plan.servers.flatMap((server) => (server.address === address ? server.networks : []));
  const set = async (state: 'up' | 'down') => {
    for (const network of places) await fabric.setRouterAddress(networks.idOf(network), address, state);
  };
  await set('down');
  return () => set('up');
}

function machineOf({ networks }: FaultyLab, member: string): string {
  return networks.seeded.members.get(member)!.instanceId;
}

/** Boots the machine of a member that was killed, and lets it serve again. */
async function revive(lab: FaultyLab, member: string): Promise<void> {
  await lab.fabric.rebootInstance(machineOf(lab, member));
  await lab.members.restart(member);
}
