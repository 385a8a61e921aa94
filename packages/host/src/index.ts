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
export type { BindOptions } from './engines/bind/bind.ts';
export { missingForBind } from './engines/bind/programs.ts';
export {
  type Engine,
  EngineError,
  type EngineKind,
  type EngineMetrics,
  type EngineOptions,
  type Health,
  type LogLine,
} from './engines/engine.ts';
export { startEngine } from './engines/start-engine.ts';
