import type { Fabric } from '@pointsman/cloud';
import { checkId } from './checks.ts';
import { FabricError } from './fabric-error.ts';
import { applyTo, type Lab, missing, networkOf } from './lab.ts';
import type { LabFabric, LabLink } from './lab-fabric.ts';
import { endIn, isIpv6, type Link } from './model.ts';
import { namespaceOf } from './names.ts';
import { ROUTER_SETTINGS } from './router.ts';
import { FAR_END, farEndOf, LEAST_MTU, mtuOfRoute, NEAR_END } from './rules/routes.ts';

type Links = Pick<Fabric, 'putPeering' | 'deletePeering'> &
  Pick<LabFabric, 'putLink' | 'deleteLink' | 'setLink'>;

/** Bytes: Ethernet's. */
const USUAL_MTU = 1500;

/** Pairs of interfaces between routers; at a transit gateway, between each router and a namespace that forwards among all. */
export function links(lab: Lab): Links {
  const { links: present } = lab.model;

  async function putLink(wanted: LabLink): Promise<void> {
    checkId(wanted.id);
    for (const id of wanted.between) networkOf(lab, id);
    if (new Set(wanted.between).size < 2)
      throw new FabricError(`the link ${wanted.id} joins no two networks`);
    const known = present.get(wanted.id);
    const link: Link = {
      ...{ id: wanted.id, between: wanted.between, transitive: wanted.transitive ?? false },
      ...{ mtu: wanted.mtu ?? known?.mtu ?? USUAL_MTU },
      ...{ port53: wanted.port53 ?? known?.port53 ?? ['udp', 'tcp'] },
      ...{ down: known?.down ?? false, loss: known?.loss ?? 0 },
      ends: known?.ends ?? wanted.between.map(() => lab.nextNumber++),
    };
    if (!known) await connect(link);
    else await setMtu(link);
    present.set(link.id, link);
    await applyTo(lab, link.between);
  }

  async function connect(link: Link): Promise<void> {
    const hub = hubOf(link);
    if (hub) {
      await lab.commands.runIp([`netns add ${hub}`]);
      await lab.commands.runIn(hub, { settings: ROUTER_SETTINGS });
    }
    try {
      await lab.commands.runIp(pairLines(link, hub));
      await Promise.all(
        link.between.map((id) =>
          lab.commands.runIn(networkOf(lab, id).namespace, { ip: endLines(link, id) }),
        ),
      );
      if (hub) await lab.commands.runIn(hub, { ip: hubLines(link) });
    } catch (error) {
      await disconnect(link);
      throw error;
    }
  }

  /** Ends in routers, of a pair the second dies with the first. What is not there is no error. */
  async function disconnect(link: Link): Promise<void> {
    const hub = hubOf(link);
    if (hub) await lab.commands.runIp([`netns delete ${hub}`]).catch(() => {});
    for (const id of hub ? link.between : link.between.slice(0, 1)) {
      const { namespace } = networkOf(lab, id);
      await lab.commands.runIn(namespace, { ip: [`link delete ${endIn(link, id)}`] }).catch(() => {});
    }
  }

  function hubOf({ id, transitive }: Link): string | undefined {
    return transitive ? namespaceOf(lab.name, id) : undefined;
  }

  function pairLines({ between, ends }: Link, hub: string | undefined): string[] {
    const places = between.map((id, index) => ({
      name: `p${ends[index]}`,
      namespace: networkOf(lab, id).namespace,
    }));
    const pair = (a: (typeof places)[number], b: (typeof places)[number]) =>
      `link add ${a.name} netns ${a.namespace} type veth peer name ${b.name} netns ${b.namespace}`;
    if (hub) return places.map((place) => pair(place, { name: place.name, namespace: hub }));
    return [pair(places[0]!, places[1]!)];
  }

  /** The gateway's routes: each network's CIDRs by its own end. */
  function hubLines(link: Link): string[] {
    return link.between.flatMap((id) => {
      const end = endIn(link, id);
      return [
        `link set ${end} mtu ${deviceMtu(link)} up`,
        `address replace ${FAR_END}/64 dev ${end} nodad`,
        ...networkOf(lab, id).cidrs.map((cidr) => {
          const via = `${isIpv6(cidr) ? '' : 'inet6 '}${NEAR_END} dev ${end}`;
          return `route replace ${cidr} via ${via}${mtuOfRoute(link, cidr)}`;
        }),
      ];
    });
  }

  async function setMtu(link: Link): Promise<void> {
    const hub = hubOf(link);
    await Promise.all([
      ...link.between.map((id) =>
        lab.commands.runIn(networkOf(lab, id).namespace, {
          ip: [`link set ${endIn(link, id)} mtu ${deviceMtu(link)}`],
        }),
      ),
      ...(hub ? [lab.commands.runIn(hub, { ip: hubLines(link) })] : []),
    ]);
  }

  async function deleteLink(linkId: string): Promise<void> {
    const link = present.get(linkId);
    if (!link) return;
    present.delete(linkId);
    const left = link.between.filter((id) => lab.routers.has(id));
    await applyTo(lab, left);
    if (left.length === link.between.length || link.transitive) await disconnect(link);
  }

  return {
    putLink,
    deleteLink,
    putPeering: ({ id, vpcIds }) => putLink({ id, between: vpcIds }),
    deletePeering: deleteLink,
    async setLink(linkId, changes) {
      const link = present.get(linkId) ?? missing('link', linkId);
      Object.assign(link, changes);
      if (changes.mtu !== undefined) await setMtu(link);
      await applyTo(lab, link.between);
    },
  };
}

/** An end has the link-local address that the other side's routes go by. */
function endLines(link: Link, networkId: string): string[] {
  const end = endIn(link, networkId);
  const own = farEndOf(networkId, link.between, link.transitive) === FAR_END ? NEAR_END : FAR_END;
  return [
    `link set ${end} alias ${link.id}`,
    `address add ${own}/64 dev ${end} nodad`,
    `link set ${end} mtu ${deviceMtu(link)} up`,
  ];
}

/** Where an interface has less room Linux takes all of IPv6 from it, by which IPv4 finds the other end too. */
function deviceMtu({ mtu }: Link): number {
  return Math.max(mtu, LEAST_MTU);
}
