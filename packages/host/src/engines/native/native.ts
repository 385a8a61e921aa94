import type { ForwarderConfig } from '@pointsman/core/config';
import { type ForwarderOptions, startForwarder } from '@pointsman/forwarder';
import { deadRules } from '../dead-rules.ts';
import { type Engine, EngineError, type EngineOptions } from '../engine.ts';

export type NativeOptions = EngineOptions & Pick<ForwarderOptions, 'transport' | 'hugePages'>;

/** Our own forwarder, in threads of this process. @throws EngineError */
export async function startNative(config: ForwarderConfig, options: NativeOptions): Promise<Engine> {
  let failure: Error | undefined;
  let current = config;
  const forwarder = await asEngineError(
    startForwarder(config, {
      workers: options.workers,
      ...(options.transport && { transport: options.transport }),
      hugePages: options.hugePages ?? false,
      onCrash: (error) => {
        failure = error;
        options.onFailure(error);
      },
    }),
  );
  return {
    kind: 'native',
    transport: forwarder.transport,
    transportReason: forwarder.transportReason,
    async reload(next) {
      await asEngineError(forwarder.reload(next));
      current = next;
    },
    async health() {
      if (failure) return { serving: false, reason: failure.message, deadRules: [] };
      const { upstreams } = await forwarder.stats();
      return { serving: true, reason: '', deadRules: deadRules(current, upstreams) };
    },
    async metrics() {
      const stats = await forwarder.stats();
      return { ...stats, refused: stats.refusedClients + stats.refusedNames };
    },
    stop: forwarder.stop,
  };
}

async function asEngineError<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new EngineError(code ?? 'NOT_STARTED', message);
  }
}
