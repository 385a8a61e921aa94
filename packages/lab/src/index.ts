export { type Ask, ask, type Reply } from './client/ask.ts';
export type { Move } from './loopback/address-map.ts';
export type { Member } from './loopback/member.ts';
export type { RealServer } from './loopback/players.ts';
export { startWorld, type World, type WorldOptions } from './loopback/start-world.ts';
export { WorldError } from './loopback/world-error.ts';
export {
  DEFAULT_PORT,
  planWorld,
  type WorldAuthority,
  type WorldClient,
  type WorldForwarder,
  type WorldPlan,
  type WorldResolver,
} from './loopback/world-plan.ts';
export {
  type AwsAccess,
  findLab,
  type HostRecord,
  type LabRecord,
  type RunningLab,
} from './namespaces/control/lab-record.ts';
export type { Difference } from './route53/differences.ts';
export { type HostedZones, openHostedZones } from './route53/hosted-zones.ts';
export { keysOf, regionOf, serveApi, serviceOf, type WorldApi } from './route53/serve-api.ts';
export { vpcIdOf } from './route53/stable-ids.ts';
