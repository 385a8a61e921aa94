/** What answers queries on a forwarder's host. An entry of its own, for those who run an engine and need no agent. */
export type { BindOptions } from './bind/bind.ts';
export { missingForBind } from './bind/programs.ts';
export {
  type Engine,
  EngineError,
  type EngineKind,
  type EngineMetrics,
  type EngineOptions,
  type Health,
  type LogLine,
} from './engine.ts';
export { loadEngine } from './load-engine.ts';
export { startEngine } from './start-engine.ts';
