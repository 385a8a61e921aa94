import type { ForwarderConfig } from '@pointsman/core/config';
import { type BindPlace, originsOfConfig, renderNamed } from '@pointsman/core/render';
import { startProber } from '../../probes/prober.ts';
import { deadRules } from '../dead-rules.ts';
import { type Engine, EngineError, type EngineOptions } from '../engine.ts';
import { type Control, makeControl } from './control.ts';
import { makeCounter } from './counter.ts';
import { type Folder, KEY_NAME, makeFolder } from './folder.ts';
import { freePort, requireListenable } from './listening.ts';
import { startNamed } from './named-process.ts';
import { findPrograms, type Programs } from './programs.ts';
import { staleParts } from './stale-parts.ts';
import { readStatistics } from './statistics.ts';
import { type Supervisor, supervise } from './supervisor.ts';
import { hasTimedStaleAnswers, requireVersion, type Version } from './version.ts';

export type BindOptions = EngineOptions & {
  /** Where its folder is made; undefined: the system's temporary folder. */
  directory?: string;
  /** The addresses that queries to upstreams leave from; undefined: the first it listens on. */
  sources?: readonly string[];
};

const LOOPBACK = '127.0.0.1';
/** Somebody else may take a port between the moment it was found free and the moment named binds it. */
const PORT_TRIES = 3;

/** A `named` that forwards by the configuration. @throws EngineError */
export async function startBind(config: ForwarderConfig, options: BindOptions): Promise<Engine> {
  const programs = findPrograms();
  if ('missing' in programs) throw new EngineError('NOT_INSTALLED', programs.missing);
  const version = await requireVersion(programs.named);
  await requireListenable(config.listen);
  const folder = await makeFolder(options.directory);
  try {
    const served = await startServed(config, options, folder, programs, version);
    return runEngine(config, options, folder, served);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** A named that runs, and how to speak with it. */
type Served = { supervisor: Supervisor; control: Control; place: BindPlace; statisticsPort: number };

async function startServed(
  config: ForwarderConfig,
  options: BindOptions,
  folder: Folder,
  programs: Programs,
  version: Version,
): Promise<Served> {
  for (let tries = 1; ; tries++) {
    const [statisticsPort, controlPort] = [await freePort(), await freePort()];
    const control = makeControl(programs, folder, LOOPBACK, controlPort);
    const place: BindPlace = {
      directory: folder.workingDirectory,
      timedStaleAnswers: hasTimedStaleAnswers(version),
      ...(options.sources && { sources: options.sources }),
      supervised: {
        statistics: { address: LOOPBACK, port: statisticsPort },
        control: { address: LOOPBACK, port: controlPort, keyName: KEY_NAME, keyFile: folder.keyFile },
      },
    };
    await folder.adopt(await writeChecked(config, place, folder, control, options));
    const supervisor = await supervise((ending) => {
      const signal = AbortSignal.any(options.signal ? [ending, options.signal] : [ending]);
      return startNamed(programs.named, folder, options, signal);
    }, options.log);
    const answers = await Promise.all([control.tell('status'), readStatistics(LOOPBACK, statisticsPort)]);
    if (answers[0] === undefined && answers[1] !== undefined)
      return { supervisor, control, place, statisticsPort };
    await supervisor.stop();
    if (tries === PORT_TRIES)
      throw new EngineError(
        'NOT_STARTED',
        `named does not answer on its control channel: ${answers[0] ?? 'no statistics'}`,
      );
  }
}

/** The path of a configuration that named would take. @throws EngineError with what named-checkconf says */
async function writeChecked(
  config: ForwarderConfig,
  place: BindPlace,
  folder: Folder,
  control: Control,
  { log }: BindOptions,
): Promise<string> {
  const rendered = renderNamed(config, originsOfConfig(config.name), place);
  if (!rendered.ok)
    throw new EngineError(
      'REJECTED',
      rendered.problems.map(({ message, remedy }) => `${message}; ${remedy}`).join('\n'),
    );
  const path = await folder.write('named.conf.next', rendered.text);
  const mistake = await control.check(path);
  if (mistake !== undefined)
    throw new EngineError('REJECTED', `named does not take the configuration: ${mistake}`);
  for (const message of rendered.warnings) log({ level: 'warning', category: 'configuration', message });
  return path;
}

function runEngine(config: ForwarderConfig, options: BindOptions, folder: Folder, served: Served): Engine {
  const { supervisor, statisticsPort } = served;
  const prober = startProber(config, options.sources);
  const counter = makeCounter(supervisor.generation, () => readStatistics(LOOPBACK, statisticsPort));
  let current = config;
  const queue = makeQueue();
  let isStopped = false;
  const apply = async (next: ForwarderConfig) => {
    if (isStopped) throw new EngineError('STOPPED', 'the engine has been stopped');
    requireSameFixtures(current, next);
    await swapConfig(next, current, options, folder, served);
    await flushStale(current, next, served.control);
    current = next;
    prober.use(next);
  };
  return {
    kind: 'bind',
    transport: 'named',
    reload: (next) => queue.add(() => apply(next)),
    health: async () => {
      const serving = supervisor.current() !== undefined;
      return { serving, reason: supervisor.reason(), deadRules: deadRules(current, prober.upstreams()) };
    },
    metrics: async () => {
      const counts = await counter.read();
      return { ...counts, cacheBytes: current.cache.bytes, upstreams: prober.upstreams() };
    },
    stop: async () => {
      isStopped = true;
      prober.stop();
      // First: a reload may be waiting for a named that does not come.
      await supervisor.stop();
      await queue.settled();
      await folder.remove();
    },
  };
}

/** Does one thing after the other, whatever becomes of each. */
function makeQueue() {
  let last = Promise.resolve();
  return {
    add: (job: () => Promise<void>): Promise<void> => {
      const done = last.then(job);
      last = done.catch(() => {});
      return done;
    },
    settled: () => last,
  };
}

/** What the cache has under rules that have changed. */
async function flushStale(before: ForwarderConfig, after: ForwarderConfig, control: Control): Promise<void> {
  for (const { view, suffix } of staleParts(before, after)) {
    const failure = suffix === undefined ? 'all' : await control.tell('flushtree', suffix, view);
    if (failure !== undefined) await control.tell('flush', view);
  }
}

/** @throws EngineError; then the old configuration is what named has, and what it would start with */
async function swapConfig(
  next: ForwarderConfig,
  current: ForwarderConfig,
  options: BindOptions,
  folder: Folder,
  { supervisor, control, place }: Served,
): Promise<void> {
  const path = await writeChecked(next, place, folder, control, options);
  await supervisor.running();
  await folder.adopt(path);
  const failure = await control.tell('reconfig');
  if (failure === undefined) return;
  const { running } = supervisor;
  await running();
  await folder.adopt(await writeChecked(current, place, folder, control, { ...options, log: () => {} }));
  await control.tell('reconfig');
  throw new EngineError('REJECTED', `named does not take the configuration: ${failure}`);
}

function requireSameFixtures(before: ForwarderConfig, after: ForwarderConfig): void {
  const fixed = ({ listen, cache }: ForwarderConfig) => JSON.stringify([listen, cache]);
  if (fixed(before) !== fixed(after))
    throw new EngineError(
      'RESTART_NEEDED',
      '`listen` and `cache` cannot change while named runs: restart it',
    );
}
