export { machineCommand, readMachineFile } from './enter.ts';
export { FabricError } from './fabric-error.ts';
export type { LabFabric, LabHost, LabLink, LabOptions, LabSite, LabState } from './lab-fabric.ts';
export { clockEnvironment } from './machines/clock.ts';
export { openFabric } from './open-fabric.ts';
export { removeLab } from './remove-lab.ts';
