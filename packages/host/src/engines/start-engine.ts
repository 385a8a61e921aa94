import type { ForwarderConfig } from '@pointsman/core/config';
import { type BindOptions, startBind } from './bind/bind.ts';
import type { Engine, EngineKind } from './engine.ts';
import { type NativeOptions, startNative } from './native/native.ts';

/** Starts whole, or not at all. @throws EngineError */
export function startEngine(
  kind: EngineKind,
  config: ForwarderConfig,
  options: NativeOptions & BindOptions,
): Promise<Engine> {
  return kind === 'native' ? startNative(config, options) : startBind(config, options);
}
