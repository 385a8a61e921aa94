import type { Cloud } from '@pointsman/cloud';
import { addressAt, formatAddress, parseCidr } from '@pointsman/core/address';
import { DEFAULT_PRIORITY, DEFAULT_TABLE, type ServiceInterface } from '@pointsman/core/config';
import { type RunCommand, reconcileInterface, runCommand, waitForInterface } from '@pointsman/host';
import { type Member, startMember, type WorldMember } from '../../loopback/member.ts';
import type { WorldForwarder } from '../../loopback/world-plan.ts';
import type { Notice } from '../control/messages.ts';
import { watchMembers } from '../drill/watch-members.ts';
import { machineCommand } from '../fabric/index.ts';
import { findMachines } from './find-machines.ts';

/** The members of a lab's tiers, on machines: processes that the lab puts there, or whatever agents do. */
export type LabMembers = {
  /** As they are now, in the order of the file: one that was started anew is another one. */
  all: () => readonly WorldMember[];
  /** Starts all of them; resolves when they serve. @throws WorldError, InterfaceError */
  start: (forwarders: readonly WorldForwarder[]) => Promise<void>;
  /** Lets a member serve again whose machine has booted anew; undefined where nobody has to. */
  restart: ((name: string) => Promise<void>) | undefined;
  /** Puts a member's interface and routes right; undefined where nobody has to. @throws InterfaceError */
  reconfigure: ((name: string) => Promise<void>) | undefined;
  /** Tells what is noticed about them, until it is ended by what it gives. */
  watch: (tell: (notice: Notice) => void) => () => void;
  stop: () => Promise<void>;
};

/** Milliseconds for an interface that is attached to be seen in its machine. */
const INTERFACE_PATIENCE = 30_000;

/** A process for each member, on the machine that has its interface. `interfaces`: by the members' names. */
export function makeLabMembers(
  lab: string,
  cloud: Cloud,
  interfaces: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): LabMembers {
  const running = new Map<string, Member>();
  const findMachine = findMachines(cloud, interfaces);
  const all = () => [...interfaces.keys()].flatMap((name) => running.get(name) ?? []);
  const configure = async (name: string, signal?: AbortSignal) => {
    const { command, args } = machineCommand(lab, findMachine(name)!);
    const enter = [command, ...args] as const;
    await configureInterface(
      (argv) => runCommand([...enter, ...argv]),
      interfaceOf(cloud, interfaces.get(name)!),
      signal,
    );
    return enter;
  };
  const serve = async (forwarder: WorldForwarder, signal?: AbortSignal) => {
    const enter = await configure(forwarder.name, signal);
    running.set(forwarder.name, await startMember(forwarder, { signal, enter }));
  };
  return {
    all,
    start: async (forwarders) => {
      const started = await Promise.allSettled(forwarders.map((forwarder) => serve(forwarder, signal)));
      const failure = started.find((each) => each.status === 'rejected');
      if (failure) throw failure.reason;
    },
    restart: (name) => serve(running.get(name)!.forwarder),
    reconfigure: async (name) => {
      await configure(name);
    },
    watch: (tell) => watchMembers(all, tell),
    stop: async () => {
      await Promise.all([...running.values()].map((member) => member.stop()));
    },
  };
}

/** The fixed address, with routes of its own: a host with two interfaces in one subnet answers nobody without them. */
async function configureInterface(
  run: RunCommand,
  desired: ServiceInterface,
  signal: AbortSignal | undefined,
): Promise<void> {
  await waitForInterface(desired.mac, { run, patience: INTERFACE_PATIENCE, ...(signal && { signal }) });
  await reconcileInterface(run, desired);
}

/** What a machine's operating system has to know of an interface, from what the cloud says. */
function interfaceOf({ state }: Cloud, interfaceId: string): ServiceInterface {
  const { interfaces, subnets } = state.now();
  const { mac, subnetId, addresses, ipv6Addresses } = interfaces.get(interfaceId)!;
  const { cidr, ipv6Cidrs } = subnets.get(subnetId)!;
  const inSubnet = (address: string, of: string) => {
    const { bytes, prefix } = parseCidr(of)!;
    return { address, prefixLength: prefix, gateway: formatAddress(addressAt(bytes, 1)!) };
  };
  return {
    mac,
    addresses: [
      ...addresses.map((address) => inSubnet(address, cidr)),
      ...ipv6Addresses.map((address) => inSubnet(address, ipv6Cidrs[0]!.cidr)),
    ],
    table: DEFAULT_TABLE,
    priority: DEFAULT_PRIORITY,
  };
}
