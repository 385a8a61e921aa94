import type { Fabric, FabricSubnet, FabricVpc } from '@pointsman/cloud';
import { gatewayOf, prefixLengthOf, ROUTER_LINK_LOCAL } from './addresses.ts';
import { checkAddress, checkCidr, checkDhcpOptions, checkId } from './checks.ts';
import { ipv6ResolversOf } from './dhcp/config.ts';
import { writeIpv6 } from './instances.ts';
import { applyTo, type Lab, missing, networkOf, runningOf, startNetwork } from './lab.ts';
import type { LabFabric, LabSite } from './lab-fabric.ts';
import { interfacesOf, linksOf, type Network, subnetsOf } from './model.ts';
import { namespaceOf } from './names.ts';
import { endAll, networkNamespaceByName, processesIn } from './processes.ts';

type Networks = Pick<Fabric, 'putVpc' | 'deleteVpc' | 'putSubnet' | 'deleteSubnet' | 'putDhcpOptions'> &
  Pick<LabFabric, 'putSite' | 'deleteSite' | 'putRouterAddress' | 'deleteRouterAddress' | 'setRouterAddress'>;

/** VPCs and sites, their subnets, and what is at home on their routers. */
export function networks(lab: Lab, { deleteLink }: Pick<LabFabric, 'deleteLink'>): Networks {
  async function putNetwork(id: string, kind: Network['kind'], cidrs: string[], dnsSupport: boolean) {
    checkId(id);
    for (const cidr of cidrs) checkCidr(cidr);
    const known = lab.model.networks.get(id);
    if (known) Object.assign(known, { cidrs, dnsSupport });
    else {
      const network: Network = {
        ...{ id, kind, namespace: namespaceOf(lab.name, id), cidrs, dnsSupport },
        ...{ dhcp: undefined, routerAddresses: new Map() },
      };
      await startNetwork(lab, network);
      lab.model.networks.set(id, network);
    }
    const neighbours = linksOf(lab.model, id).flatMap(({ between }) => between);
    await applyTo(lab, new Set([id, ...neighbours]));
    if (known) await updateDhcp(id);
  }

  async function deleteNetwork(id: string): Promise<void> {
    const network = lab.model.networks.get(id);
    if (!network) return;
    for (const link of linksOf(lab.model, id)) await deleteLink(link.id);
    for (const each of interfacesOf(lab.model, id)) lab.model.interfaces.delete(each.id);
    for (const subnet of subnetsOf(lab.model, id)) lab.model.subnets.delete(subnet.id);
    lab.model.networks.delete(id);
    lab.routers.delete(id);
    const namespace = new Set([networkNamespaceByName(network.namespace) ?? '']);
    await endAll(() => processesIn(namespace, 'net'));
    await lab.commands.runIp([`netns delete ${network.namespace}`]);
  }

  async function putSubnet(subnet: FabricSubnet): Promise<void> {
    if (lab.model.subnets.has(subnet.id)) return;
    for (const cidr of [subnet.cidr, subnet.ipv6Cidr ?? []].flat()) checkCidr(cidr);
    const bridge = `s${lab.nextNumber++}`;
    await runningOf(lab, subnet.vpcId).router.apply({
      ip: bridgeLines(subnet, bridge),
      settings: bridgeSettings(bridge),
    });
    lab.model.subnets.set(subnet.id, { ...subnet, bridge });
    await updateDhcp(subnet.vpcId);
  }

  async function updateDhcp(networkId: string): Promise<void> {
    const network = networkOf(lab, networkId);
    await writeIpv6(lab, networkId, ipv6ResolversOf(network));
    if (subnetsOf(lab.model, networkId).length > 0) await runningOf(lab, networkId).dhcp.update();
  }

  async function setAddress(networkId: string, address: string, state: 'up' | 'down' | undefined) {
    checkAddress(address);
    const { routerAddresses } = networkOf(lab, networkId);
    if (state) routerAddresses.set(address, state);
    else routerAddresses.delete(address);
    await applyTo(lab, [networkId]);
  }

  return {
    putVpc: ({ id, cidrs, ipv6Cidrs, dnsSupport }: FabricVpc) =>
      putNetwork(id, 'vpc', [...cidrs, ...ipv6Cidrs], dnsSupport),
    deleteVpc: deleteNetwork,
    async putSite({ id, cidrs, ipv6Cidrs }: LabSite) {
      await putNetwork(id, 'site', [...cidrs, ...ipv6Cidrs], false);
      for (const [index, cidr] of cidrs.entries()) {
        const ipv6Cidr = ipv6Cidrs[index];
        await putSubnet({
          ...{ id: `${id}/${index}`, vpcId: id, availabilityZone: '', cidr },
          ...(ipv6Cidr === undefined ? {} : { ipv6Cidr }),
        });
      }
    },
    deleteSite: deleteNetwork,
    putSubnet: async (subnet) => {
      checkId(subnet.id);
      await putSubnet(subnet);
    },
    async deleteSubnet(subnetId) {
      const subnet = lab.model.subnets.get(subnetId);
      if (!subnet) return;
      lab.model.subnets.delete(subnetId);
      await runningOf(lab, subnet.vpcId).router.apply({ ip: [`link delete ${subnet.bridge}`] });
      await updateDhcp(subnet.vpcId);
    },
    async putDhcpOptions(vpcId, options) {
      if (options) checkDhcpOptions(options);
      networkOf(lab, vpcId).dhcp = options;
      await updateDhcp(vpcId);
    },
    putRouterAddress: (networkId, address) => setAddress(networkId, address, 'up'),
    deleteRouterAddress: (networkId, address) => setAddress(networkId, address, undefined),
    async setRouterAddress(networkId, address, state) {
      if (!networkOf(lab, networkId).routerAddresses.has(address)) missing('router address', address);
      await setAddress(networkId, address, state);
    },
  };
}

/** Its ports come and go: with a MAC address of its own it keeps it. */
function bridgeLines({ id, cidr, ipv6Cidr }: FabricSubnet, bridge: string): string[] {
  return [
    `link add ${bridge} address ${bridgeMac(bridge)} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${bridge} alias ${id}`,
    `address add ${gatewayOf(cidr)}/${prefixLengthOf(cidr)} dev ${bridge}`,
    `address add ${ROUTER_LINK_LOCAL}/64 dev ${bridge} nodad`,
    ...(ipv6Cidr
      ? [`address add ${gatewayOf(ipv6Cidr)}/${prefixLengthOf(ipv6Cidr)} dev ${bridge} nodad`]
      : []),
    `link set ${bridge} up`,
  ];
}

/** Who asks for another's address is answered at once, by the router. */
function bridgeSettings(bridge: string): Record<string, string> {
  return { [`ipv4/neigh/${bridge}/proxy_delay`]: '0', [`ipv6/neigh/${bridge}/proxy_delay`]: '0' };
}

/** Locally administered: 02:70:6d and the bridge's number. */
function bridgeMac(bridge: string): string {
  const number = Number(bridge.slice(1)).toString(16).padStart(6, '0');
  return `02:70:6d:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
}
