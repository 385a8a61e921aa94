/**
 * Whether an engine does its work, from whether it says anything at all. What its upstreams do is not its fault: an engine that answers
 * SERVFAIL to everything is well.
 */
export function judgeEngine(
  memory: EngineMemory,
  seen: EngineSigns,
  now: number,
): { memory: EngineMemory; verdict: EngineVerdict } {
  const silentPulses = seen.pulse ? 0 : memory.silentPulses + 1;
  const next = { ...memory, silentPulses };
  if (silentPulses < SILENT_PULSES && seen.silentRounds < SILENT_ROUNDS)
    return { memory: next, verdict: silentPulses === 0 ? 'well' : 'doubtful' };
  const restarts = memory.restarts.filter((at) => now - at < FORGIVEN_AFTER);
  if (restarts.length >= MOST_RESTARTS) return { memory: { ...next, restarts }, verdict: 'lost' };
  return { memory: { silentPulses: 0, restarts: [...restarts, now] }, verdict: 'restart' };
}

export type EngineMemory = {
  /** In a row. */
  silentPulses: number;
  /** When it was restarted, milliseconds. */
  restarts: readonly number[];
};

export type EngineSigns = {
  /** Whether it answers a question that needs no upstream. */
  pulse: boolean;
  /** Rounds of probes in a row in which none of its rules said anything, not even that it failed. */
  silentRounds: number;
};

/** `restart` is given once for each restart; `lost`: restarts do not help. */
export type EngineVerdict = 'well' | 'doubtful' | 'restart' | 'lost';

export const NEW_ENGINE: EngineMemory = { silentPulses: 0, restarts: [] };

const SILENT_PULSES = 3;
const SILENT_ROUNDS = 2;
const MOST_RESTARTS = 2;
/** Milliseconds. */
const FORGIVEN_AFTER = 10 * 60_000;
