/** What runs a lab in network namespaces. An entry of its own, as the cloud behind it takes its time to load. */
export { type LabFabric, machineCommand, openFabric, readMachineFile } from './fabric/index.ts';
export { API_IN_VPCS, playApi } from './world/play-api.ts';
export { playMetadata } from './world/play-metadata.ts';
export { compilePrograms, PROGRAM_FOLDERS } from './world/programs.ts';
export { type NamespaceWorldOptions, startNamespaceWorld } from './world/start-namespace-world.ts';
