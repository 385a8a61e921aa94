import type { Engine } from '../../engines/engine.ts';
import { pauseFor } from '../pause.ts';
import type { Service, Serving } from '../serve/service.ts';
import { askEngine, feelPulse } from './ask-engine.ts';
import { countQueries, isBusy } from './engine-load.ts';
import { judgeEngine, NEW_ENGINE } from './judge-engine.ts';
import { engineAddress, nextProbes, patienceWith, type RuleHealth } from './rule-health.ts';

/** How the engine of a tenure is. */
export type EngineHealth = {
  /** It answers at the fixed address; with whatever upstreams let it. */
  answers: boolean;
  /** A round of probes has ended. */
  isProbed: boolean;
  rules: readonly RuleHealth[];
};

export type WatchEngineOptions = {
  service: Service;
  engine: 'native' | 'bind';
  /** It answers, for the first time or again. */
  onAnswers: () => void;
  onRestart: () => void;
  /** Why another engine did not start. */
  onFailure: (reason: string) => void;
  /** Restarts do not help. */
  onLost: () => void;
  signal: AbortSignal;
};

/** Milliseconds. */
const PULSE_INTERVAL = 1000;
const DOUBTFUL_INTERVAL = 300;
const PULSE_PATIENCE = 1000;
const PROBE_INTERVAL = 5000;
/** A reload holds answers up where it is long, such as named's of very many rules: so long it is no silence. */
const RELOADS_WITHIN = 30_000;

type Watch = {
  pulse: boolean;
  silentRounds: number;
  rounds: number;
  rules: Map<string, RuleHealth>;
  /** Queries that the engine had read when it was silent last. */
  counted: number | undefined;
};

/** Asks the engine until the signal, restarts it where it is wedged, and says so where that does not help. */
export function watchEngine(options: WatchEngineOptions): {
  health: () => EngineHealth;
  ended: Promise<unknown>;
} {
  const watch: Watch = { pulse: false, silentRounds: 0, rounds: 0, rules: new Map(), counted: undefined };
  return {
    health: () => ({
      // Not only when a round has ended: with a dead upstream that takes seconds, in which keepalived would take the address elsewhere.
      answers: watch.pulse && watch.silentRounds === 0,
      isProbed: watch.rounds > 0,
      rules: [...watch.rules.values()],
    }),
    ended: Promise.all([keepPulse(watch, options), keepProbing(watch, options)]),
  };
}

async function keepPulse(watch: Watch, options: WatchEngineOptions): Promise<void> {
  const { service, signal } = options;
  let memory = NEW_ENGINE;
  while (!signal.aborted) {
    const serving = service.current();
    let pause = PULSE_INTERVAL;
    if (serving) {
      const pulse = await takePulse(serving, watch, signal);
      if (signal.aborted) return;
      if (pulse && !watch.pulse) options.onAnswers();
      watch.pulse = pulse;
      if (!pulse) pause = DOUBTFUL_INTERVAL;
      if (pulse || !isChanging(service)) {
        const judged = judgeEngine(memory, { pulse, silentRounds: watch.silentRounds }, performance.now());
        memory = judged.memory;
        if (judged.verdict === 'restart') await restart(watch, options);
        if (judged.verdict === 'lost') return options.onLost();
      }
    }
    await pauseFor(pause, signal);
  }
}

/** Whether it answers, or is so busy that our question was lost among those of clients: what it reads of them shows that it works. */
async function takePulse(
  { engine, configuration }: Serving,
  watch: Watch,
  signal: AbortSignal,
): Promise<boolean> {
  if (!engine) return false;
  if (await feelPulse(engineAddress(configuration.config), PULSE_PATIENCE, signal)) {
    watch.counted = undefined;
    return true;
  }
  const before = watch.counted;
  watch.counted = await countQueries(engine, signal);
  return isBusy(before, watch.counted);
}

/** None runs because one is being started, or it may have to be waited for. */
function isChanging(service: Service): boolean {
  const time = service.changingFor();
  return time !== undefined && (!service.current()?.engine || time < RELOADS_WITHIN);
}

async function restart(watch: Watch, { service, onRestart, onFailure }: WatchEngineOptions): Promise<void> {
  onRestart();
  watch.pulse = false;
  watch.silentRounds = 0;
  watch.counted = undefined;
  await service.restart().catch((error: Error) => onFailure(error.message));
}

async function keepProbing(watch: Watch, options: WatchEngineOptions): Promise<void> {
  const { service, signal } = options;
  while (!signal.aborted) {
    const serving = service.current();
    if (serving?.engine && watch.pulse) await probe(watch, serving, serving.engine, options);
    await pauseFor(watch.rounds === 0 ? DOUBTFUL_INTERVAL : PROBE_INTERVAL, signal);
  }
}

/** A round of questions by its rules. */
async function probe(
  watch: Watch,
  { configuration: { config } }: Serving,
  running: Engine,
  { service, engine, signal }: WatchEngineOptions,
): Promise<void> {
  const probes = nextProbes(config, watch.rounds);
  const questions = probes.map(({ question }) => question);
  const before = await countQueries(running, signal);
  const replies = await askEngine(engineAddress(config), questions, patienceWith(engine, config), signal);
  // What it was asked is another's answer where it has been restarted meanwhile.
  if (signal.aborted || service.current()?.engine !== running) return;
  const at = Date.now();
  for (const [index, reply] of replies.entries()) {
    const { suffix } = probes[index]!;
    watch.rules.set(suffix, { suffix, ...reply, at });
  }
  forget(
    watch,
    config.rules.map(({ suffix }) => suffix),
    config.otherwise !== 'refuse',
  );
  watch.rounds++;
  const isSilent =
    replies.length > 0 &&
    replies.every(({ state }) => state === 'silent') &&
    !isBusy(before, await countQueries(running, signal));
  watch.silentRounds = isSilent ? watch.silentRounds + 1 : 0;
}

/** Rules that are no more. */
function forget({ rules }: Watch, suffixes: readonly string[], hasOthers: boolean): void {
  const known = new Set(hasOthers ? [...suffixes, '.'] : suffixes);
  for (const suffix of rules.keys()) if (!known.has(suffix)) rules.delete(suffix);
}
