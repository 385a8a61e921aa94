import { type Cloud, type MetadataFaults, NO_METADATA_FAULTS } from '@pointsman/cloud';
import { WorldError } from '../../loopback/world-error.ts';
import type { Heal } from '../drill/breaker.ts';
import type { Fault } from '../drill/fault.ts';
import type { LabFabric } from '../fabric/index.ts';
import type { FindMachine } from './find-machines.ts';
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
  findMachine: FindMachine;
};

/** Breaks one thing; gives what heals it. @throws WorldError `no-machine` where no machine has the member's address */
export async function applyFault(lab: FaultyLab, fault: Fault): Promise<Heal> {
  const { fabric, cloud } = lab;
  switch (fault.kind) {
    case 'kill': {
      const machine = machineOf(lab, fault.member);
      await fabric.stopInstance(machine);
      return () => revive(lab, fault.member, machine);
    }
    case 'freeze': {
      const machine = machineOf(lab, fault.member);
      fabric.freezeMachine(machine);
      return async () => {
        if (isThere(lab, machine)) fabric.thawMachine(machine);
      };
    }
    case 'fill-disk': {
      const machine = machineOf(lab, fault.member);
      await fabric.fillDisk(machine);
      return async () => {
        if (isThere(lab, machine)) await fabric.emptyDisk(machine);
      };
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

function machineOf({ findMachine }: FaultyLab, member: string): string {
  const machine = findMachine(member);
  if (machine === undefined)
    throw new WorldError('no-machine', `no machine has the address of ${member} now; try again in a moment`);
  return machine;
}

/** What Auto Scaling has replaced meanwhile needs no healing. */
function isThere({ cloud }: FaultyLab, machine: string): boolean {
  return cloud.state.now().instances.get(machine)?.state === 'running';
}

/** Boots the machine of a member that was killed, and lets it serve again, where nobody else sees to that. */
async function revive({ members, fabric }: FaultyLab, member: string, machine: string): Promise<void> {
  if (!members.restart) return;
  await fabric.rebootInstance(machine);
  await members.restart(member);
}
