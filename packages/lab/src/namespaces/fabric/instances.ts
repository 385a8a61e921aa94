import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { Fabric } from '@pointsman/cloud';
import { prefixLengthOf, ROUTER_LINK_LOCAL } from './addresses.ts';
import { checkHopLimit, checkId } from './checks.ts';
import { hostNameOf, ipv6ResolversOf } from './dhcp/config.ts';
import { FabricError } from './fabric-error.ts';
import { moveIn, moveOut } from './interfaces.ts';
import {
  applyTo,
  type Instance,
  type InstanceSpec,
  inTurnOf,
  type Lab,
  machineNamespace,
  missing,
  networkOf,
} from './lab.ts';
import { bootMachine, type Machine, machineFolder } from './machines/machine.ts';
import { type Interface, isIpv6 } from './model.ts';
import { NAMESPACES } from './names.ts';
import { namespaceOfProcess, signal, wakeEntrants } from './processes.ts';

type Instances = Pick<
  Fabric,
  'stopInstance' | 'rebootInstance' | 'terminateInstance' | 'setMetadataHopLimit' | 'instanceStatus'
> & {
  startInstance(spec: InstanceSpec): Promise<void>;
};

export function instances(lab: Lab): Instances {
  const known = (instanceId: string) => lab.instances.get(instanceId) ?? missing('instance', instanceId);
  return {
    startInstance: (spec) => inTurnOf(lab, spec.id, () => startMachine(lab, spec)),
    stopInstance: (instanceId) => inTurnOf(lab, instanceId, () => stopMachine(lab, known(instanceId))),
    rebootInstance: (instanceId) =>
      inTurnOf(lab, instanceId, async () => {
        await stopMachine(lab, known(instanceId));
        await startMachine(lab, known(instanceId).spec);
      }),
    terminateInstance: (instanceId) => inTurnOf(lab, instanceId, () => forgetMachine(lab, instanceId)),
    setMetadataHopLimit: (instanceId, metadataHopLimit) =>
      inTurnOf(lab, instanceId, async () => {
        const instance = lab.instances.get(instanceId);
        if (!instance) return;
        checkHopLimit(metadataHopLimit);
        instance.spec = { ...instance.spec, metadataHopLimit };
        await setHopLimit(lab, instance.spec);
      }),
    async instanceStatus(instanceId) {
      const { machine, spec } = known(instanceId);
      if (!machine?.isUp || machine.isFrozen) return 'impaired';
      return (await isReachable(lab, spec.primaryInterfaceId)) ? 'ok' : 'impaired';
    },
  };
}

/** @returns when it has its first lease, or none after a while. @throws FabricError */
async function startMachine(lab: Lab, spec: InstanceSpec): Promise<void> {
  checkId(spec.id);
  if (spec.metadataHopLimit !== undefined) checkHopLimit(spec.metadataHopLimit);
  if (lab.instances.get(spec.id)?.machine) throw new FabricError(`${spec.id} runs already`);
  const primary =
    lab.model.interfaces.get(spec.primaryInterfaceId) ?? missing('interface', spec.primaryInterfaceId);
  lab.model.attachments.set(primary.id, { instanceId: spec.id, deviceIndex: 0 });
  const instance: Instance = { spec, machine: undefined };
  lab.instances.set(spec.id, instance);
  await setHopLimit(lab, spec);
  const namespace = machineNamespace(lab, spec.id);
  await mkdir(`${machineFolder(lab.folder, spec.id)}/boot`, { recursive: true });
  await writeIpv6Of(lab, primary, spec.id, ipv6ResolversOf(networkOf(lab, primary.networkId)));
  await lab.commands.runIp([`netns add ${namespace}`]);
  try {
    await moveIn(lab, attachedTo(lab, spec.id), spec.id);
    const hostName = spec.hostName ?? hostNameOf(primary);
    const { visible, diskSize } = lab;
    instance.machine = await bootMachine(
      lab.folder,
      { id: spec.id, hostName, namespace, userData: spec.userData, visible, diskSize },
      lab,
    );
  } catch (error) {
    await moveOut(lab, attachedTo(lab, spec.id), spec.id).catch(() => {});
    await lab.commands.runIp([`netns delete ${namespace}`]).catch(() => {});
    throw error;
  }
}

