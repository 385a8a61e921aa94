import type { Fabric, FabricAttachment, FabricInterface } from '@pointsman/cloud';
import { checkGroup, checkInterface } from './checks.ts';
import { FabricError } from './fabric-error.ts';
import { applyTo, inTurnOf, type Lab, machineNamespace, missing, networkOf, runningOf } from './lab.ts';
import type { Interface } from './model.ts';

type Interfaces = Pick<
  Fabric,
  | 'putInterface'
  | 'deleteInterface'
  | 'attachInterface'
  | 'detachInterface'
  | 'putSecurityGroup'
  | 'deleteSecurityGroup'
>;

/** Network interfaces, and the security groups that guard them. */
export function interfaces(lab: Lab): Interfaces {
  const { model } = lab;

  async function putInterface(wanted: FabricInterface): Promise<void> {
    checkInterface(wanted);
    const known = model.interfaces.get(wanted.id);
    const subnet = model.subnets.get(wanted.subnetId) ?? missing('subnet', wanted.subnetId);
    const { router, dhcp } = runningOf(lab, subnet.vpcId);
    const number = known?.number ?? lab.nextNumber++;
    model.interfaces.set(wanted.id, { ...wanted, number, networkId: subnet.vpcId });
    try {
      await router.apply(known ? {} : { ip: portLines(wanted, number, subnet.bridge) });
    } catch (error) {
      if (!known) model.interfaces.delete(wanted.id);
      throw error;
    }
    await dhcp.update();
    await applyTo(
      lab,
      networksThatName(new Set([...(known?.securityGroupIds ?? []), ...wanted.securityGroupIds])),
    );
  }

  /** Those whose groups allow members of these groups: their rules hold the members' addresses. */
  function networksThatName(groupIds: ReadonlySet<string>): Set<string> {
    const naming = [...model.groups.values()].filter(({ ingress, egress }) =>
      [...ingress, ...egress].some((permission) => permission.groupIds.some((id) => groupIds.has(id))),
    );
    return new Set(naming.map(({ vpcId }) => vpcId).filter((id) => lab.routers.has(id)));
  }

  return {
    putInterface,
    async deleteInterface(interfaceId) {
      const known = model.interfaces.get(interfaceId);
      if (!known) return;
      await detach(lab, known);
      model.interfaces.delete(interfaceId);
      const { router, dhcp } = runningOf(lab, known.networkId);
      await router.apply({ ip: [`link delete e${known.number}`] });
      await dhcp.update();
      await applyTo(lab, networksThatName(new Set(known.securityGroupIds)));
    },
    attachInterface: (attachment) => inTurnOf(lab, attachment.instanceId, () => attach(lab, attachment)),
    async detachInterface(interfaceId) {
      const known = model.interfaces.get(interfaceId);
      if (known) await detach(lab, known);
    },
    async putSecurityGroup(group) {
      checkGroup(group);
      model.groups.set(group.id, group);
      if (lab.routers.has(group.vpcId)) await applyTo(lab, [group.vpcId]);
    },
    async deleteSecurityGroup(groupId) {
      const group = model.groups.get(groupId);
      if (!model.groups.delete(groupId) || !lab.routers.has(group!.vpcId)) return;
      await applyTo(lab, [group!.vpcId]);
    },
  };
}

/** Ports are isolated: a packet from one to another goes by the router, and so by security groups. */
function portLines({ id, mac }: FabricInterface, number: number, bridge: string): string[] {
  return [
    `link add e${number} type veth peer name x${number} address ${mac}`,
    `link set e${number} alias ${id}`,
    `link set e${number} master ${bridge}`,
    `link set e${number} type bridge_slave isolated on`,
    `link set e${number} up`,
  ];
}

/** Inner ends from their routers into the machine: down, and without an address. @throws FabricError */
export async function moveIn(lab: Lab, moving: readonly Interface[], instanceId: string): Promise<void> {
  const target = machineNamespace(lab, instanceId);
  for (const each of moving) {
    const { deviceIndex } = lab.model.attachments.get(each.id)!;
    const { namespace } = networkOf(lab, each.networkId);
    await lab.commands.run('ip', [
      '-netns',
      namespace,
      'link',
      'set',
      `x${each.number}`,
      'netns',
      target,
      'name',
      `eth${deviceIndex}`,
    ]);
  }
}

async function attach(lab: Lab, { interfaceId, instanceId, deviceIndex }: FabricAttachment): Promise<void> {
  const { interfaces, attachments } = lab.model;
  const known = interfaces.get(interfaceId) ?? missing('interface', interfaceId);
  const attached = attachments.get(interfaceId);
  if (attached?.instanceId === instanceId) return;
  if (attached) throw new FabricError(`${interfaceId} is attached to ${attached.instanceId}`);
  attachments.set(interfaceId, { instanceId, deviceIndex });
  try {
    // The hop limit of its metadata is the instance's.
    await applyTo(lab, [known.networkId]);
    if (!lab.instances.get(instanceId)?.machine) return;
    await moveIn(lab, [known], instanceId);
  } catch (error) {
    attachments.delete(interfaceId);
    throw error;
  }
}

async function detach(lab: Lab, known: Interface): Promise<void> {
  const instanceId = lab.model.attachments.get(known.id)?.instanceId;
  if (instanceId === undefined) return;
  await inTurnOf(lab, instanceId, async () => {
    if (lab.model.attachments.get(known.id)?.instanceId !== instanceId) return;
    if (lab.instances.get(instanceId)?.machine) await moveOut(lab, [known], instanceId);
    lab.model.attachments.delete(known.id);
    await applyTo(lab, [known.networkId]);
  });
}

type LinkShown = { ifindex: number; ifname: string; link_index?: number };

/**
 * Inner ends from the machine back to their routers, as they were: down, with their MAC address. The machine may have renamed them; the
 * outer end knows the number of the inner one.
 * @throws FabricError
 */
export async function moveOut(lab: Lab, moving: readonly Interface[], instanceId: string): Promise<void> {
  const source = machineNamespace(lab, instanceId);
  const inside = JSON.parse(
    await lab.commands.run('ip', ['-netns', source, '-json', 'link', 'show']),
  ) as LinkShown[];
  for (const { number, networkId, mac } of moving) {
    const { namespace } = networkOf(lab, networkId);
    const shown = await lab.commands.run('ip', [
      '-netns',
      namespace,
      '-json',
      'link',
      'show',
      'dev',
      `e${number}`,
    ]);
    const [outer] = JSON.parse(shown) as LinkShown[];
    const inner = inside.find(({ ifindex }) => ifindex === outer!.link_index);
    if (!inner) throw new FabricError(`e${number} has no inner end in ${source}`);
    const name = `x${number}`;
    await lab.commands.run('ip', [
      '-netns',
      source,
      'link',
      'set',
      'dev',
      inner.ifname,
      'down',
      'netns',
      namespace,
      'name',
      name,
    ]);
    await lab.commands.run('ip', ['-netns', namespace, 'link', 'set', name, 'address', mac]);
  }
}
