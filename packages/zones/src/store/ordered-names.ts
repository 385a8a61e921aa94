import type { Name } from '@pointsman/core/dns';
import { sortKey } from '../records/names.ts';

/** The names of a zone in Route 53's order, in chunks, so that a name comes or goes in time that hardly depends on how many there are. */
export type OrderedNames = {
  readonly chunks: Entry[][];
};
type Entry = { key: string; name: Name };

const CHUNK = 512;

export function orderNames(names: Iterable<Name>): OrderedNames {
  const entries = Array.from(names, (name) => ({ key: sortKey(name), name }));
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  const chunks: Entry[][] = [];
  for (let start = 0; start < entries.length; start += CHUNK)
    chunks.push(entries.slice(start, start + CHUNK));
  return { chunks };
}

export function addName({ chunks }: OrderedNames, name: Name): void {
  const key = sortKey(name);
  const at = Math.min(chunkFor(chunks, key), chunks.length - 1);
  const chunk = chunks[at];
  if (chunk === undefined) {
    chunks.push([{ key, name }]);
    return;
  }
  const index = indexIn(chunk, key);
  if (chunk[index]?.key === key) return;
  chunk.splice(index, 0, { key, name });
  if (chunk.length > 2 * CHUNK) chunks.splice(at + 1, 0, chunk.splice(CHUNK));
}

export function removeName({ chunks }: OrderedNames, name: Name): void {
  const key = sortKey(name);
  const at = chunkFor(chunks, key);
  const chunk = chunks[at];
  if (chunk === undefined) return;
  const index = indexIn(chunk, key);
  if (chunk[index]?.key !== key) return;
  chunk.splice(index, 1);
  if (chunk.length === 0) chunks.splice(at, 1);
}

/** The names from the first one that is not before `start`. */
export function* namesFrom({ chunks }: OrderedNames, start: Name | undefined): Generator<Name> {
  const key = start === undefined ? '' : sortKey(start);
  const first = chunkFor(chunks, key);
  for (let at = first; at < chunks.length; at++) {
    const chunk = chunks[at]!;
    for (let index = at === first ? indexIn(chunk, key) : 0; index < chunk.length; index++)
      yield chunk[index]!.name;
  }
}

/** The first chunk whose last key is not before `key`; the number of chunks where none is. */
function chunkFor(chunks: readonly Entry[][], key: string): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunks[middle]!.at(-1)!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose key is not before `key`. */
function indexIn(chunk: readonly Entry[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunk[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
