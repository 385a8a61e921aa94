export { type Clock, type ManualClock, manualClock, systemClock } from './clock/clock.ts';
export type { Ec2Api } from './ec2/api.ts';
export type { Ec2 } from './ec2/ec2.ts';
export type { Ec2State } from './ec2/model.ts';
export { type Cloud, type CloudCore, type CloudOptions, createCloud } from './endpoint/create-cloud.ts';
export type { DnsName, DnsNames } from './endpoint/dns-names.ts';
export { type CloudServerOptions, startCloud } from './endpoint/start-cloud.ts';
export type * from './fabric/fabric.ts';
export { type RememberingFabric, rememberingFabric } from './fabric/remembering-fabric.ts';
export type { Identity } from './identity/create-identity.ts';
export { PolicyError } from './identity/policy-error.ts';
export type { Machine, MachineCredentials, MachineInterface, MachineProfile } from './metadata/machine.ts';
export {
  type MetadataFaults,
  type MetadataServiceOptions,
  NO_METADATA_FAULTS,
  serveMetadata,
} from './metadata/serve-metadata.ts';
export { type CloudFaults, NO_DELAYS, USUAL_DELAYS } from './state/faults.ts';
export type { Change } from './state/versions.ts';
