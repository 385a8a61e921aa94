/** The lab in network namespaces. An entry of its own, as the cloud behind it takes its time to load. */
export { endLab } from './control/end-lab.ts';
export { findMachine } from './control/find-machine.ts';
export { healLab } from './control/heal-lab.ts';
export {
  type AccountKey,
  type AwsAccess,
  commandOn,
  findLab,
  type HostRecord,
  type LabRecord,
  type RunningLab,
} from './control/lab-record.ts';
export { drillLab } from './drill/drill-lab.ts';
export { type LabFabric, machineCommand, openFabric, readMachineFile } from './fabric/index.ts';
export {
  type NamespaceWorld,
  type NamespaceWorldOptions,
  startNamespaceWorld,
} from './world/start-namespace-world.ts';
