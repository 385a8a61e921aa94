import { setTimeout as wait } from 'node:timers/promises';
import type { Topology } from '@pointsman/core/topology';
import type { NamespaceWorld, World } from '@pointsman/lab';
import { say, sayJson, style, timeOfDay } from '../terminal.ts';
import { type Change, changesBetween } from './changes.ts';
import { tellDifference } from './drift.ts';
import { makeLiveLines, statusLines } from './live-status.ts';
import { makeObserver, type WorldLoad, type WorldStatus } from './status.ts';

/** Milliseconds between two looks. */
const INTERVAL = 1000;

/**
 * Shows how a world is until the signal: on a terminal a few lines that are written over, elsewhere only what changes, and for programs
 * one JSON object for each change and for each second in which something was asked.
 */
export async function watchWorld(
  world: World | NamespaceWorld,
  topology: Topology,
  options: { json: boolean; signal: AbortSignal },
): Promise<void> {
  const started = performance.now();
  const observe = makeObserver(world, topology);
  const live = process.stdout.isTTY && !options.json ? makeLiveLines(process.stdout) : undefined;
  const show = (status: WorldStatus) => {
    const differences = world.route53.differences().length;
    live?.show(statusLines(status, (performance.now() - started) / 1000, differences));
  };
  let before: WorldStatus | undefined;
  const unwatch = world.route53.watchDifferences((difference) => {
    live?.clear();
    tellDifference(difference, options.json);
    if (before) show(before);
  });
  const noticed = ({ what }: { what: string }) => {
    live?.clear();
    if (options.json) sayJson({ event: 'notice', what });
    else say(`${timeOfDay()} ${style('dim', '·')} ${what}`);
    if (before) show(before);
  };
  const unwatchAgents = 'watch' in world ? world.watch?.(noticed) : undefined;
  while (!options.signal.aborted) {
    const status = await observe();
    if (options.signal.aborted) break;
    const changes = changesBetween(before, status);
    if (live && changes.length > 0) live.clear();
    for (const change of changes) tell(change, options.json);
    if (options.json && before && status.load && status.load.queries !== before.load?.queries)
      sayJson({ event: 'status', ...figures(status.load) });
    show(status);
    before = status;
    await wait(INTERVAL, undefined, { signal: options.signal }).catch(() => {});
  }
  unwatch();
  unwatchAgents?.();
  live?.clear();
}

function figures({ queries, queriesPerSecond, cacheHitShare }: WorldLoad) {
  return { queries, queriesPerSecond, cacheHitShare: cacheHitShare ?? null };
}

function tell(change: Change, json: boolean): void {
  const { kind, state, tier, name, reason } = change;
  if (json) {
    sayJson({
      event: kind,
      name,
      state,
      ...(kind === 'upstream' && { tier }),
      ...(reason !== '' && { reason }),
    });
    return;
  }
  const sign = state === 'up' ? style('green', '●') : style('red', '✖');
  const subject = kind === 'member' ? `${name}` : `${name}, which ${tier} asks,`;
  say(`${timeOfDay()} ${sign} ${subject} is ${state}${reason === '' ? '' : `: ${reason}`}`);
}