/** When it boots that is before the machine runs: it may ask the metadata service at once. */
async function setHopLimit(lab: Lab, { id, metadataHopLimit }: InstanceSpec): Promise<void> {
  if (metadataHopLimit === undefined) lab.model.metadataHopLimits.delete(id);
  else lab.model.metadataHopLimits.set(id, metadataHopLimit);
  await applyTo(lab, new Set(attachedTo(lab, id).map(({ networkId }) => networkId)));
}

async function stopMachine(lab: Lab, instance: Instance): Promise<void> {
  const { machine, spec } = instance;
  if (!machine) return;
  await endProcesses(machine);
  // A veth dies with its namespace: out with the interfaces first.
  await moveOut(lab, attachedTo(lab, spec.id), spec.id);
  instance.machine = undefined;
  await lab.commands.runIp([`netns delete ${machineNamespace(lab, spec.id)}`]);
}

/** Milliseconds between two tries to let those go on that a frozen machine waits for. */
const WAKE_INTERVAL = 50;

async function endProcesses({ init, ended, isRunning }: Machine): Promise<void> {
  if (!isRunning) return;
  const namespace = namespaceOfProcess(init, 'pid');
  signal(init, 'SIGKILL');
  const waking = setInterval(() => namespace !== undefined && wakeEntrants(namespace), WAKE_INTERVAL);
  await ended.finally(() => clearInterval(waking));
}

async function forgetMachine(lab: Lab, instanceId: string): Promise<void> {
  const instance = lab.instances.get(instanceId);
  if (!instance) return;
  await stopMachine(lab, instance);
  for (const each of attachedTo(lab, instanceId)) lab.model.attachments.delete(each.id);
  lab.instances.delete(instanceId);
  lab.model.metadataHopLimits.delete(instanceId);
  lab.turns.delete(instanceId);
  const own = machineFolder(lab.folder, instanceId);
  const unmount = ['umount', '--lazy', `${own}/disk`];
  // One that never booted has no disk.
  await lab.commands.run('nsenter', [`--mount=/proc/${lab.keeper.pid}/ns/mnt`, ...unmount]).catch(() => {});
  await rm(own, { recursive: true, force: true });
}

function attachedTo(lab: Lab, instanceId: string): Interface[] {
  return [...lab.model.attachments]
    .filter(([, attachment]) => attachment.instanceId === instanceId)
    .flatMap(([interfaceId]) => lab.model.interfaces.get(interfaceId) ?? []);
}

/** As EC2 sees whether an instance can be reached: by ARP, which no security group keeps away. */
async function isReachable(lab: Lab, interfaceId: string): Promise<boolean> {
  const known = lab.model.interfaces.get(interfaceId);
  const address = known?.addresses.find((each) => !isIpv6(each));
  if (!known || !address) return false;
  const { namespace } = networkOf(lab, known.networkId);
  const { bridge } = lab.model.subnets.get(known.subnetId)!;
  const ask = ['busybox', 'arping', '-q', '-f', '-c', '2', '-w', '2', '-I', bridge, address];
  return lab.commands.run('nsenter', [`--net=${NAMESPACES}/${namespace}`, ...ask]).then(
    () => true,
    () => false,
  );
}

/** What DHCPv6 would hand out, for the machines whose primary interface is in this network: they read it at each lease. */
export async function writeIpv6(lab: Lab, networkId: string, resolvers: readonly string[]): Promise<void> {
  for (const { spec } of lab.instances.values()) {
    const primary = lab.model.interfaces.get(spec.primaryInterfaceId);
    if (primary?.networkId === networkId) await writeIpv6Of(lab, primary, spec.id, resolvers);
  }
}

async function writeIpv6Of(lab: Lab, primary: Interface, instanceId: string, resolvers: readonly string[]) {
  const { ipv6Cidr } = lab.model.subnets.get(primary.subnetId)!;
  const addresses = ipv6Cidr === undefined ? [] : primary.addresses.filter(isIpv6);
  const lines = [
    ...addresses.map((address) => `address ${address}/${prefixLengthOf(ipv6Cidr!)}`),
    ...(addresses.length > 0 ? [`gateway ${ROUTER_LINK_LOCAL}`] : []),
    ...resolvers.map((address) => `nameserver ${address}`),
  ];
  await writeFile(
    `${machineFolder(lab.folder, instanceId)}/boot/ipv6`,
    lines.map((line) => `${line}\n`).join(''),
  );
}
