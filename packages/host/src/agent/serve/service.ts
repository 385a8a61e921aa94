import type { ForwarderConfig } from '@pointsman/core/config';
import type { Engine } from '../../engines/engine.ts';
import type { Configuration } from '../configuration/check-configuration.ts';

/** The engine of an agent and the configuration it has, one change after the other. */
export type Service = {
  current: () => Serving | undefined;
  /** Starts the engine, or reloads it without losing a query. @throws Error: what was in force is still */
  use: (configuration: Configuration) => Promise<void>;
  /** Another engine in the place of this one. @throws Error: none runs; the next `restart` or `use` may have more luck */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

export type Serving = {
  configuration: Configuration;
  /** Undefined while none runs. */
  engine: Engine | undefined;
  /** Milliseconds since 1970, of the engine and of its configuration. */
  startedAt: number;
  configuredAt: number;
};

export type ServiceOptions = {
  start: (config: ForwarderConfig) => Promise<Engine>;
  /** An engine does not end: only the end of this process ends it. */
  onStuck: () => void;
  now: () => number;
};

/** Milliseconds that an engine may take to end. */
const STOP_WITHIN = 10_000;

export function openService({ start, onStuck, now }: ServiceOptions): Service {
  let serving: Serving | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const end = async () => {
    const engine = serving?.engine;
    if (!engine) return;
    serving = { ...serving!, engine: undefined };
    const timer = setTimeout(onStuck, STOP_WITHIN);
    await engine.stop().finally(() => clearTimeout(timer));
  };
  const begin = async (configuration: Configuration) => {
    await end();
    const before = serving;
    serving = { configuration, engine: undefined, startedAt: now(), configuredAt: now() };
    try {
      serving = { ...serving, engine: await start(configuration.config) };
    } catch (error) {
      // One that never ran is not what a restart goes back to.
      if (before) serving = before;
      throw error;
    }
  };
  const use = async (configuration: Configuration) => {
    const before = serving;
    if (!before?.engine) return begin(configuration);
    try {
      await before.engine.reload(configuration.config);
      serving = { ...before, configuration, configuredAt: now() };
    } catch (error) {
      if ((error as { code?: string }).code !== 'RESTART_NEEDED') throw error;
      await begin(configuration).catch(async (failure: Error) => {
        await begin(before.configuration);
        throw failure;
      });
    }
  };
  return {
    current: () => serving,
    use: (configuration) => inTurn(() => use(configuration)),
    restart: () =>
      inTurn(async () => {
        if (serving) await begin(serving.configuration);
      }),
    stop: () => inTurn(end),
  };
}
