import type { ForwarderConfig } from '@pointsman/core/config';
import { type Engine, EngineError } from '../../engines/engine.ts';
import type { Configuration } from '../configuration/check-configuration.ts';

/** The engine of an agent and the configuration it has, one change after the other. */
export type Service = {
  /** Undefined before the first engine has started. */
  current: () => Serving | undefined;
  /** How long the start or reload that is under way has taken so far, milliseconds; undefined where none is. */
  changingFor: () => number | undefined;
  /** Starts the engine, or reloads it without losing a query. @throws Error: what was in force is still */
  use: (configuration: Configuration) => Promise<void>;
  /** Another engine in the place of this one, also where this one hangs in a reload. @throws Error: none runs; the next `restart` or `use` may have more luck */
  restart: () => Promise<void>;
  /** For good: a start that is under way is broken off, and `use` and `restart` fail from now on. */
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
  /** The signal: nobody wants it any more. */
  start: (config: ForwarderConfig, signal: AbortSignal) => Promise<Engine>;
  /** An engine does not end: only the end of this process ends it. */
  onStuck: () => void;
  now: () => number;
};

/** Milliseconds that an engine may take to end. */
const STOP_WITHIN = 10_000;

export function openService({ start, onStuck, now }: ServiceOptions): Service {
  const stopping = new AbortController();
  let serving: Serving | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let changingSince: number | undefined;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(async () => {
      changingSince = performance.now();
      return work().finally(() => (changingSince = undefined));
    });
    last = result.catch(() => {});
    return result;
  };
  const halt = haltOnce(onStuck);
  const end = async () => {
    const engine = serving?.engine;
    if (!engine) return;
    serving = { ...serving!, engine: undefined };
    await halt(engine);
  };
  const begin = async (configuration: Configuration) => {
    await end();
    if (stopping.signal.aborted) throw new EngineError('STOPPED', 'the engine is not wanted any more');
    const engine = await start(configuration.config, stopping.signal);
    serving = { configuration, engine, startedAt: now(), configuredAt: now() };
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
  /** Not in turn: what waits for an engine that hangs, such as its reload, ends with it. */
  const haltNow = () => {
    if (serving?.engine) void halt(serving.engine).catch(() => {});
  };
  return {
    current: () => serving,
    changingFor: () => (changingSince === undefined ? undefined : performance.now() - changingSince),
    use: (configuration) => inTurn(() => use(configuration)),
    restart: () => {
      haltNow();
      return inTurn(async () => {
        if (serving) await begin(serving.configuration);
      });
    },
    stop: () => {
      stopping.abort();
      haltNow();
      return inTurn(end);
    },
  };
}

/** Ends an engine once, however many want it to end. */
function haltOnce(onStuck: () => void): (engine: Engine) => Promise<void> {
  const halted = new WeakMap<Engine, Promise<void>>();
  return (engine) => {
    const known = halted.get(engine);
    if (known) return known;
    const timer = setTimeout(onStuck, STOP_WITHIN);
    const end = engine.stop().finally(() => clearTimeout(timer));
    halted.set(engine, end);
    return end;
  };
}
