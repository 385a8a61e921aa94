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
