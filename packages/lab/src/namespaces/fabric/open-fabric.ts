import { mkdir } from 'node:fs/promises';
import { checkLab } from './checks.ts';
import { createCommands } from './commands.ts';
import { FabricError } from './fabric-error.ts';
import { faults } from './faults.ts';
import { instances } from './instances.ts';
import { interfaces } from './interfaces.ts';
import { type Lab, machineNamespace, networkOf } from './lab.ts';
import type { LabFabric, LabHost, LabOptions } from './lab-fabric.ts';
import { links } from './links.ts';
import { startKeeper } from './machines/keeper.ts';
import { emptyModel } from './model.ts';
import { defaultFolder, namespaceOf } from './names.ts';
import { networks } from './networks.ts';
import { removeLab } from './remove-lab.ts';

/** Bytes. */
const DISK_SIZE = 32 * 2 ** 20;

/**
 * An empty lab of that name; what an earlier one of it left is removed first.
 * @throws FabricError; needs root, and ip, nft, dnsmasq, udhcpc, busybox and util-linux's nsenter, unshare and setpriv
 */
export async function openFabric({
  lab: name,
  folder = defaultFolder(checkLab(name)),
  visible = [],
  diskSize = DISK_SIZE,
}: LabOptions): Promise<LabFabric> {
  if (process.getuid?.() !== 0) throw new FabricError('network namespaces need root');
  await removeLab(name, folder);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const commands = createCommands(name);
  const keeping = namespaceOf(name, 'keeper');
  await commands.runIp([`netns add ${keeping}`]);
  const lab: Lab = {
    ...{ name, folder, visible, diskSize, commands },
    keeper: await startKeeper(folder, keeping, commands),
    model: emptyModel(),
    routers: new Map(),
    instances: new Map(),
    turns: new Map(),
    nextNumber: 1,
  };
  const joined = links(lab);
  const parts = {
    ...networks(lab, joined),
    ...interfaces(lab),
    ...joined,
    ...instances(lab),
    ...faults(lab),
  };
  return {
    ...parts,
    close: () => removeLab(name, folder),
    routerNamespace: (networkId) => networkOf(lab, networkId).namespace,
    machineNamespace: (machineId) => machineNamespace(lab, machineId),
    async putHost({ id, subnetId, addresses, name: hostName }: LabHost) {
      const interfaceId = `${id}-primary`;
      const mac = hostMac(lab.nextNumber++);
      await parts.putInterface({
        id: interfaceId,
        subnetId,
        mac,
        addresses,
        securityGroupIds: [],
        sourceDestCheck: true,
      });
      await parts.startInstance({ id, primaryInterfaceId: interfaceId, hostName });
    },
    async deleteHost(hostId) {
      await parts.terminateInstance(hostId);
      await parts.deleteInterface(`${hostId}-primary`);
    },
  };
}

/** Locally administered: 02:70:68 and a number that is the host's own. */
function hostMac(number: number): string {
  const digits = number.toString(16).padStart(6, '0');
  return `02:70:68:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}
