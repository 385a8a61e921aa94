export { agentPolicy, type PolicyDocument } from './agent/cloud/agent-policy.ts';
export { CloudError } from './agent/cloud/cloud-error.ts';
export {
  applyConfirmed,
  applyUnconfirmed,
  type ConfirmEvent,
  type ConfirmOptions,
  confirmPending,
  type Resumed,
  resumeConfirmation,
  type UnconfirmedChange,
  WATCHDOG_PROGRAM,
} from './agent/confirm/index.ts';
export type { AgentEvent } from './agent/events.ts';
export {
  formatStep,
  InterfaceError,
  type InterfaceEvent,
  type InterfacePlan,
  type ObservedInterface,
  observeInterface,
  planInterface,
  type RunCommand,
  reconcileInterface,
  releaseInterface,
  runCommand,
  type Step,
  waitForInterface,
  watchInterface,
} from './agent/interface/index.ts';
export { findServiceInterface } from './agent/remembered.ts';
export { runAgent } from './agent/run-agent.ts';
export type { AgentStatus } from './agent/status/agent-status.ts';
export { askStatus } from './agent/status/ask-status.ts';
export { parseStatus } from './agent/status/parse-status.ts';
export {
  type MemberReport,
  type MembersAccess,
  readMembers,
  STALE_AFTER,
  type WantedTier,
} from './agent/status/read-members.ts';
export { hasAgent } from './agent/status/serve-status.ts';
export * from './engines/index.ts';
