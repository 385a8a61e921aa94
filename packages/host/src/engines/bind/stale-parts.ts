import type { ForwarderConfig } from '@pointsman/core/config';
import { type Name, ROOT } from '@pointsman/core/dns';
import { type BindView, bindViews } from '@pointsman/core/render';

/** Parts of named's cache that a reload makes untrue: what is below a suffix in a view, or all of a view. */
export type StalePart = { view: string; suffix: Name | undefined };

/** So many commands one after the other take as long as filling a cache again. */
const MOST_SUFFIXES = 50;

/** named keeps its cache over a reload, whatever changes; what other upstreams said has to go. */
export function staleParts(before: ForwarderConfig, after: ForwarderConfig): StalePart[] {
  const earlier = new Map(bindViews(before).map((view) => [view.word, upstreamsBySuffix(view)]));
  return bindViews(after).flatMap((view): StalePart[] => {
    const old = earlier.get(view.word);
    if (!old) return [];
    const now = upstreamsBySuffix(view);
    const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
      (suffix) => old.get(suffix) !== now.get(suffix),
    );
    if (changed.includes(ROOT) || changed.length > MOST_SUFFIXES)
      return [{ view: view.word, suffix: undefined }];
    return changed.map((suffix) => ({ view: view.word, suffix }));
  });
}

function upstreamsBySuffix({ rules, otherwise }: BindView): Map<Name, string> {
  return new Map(
    [...rules, ...(otherwise ? [otherwise] : [])].map(({ suffix, upstreams }) => [
      suffix,
      upstreams.map(({ address, port }) => `${address} ${port}`).join(),
    ]),
  );
}
