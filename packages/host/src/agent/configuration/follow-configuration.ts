import { backoff } from '../backoff.ts';
import { type Configuration, checkConfiguration } from './check-configuration.ts';
import type { LastGood } from './last-good.ts';
import type { Source } from './source.ts';

/**
 * Keeps up with a source: each new configuration is checked whole, handed to `use`, and kept as the last good one when that took it. While
 * the source is away, or has a bad one, what is in use stays.
 */
export type FollowOptions = {
  source: Source;
  member: string;
  /** As for `checkConfiguration`. */
  addresses: readonly string[] | undefined;
  lastGood: LastGood;
  /** Puts a good one in force. Throws, with a sentence, where it cannot be: what was in force is still. */
  use: (configuration: Configuration) => Promise<void>;
  report: (event: ConfigurationEvent) => void;
  /** Resolves after so many milliseconds, or sooner where somebody wants it looked at now. */
  pause: (milliseconds: number) => Promise<void>;
  random: () => number;
  signal: AbortSignal;
};

export type ConfigurationEvent =
  /** `from`: the source's name, or `disk` for the last good one. `isInForce`: a good one is. */
  | { event: 'taken'; revision: string; from: string }
  | { event: 'refused'; revision: string; from: string; mistakes: string[]; isInForce: boolean }
  | { event: 'away'; from: string; reason: string }
  | { event: 'back'; from: string }
  | { event: 'not-kept'; reason: string };

/** Ends when the signal does. */
export async function followConfiguration(options: FollowOptions): Promise<void> {
  const { source, signal, random } = options;
  let state = await takeLastGood(NOTHING_YET, options);
  while (!signal.aborted) {
    state = await look(state, options);
    if (state.refusal && state.failures > 0) state = await takeLastGood(state, options);
    const { failures, refusal } = state;
    const tries = failures > 0 ? failures : (refusal?.times ?? 0);
    const wait = tries > 0 ? Math.min(source.interval, backoff(tries, random())) : source.interval;
    await options.pause(wait * (0.85 + 0.3 * random()));
  }
}

type Following = {
  /** Of the last one that was seen, good or bad. */
  revision: string | undefined;
  tag: string | undefined;
  /** To reach the source, in a row. */
  failures: number;
  /** One was taken. */
  isInForce: boolean;
  /**
   * Why a good one could not be put in force while none is, and how often: such as an address that is not there yet. It is tried again.
   * Where one is in force that stays, and is not disturbed by more trials.
   */
  refusal: { text: string; times: number } | undefined;
};

const NOTHING_YET: Following = {
  ...{ revision: undefined, tag: undefined, failures: 0 },
  ...{ isInForce: false, refusal: undefined },
};

async function takeLastGood(state: Following, options: FollowOptions): Promise<Following> {
  const text = await options.lastGood.read(options.member);
  return text === undefined ? state : take(state, { text, tag: undefined, from: 'disk' }, options);
}

async function look(state: Following, options: FollowOptions): Promise<Following> {
  const { source, report, signal } = options;
  try {
    const fetched = await source.fetch(state.tag, signal);
    if (signal.aborted) return state;
    if (state.failures > 0) report({ event: 'back', from: source.name });
    const reached = { ...state, failures: 0 };
    return fetched ? await take(reached, { ...fetched, from: source.name }, options) : reached;
  } catch (error) {
    if (signal.aborted) return state;
    if (state.failures === 0) report({ event: 'away', from: source.name, reason: (error as Error).message });
    return { ...state, failures: state.failures + 1 };
  }
}

async function take(
  state: Following,
  { text, tag, from }: { text: string; tag: string | undefined; from: string },
  { member, addresses, lastGood, use, report, signal }: FollowOptions,
): Promise<Following> {
  // What comes when nobody follows any more is neither put in force nor told.
  if (signal.aborted) return state;
  const checked = checkConfiguration(text, addresses);
  const revision = checked.ok ? checked.configuration.revision : checked.revision;
  const next = { ...state, tag, revision, refusal: undefined };
  const { refusal } = state;
  if (revision === state.revision && !refusal) return next;
  if (!checked.ok) {
    report({ event: 'refused', revision, from, mistakes: checked.mistakes, isInForce: state.isInForce });
    return next;
  }
  try {
    await use(checked.configuration);
  } catch (error) {
    const { message } = error as Error;
    if (refusal?.text !== message)
      report({ event: 'refused', revision, from, mistakes: [message], isInForce: state.isInForce });
    if (state.isInForce) return next;
    // Without its tag it is read again.
    return { ...next, tag: undefined, refusal: { text: message, times: (refusal?.times ?? 0) + 1 } };
  }
  report({ event: 'taken', revision, from });
  next.isInForce = true;
  if (from === 'disk') return next;
  // A full disk takes nobody's answers away.
  await lastGood
    .write(member, text)
    .catch((error: Error) => report({ event: 'not-kept', reason: error.message }));
  return next;
}
