import type { ForwarderConfig } from '@pointsman/core/config';
import { type Name, ROOT } from '@pointsman/core/dns';
import { bindViewNames } from '@pointsman/core/render';

/** Parts of named's cache that a reload makes untrue: what is below a suffix in a view, or all of a view. */
export type StalePart = { view: string; suffix: Name | undefined };

/** So many commands one after the other take as long as filling a cache again. */
const MOST_SUFFIXES = 50;

/** named keeps its cache over a reload, whatever changes; what other upstreams said has to go. */
export function staleParts(before: ForwarderConfig, after: ForwarderConfig): StalePart[] {
  const earlier = new Map(scopesByView(before));
  return scopesByView(after).flatMap(([view, now]): StalePart[] => {
    const old = earlier.get(view);
    if (!old) return [];
    const changed = changedSuffixes(old, now);
    const isMuch = changed.includes(ROOT) || changed.length > MOST_SUFFIXES;
    return isMuch ? [{ view, suffix: undefined }] : changed.map((suffix) => ({ view, suffix }));
  });
}

function changedSuffixes(before: Scope, after: Scope): Name[] {
  const [old, now] = [upstreamsBySuffix(before), upstreamsBySuffix(after)];
  const changed = [...now].filter(([suffix, upstreams]) => old.get(suffix) !== upstreams);
  const removed = [...old].filter(([suffix]) => !now.has(suffix));
  return [...changed, ...removed].map(([suffix]) => suffix);
}

type Scope = Pick<ForwarderConfig, 'rules' | 'otherwise'>;

/** By BIND's names of the views. */
function scopesByView(config: ForwarderConfig): [view: string, scope: Scope][] {
  const scopes = [...(config.views ?? []), config];
  return bindViewNames(config).map((view, index) => [view, scopes[index]!]);
}

/** A rule of the root comes before `otherwise`. */
function upstreamsBySuffix({ rules, otherwise }: Scope): Map<Name, string> {
  const rest = otherwise === 'refuse' ? '' : otherwise.upstreams.join();
  return new Map([
    [ROOT, rest],
    ...rules.map(({ suffix, upstreams }): [Name, string] => [suffix, upstreams.join()]),
  ]);
}
