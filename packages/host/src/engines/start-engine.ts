import type { ForwarderConfig } from '@pointsman/core/config';
import type { BindOptions } from './bind/bind.ts';
import type { Engine, EngineKind } from './engine.ts';
import type { NativeOptions } from './native/native.ts';

/** Starts whole, or not at all. Loads no more than that engine takes. @throws EngineError */
export async function startEngine(
  kind: EngineKind,
  config: ForwarderConfig,
  options: NativeOptions & BindOptions,
): Promise<Engine> {
  if (kind === 'native') return (await import('./native/native.ts')).startNative(config, options);
  return (await import('./bind/bind.ts')).startBind(config, options);
}
