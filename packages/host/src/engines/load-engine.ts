import type { ForwarderConfig } from '@pointsman/core/config';
import type { EngineKind } from './engine.ts';

const NOTHING: ForwarderConfig = {
  name: 'nothing',
  listen: [],
  clients: [],
  rules: [],
  otherwise: 'refuse',
  cache: { bytes: 2 ** 20 },
  deadline: 1000,
};

/**
 * Loads what `startEngine` loads, in threads of its own too, and serves nothing. When this process ends Node's compile cache has all of it, for processes that
 * can read that cache, and not write it.
 */
export async function loadEngine(kind: EngineKind): Promise<void> {
  if (kind === 'bind') return void (await import('./bind/bind.ts'));
  const { startNative } = await import('./native/native.ts');
  const engine = await startNative(NOTHING, { workers: 1, log: () => {}, onFailure: () => {} });
  await engine.stop();
}
