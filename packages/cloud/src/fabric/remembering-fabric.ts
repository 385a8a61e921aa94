import type {
  Fabric,
  FabricAttachment,
  FabricDhcpOptions,
  FabricInstance,
  FabricInterface,
  FabricPeering,
  FabricSecurityGroup,
  FabricSubnet,
  FabricVpc,
} from './fabric.ts';

/** What a fabric was told to make, as it is now. */
export type RememberedNetworks = {
  vpcs: Map<string, FabricVpc>;
  subnets: Map<string, FabricSubnet>;
  peerings: Map<string, FabricPeering>;
  securityGroups: Map<string, FabricSecurityGroup>;
  dhcpOptions: Map<string, FabricDhcpOptions | undefined>;
  interfaces: Map<string, FabricInterface>;
  /** By interface. */
  attachments: Map<string, FabricAttachment>;
  instances: Map<string, FabricInstance & { running: boolean }>;
};

export type RememberingFabric = Fabric & {
  remembered: RememberedNetworks;
  /** The calls in their order, by their names. */
  calls: (keyof Fabric)[];
  /** Fails the calls for which it gives true, before they do anything. */
  failOn: (call: keyof Fabric) => boolean;
  /** What `instanceStatus` finds; `ok` for those that are not in here. */
  statuses: Map<string, 'ok' | 'impaired'>;
};

/** A fabric without networks: it remembers what it was told, for tests. */
export function rememberingFabric(): RememberingFabric {
  const remembered: RememberedNetworks = {
    vpcs: new Map(),
    subnets: new Map(),
    peerings: new Map(),
    securityGroups: new Map(),
    dhcpOptions: new Map(),
    interfaces: new Map(),
    attachments: new Map(),
    instances: new Map(),
  };
  const fabric: RememberingFabric = {
    remembered,
    calls: [],
    failOn: () => false,
    statuses: new Map(),
    ...placesOf(remembered, begin),
    ...machinesOf(remembered, begin),
    instanceStatus: async (id) => {
      begin('instanceStatus');
      return remembered.instances.get(id)?.running ? (fabric.statuses.get(id) ?? 'ok') : 'impaired';
    },
  };
  function begin(call: keyof Fabric): void {
    fabric.calls.push(call);
    if (fabric.failOn(call)) throw new Error(`${call} was made to fail`);
  }
  return fabric;
}

type Begin = (call: keyof Fabric) => void;

function placesOf(remembered: RememberedNetworks, begin: Begin) {
  const put =
    <Kept extends { id: string }>(call: keyof Fabric, kept: Map<string, Kept>) =>
    async (each: Kept) => {
      begin(call);
      kept.set(each.id, each);
    };
  const remove = (call: keyof Fabric, kept: Map<string, unknown>) => async (id: string) => {
    begin(call);
    kept.delete(id);
  };
  return {
    putVpc: put('putVpc', remembered.vpcs),
    deleteVpc: async (id: string) => {
      begin('deleteVpc');
      remembered.vpcs.delete(id);
      remembered.dhcpOptions.delete(id);
    },
    putSubnet: put('putSubnet', remembered.subnets),
    deleteSubnet: remove('deleteSubnet', remembered.subnets),
    putPeering: put('putPeering', remembered.peerings),
    deletePeering: remove('deletePeering', remembered.peerings),
    putSecurityGroup: put('putSecurityGroup', remembered.securityGroups),
    deleteSecurityGroup: remove('deleteSecurityGroup', remembered.securityGroups),
    putInterface: put('putInterface', remembered.interfaces),
    deleteInterface: remove('deleteInterface', remembered.interfaces),
    putDhcpOptions: async (vpcId: string, options: FabricDhcpOptions | undefined) => {
      begin('putDhcpOptions');
      remembered.dhcpOptions.set(vpcId, options);
    },
  };
}

function machinesOf({ attachments, instances }: RememberedNetworks, begin: Begin) {
  return {
    attachInterface: async (attachment: FabricAttachment) => {
      begin('attachInterface');
      if (attachments.has(attachment.interfaceId)) {
        throw new Error(`${attachment.interfaceId} is attached already`);
      }
      attachments.set(attachment.interfaceId, attachment);
    },
    detachInterface: async (interfaceId: string) => {
      begin('detachInterface');
      attachments.delete(interfaceId);
    },
    startInstance: async (instance: FabricInstance) => {
      begin('startInstance');
      const { id, primaryInterfaceId } = instance;
      attachments.set(primaryInterfaceId, {
        interfaceId: primaryInterfaceId,
        instanceId: id,
        deviceIndex: 0,
      });
      instances.set(id, { ...instance, running: true });
    },
    stopInstance: async (id: string) => {
      begin('stopInstance');
      const instance = instances.get(id);
      if (instance) instances.set(id, { ...instance, running: false });
    },
    setMetadataHopLimit: async (id: string, metadataHopLimit: number) => {
      begin('setMetadataHopLimit');
      const instance = instances.get(id);
      if (instance) instances.set(id, { ...instance, metadataHopLimit });
    },
    rebootInstance: async () => begin('rebootInstance'),
    terminateInstance: async (id: string) => {
      begin('terminateInstance');
      instances.delete(id);
    },
  };
}
