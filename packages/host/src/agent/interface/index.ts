export { InterfaceError } from './interface-error.ts';
export { PROTOCOL } from './marks.ts';
export {
  type Family,
  listLinks,
  MAIN_TABLE,
  type ObservedInterface,
  observeInterface,
  readSettings,
  settingKey,
} from './observe-interface.ts';
export { formatStep, type InterfacePlan, planInterface, type Step } from './plan-interface.ts';
export { applySteps, type Reconciled, reconcileInterface, releaseInterface } from './reconcile-interface.ts';
export { type CommandResult, type RunCommand, runCommand } from './run-command.ts';
export { waitForInterface } from './wait-for-interface.ts';
export { type InterfaceEvent, type WatchOptions, watchInterface } from './watch-interface.ts';
