import { createKeyLocks } from '../state/key-locks.ts';
import type { Fabric } from './fabric.ts';

/** A fabric that is never called concurrently for one ID, whoever calls: what `Fabric` promises to those who implement it. */
export function serialFabric(fabric: Fabric): Fabric {
  const { run } = createKeyLocks();
  return {
    putVpc: (vpc) => run([vpc.id], () => fabric.putVpc(vpc)),
    deleteVpc: (id) => run([id], () => fabric.deleteVpc(id)),
    putSubnet: (subnet) => run([subnet.id], () => fabric.putSubnet(subnet)),
    deleteSubnet: (id) => run([id], () => fabric.deleteSubnet(id)),
    putPeering: (peering) => run([peering.id], () => fabric.putPeering(peering)),
    deletePeering: (id) => run([id], () => fabric.deletePeering(id)),
    putSecurityGroup: (group) => run([group.id], () => fabric.putSecurityGroup(group)),
    deleteSecurityGroup: (id) => run([id], () => fabric.deleteSecurityGroup(id)),
    putDhcpOptions: (vpcId, options) => run([vpcId], () => fabric.putDhcpOptions(vpcId, options)),
    putInterface: (each) => run([each.id], () => fabric.putInterface(each)),
    deleteInterface: (id) => run([id], () => fabric.deleteInterface(id)),
    attachInterface: (attachment) =>
      run([attachment.interfaceId, attachment.instanceId], () => fabric.attachInterface(attachment)),
    detachInterface: (id, options) => run([id], () => fabric.detachInterface(id, options)),
    startInstance: (instance) =>
      run([instance.id, instance.primaryInterfaceId], () => fabric.startInstance(instance)),
    stopInstance: (id) => run([id], () => fabric.stopInstance(id)),
    rebootInstance: (id) => run([id], () => fabric.rebootInstance(id)),
    terminateInstance: (id) => run([id], () => fabric.terminateInstance(id)),
    setMetadataHopLimit: (id, limit) => run([id], () => fabric.setMetadataHopLimit(id, limit)),
    instanceStatus: (id) => run([id], () => fabric.instanceStatus(id)),
  };
}
