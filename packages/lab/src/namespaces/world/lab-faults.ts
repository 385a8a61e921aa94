import { type Cloud, type CloudFaults, type MetadataFaults, NO_METADATA_FAULTS } from '@pointsman/cloud';
import { DEFAULT_TABLE } from '@pointsman/core/config';
import { runCommand } from '@pointsman/host';
import { WorldError } from '../../loopback/world-error.ts';
import type { Heal } from '../drill/breaker.ts';
import type { Fault, MemberFaultKind } from '../drill/fault.ts';
import { type LabFabric, machineCommand } from '../fabric/index.ts';
import type { FindMachine } from './find-machines.ts';
import type { LabMembers } from './lab-members.ts';
import type { LabNetworks } from './make-networks.ts';
import type { NamespacePlan } from './plan.ts';

/** What faults are done to. */
export type FaultyLab = {
  lab: string;
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
  const { fabric, cloud, metadataFaults } = lab;
  const { faults } = cloud.core;
  switch (fault.kind) {
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
    case 'slow-attach':
      return turn(faults, 'attachDelay', fault.ms);
    case 'slow-detach':
      return turn(faults, 'detachDelay', fault.ms);
    case 'stuck-detach':
      return turn(faults, 'hangDetach', true);
    case 'api-down':
      return turn(faults, 'outage', 'hang');
    case 'api-throttle':
      return turn(faults, 'throttle', fault.share);
    case 'metadata-down':
      metadataFaults.outage = 'silent';
      return async () => {
        metadataFaults.outage = NO_METADATA_FAULTS.outage;
      };
    case 'loss':
      await fabric.setLoss(fault.share);
      return () => fabric.setLoss(0);
    case 'clock': {
      requireOwnClock(lab, fault.member);
      const machine = machineOf(lab, fault.member);
      await fabric.setClock(machine, fault.ms);
      return async () => {
        if (isThere(lab, machine)) await fabric.setClock(machine, 0);
      };
    }
    default:
      return breakMember(lab, fault.kind, fault.member);
  }
}

async function breakMember(lab: FaultyLab, kind: MemberFaultKind, member: string): Promise<Heal> {
  const { fabric, members } = lab;
  const machine = machineOf(lab, member);
  const ifThere = (heal: () => void | Promise<void>) => async () => {
    if (isThere(lab, machine)) await heal();
  };
  switch (kind) {
    case 'kill':
      await fabric.stopInstance(machine);
      return async () => {
        if (members.restart) await reboot(lab, member, machine);
      };
    case 'freeze':
      fabric.freezeMachine(machine);
      return ifThere(() => fabric.thawMachine(machine));
    case 'reboot':
      await reboot(lab, member, machine);
      return async () => {};
    case 'kill-agent':
      killAgent(lab, machine, member);
      return async () => {};
    case 'fill-disk':
      await fabric.fillDisk(machine);
      return ifThere(() => fabric.emptyDisk(machine));
    case 'bad-route':
      await misroute(lab, machine, member);
      return async () => {
        await members.reconfigure?.(member);
      };
  }
}

/** Sets a switch of the cloud until it is healed. */
function turn<Key extends keyof CloudFaults>(
  faults: CloudFaults,
  key: Key,
  value: CloudFaults[Key],
): Promise<Heal> {
  const before = faults[key];
  faults[key] = value;
  return Promise.resolve(async () => {
    faults[key] = before;
  });
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

/** named does not start with libfaketime, nor does its agent have it then. */
function requireOwnClock({ plan }: FaultyLab, member: string): void {
  if (plan.members.find(({ name }) => name === member)!.engine === 'native') return;
  const message = `the machines of ${member} have this machine's clock: a clock of its own is for "engine: native"`;
  throw new WorldError('not-possible', message);
}

/** What Auto Scaling has replaced meanwhile needs no healing. */
function isThere({ cloud }: FaultyLab, machine: string): boolean {
  return cloud.state.now().instances.get(machine)?.state === 'running';
}

/** Boots a machine anew, and lets its member serve again, where nobody else sees to that. */
async function reboot({ members, fabric }: FaultyLab, member: string, machine: string): Promise<void> {
  await fabric.rebootInstance(machine);
  await members.restart?.(member);
}

function killAgent({ fabric }: FaultyLab, machine: string, member: string): void {
  const isAgent = ([, program = '', command]: readonly string[]) =>
    program.endsWith('/pointsman.js') && command === 'agent';
  if (fabric.killProcesses(machine, isAgent) > 0) return;
  throw new WorldError('no-agent', `no agent runs on the machine of ${member}`);
}

/** As somebody does who thinks that a machine has one way out. */
async function misroute({ lab, plan }: FaultyLab, machine: string, member: string): Promise<void> {
  const { address } = plan.members.find(({ name }) => name === member)!;
  const ip = address.includes(':') ? 'ip -6' : 'ip -4';
  const script = `${ip} route replace $(${ip} route show default | head -n 1) table ${DEFAULT_TABLE}`;
  const { command, args } = machineCommand(lab, machine);
  const { code, stderr } = await runCommand([command, ...args, 'sh', '-c', script]);
  if (code !== 0) throw new WorldError('not-possible', `the route of ${member} stays: ${stderr.trim()}`);
}
