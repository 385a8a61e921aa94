export type * from './fabric/fabric.ts';
export type { Machine, MachineCredentials, MachineInterface, MachineProfile } from './metadata/machine.ts';
export {
  type MetadataFaults,
  type MetadataServiceOptions,
  NO_METADATA_FAULTS,
  serveMetadata,
} from './metadata/serve-metadata.ts';
