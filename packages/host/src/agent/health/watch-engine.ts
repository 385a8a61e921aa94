import { pauseFor } from '../pause.ts';
import type { Service } from '../serve/service.ts';
import { askEngine, feelPulse } from './ask-engine.ts';
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

type Watch = { pulse: boolean; silentRounds: number; rounds: number; rules: Map<string, RuleHealth> };

/** Asks the engine until the signal, restarts it where it is wedged, and says so where that does not help. */
export function watchEngine(options: WatchEngineOptions): {
  health: () => EngineHealth;
  ended: Promise<unknown>;
} {
  const watch: Watch = { pulse: false, silentRounds: 0, rounds: 0, rules: new Map() };
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
      const pulse =
        serving.engine !== undefined &&
        (await feelPulse(engineAddress(serving.configuration.config), PULSE_PATIENCE));
      if (signal.aborted) return;
      if (pulse && !watch.pulse) options.onAnswers();
      watch.pulse = pulse;
      const judged = judgeEngine(memory, { pulse, silentRounds: watch.silentRounds }, performance.now());
      memory = judged.memory;
      if (judged.verdict === 'restart') await restart(watch, options);
      if (judged.verdict === 'lost') return options.onLost();
      if (judged.verdict === 'doubtful') pause = DOUBTFUL_INTERVAL;
    }
    await pauseFor(pause, signal);
  }
}

async function restart(watch: Watch, { service, onRestart, onFailure }: WatchEngineOptions): Promise<void> {
  onRestart();
  watch.pulse = false;
  watch.silentRounds = 0;
  await service.restart().catch((error: Error) => onFailure(error.message));
}

async function keepProbing(watch: Watch, { service, engine, signal }: WatchEngineOptions): Promise<void> {
  while (!signal.aborted) {
    const serving = service.current();
    if (serving?.engine && watch.pulse) {
      const { config } = serving.configuration;
      const probes = nextProbes(config, watch.rounds);
      const questions = probes.map(({ question }) => question);
      const replies = await askEngine(engineAddress(config), questions, patienceWith(engine, config));
      // What it was asked is another's answer where it has been restarted meanwhile.
      if (service.current()?.engine !== serving.engine) continue;
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
      const isSilent = replies.length > 0 && replies.every(({ state }) => state === 'silent');
      watch.silentRounds = isSilent ? watch.silentRounds + 1 : 0;
    }
    await pauseFor(watch.rounds === 0 ? DOUBTFUL_INTERVAL : PROBE_INTERVAL, signal);
  }
}

/** Rules that are no more. */
function forget({ rules }: Watch, suffixes: readonly string[], hasOthers: boolean): void {
  const known = new Set(hasOthers ? [...suffixes, '.'] : suffixes);
  for (const suffix of rules.keys()) if (!known.has(suffix)) rules.delete(suffix);
}
