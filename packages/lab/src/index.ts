/** What labs are, and how other processes speak with one that runs. What runs one is `./loopback` and `./namespaces`. */
export { type Ask, ask, type Reply } from './client/ask.ts';
export type { Move } from './loopback/address-map.ts';
export type { Member, WorldMember } from './loopback/member.ts';
export type { RealServer } from './loopback/players.ts';
export type { World } from './loopback/start-world.ts';
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
export { endLab } from './namespaces/control/end-lab.ts';
export { findMachine } from './namespaces/control/find-machine.ts';
export { healLab } from './namespaces/control/heal-lab.ts';
export { type KnownLab, knownLabs } from './namespaces/control/known-labs.ts';
export {
  type AccountKey,
  type AwsAccess,
  commandOn,
  findLab,
  type HostRecord,
  type LabRecord,
  type RunningLab,
} from './namespaces/control/lab-record.ts';
export { drillLab } from './namespaces/drill/drill-lab.ts';
export { FAULT_ARGUMENTS } from './namespaces/drill/fault.ts';
export type { DrillEvent, DrillReport } from './namespaces/drill/run-drill.ts';
export { beginInOwnNamespace, mayHaveOwnNamespace, OWN_NAMESPACE } from './namespaces/rootless/begin.ts';
export { endOwnLab, runInOwnLab } from './namespaces/rootless/join.ts';
export { findOwnLab } from './namespaces/rootless/own-labs.ts';
export type { NamespaceWorld } from './namespaces/world/start-namespace-world.ts';
export { accountOfVpc } from './route53/account-of.ts';
export type { Difference } from './route53/differences.ts';
