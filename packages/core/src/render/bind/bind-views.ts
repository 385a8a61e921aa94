import type { ForwarderConfig } from '../../config/index.ts';
import { type Scope, scopesOf } from '../scopes.ts';
import { disjointClients } from './clients.ts';
import { uniqueWords } from './words.ts';

/** Rules that hold for some clients, as BIND has them: a view, or all there is. */
export type BindView = Scope & {
  /** BIND's name of the view. */
  word: string;
  /** An address match list that overlaps with that of no other view. */
  matchList: readonly string[];
};

/** BIND's own name of the one view of a configuration that has none. */
const ONLY_VIEW = '_default';

/** One where the configuration has no views; else its views, and after them what holds for all other clients. */
export function bindViews(config: ForwarderConfig): readonly BindView[] {
  const scopes = scopesOf(config);
  const lists = disjointClients(scopes.map(({ clients }) => clients));
  const words =
    scopes.length === 1 ? [ONLY_VIEW] : uniqueWords(scopes.map(({ view }) => view ?? 'everybody-else'));
  const [rest, ...views] = scopes.map((scope, index) => ({
    ...scope,
    word: words[index]!,
    matchList: lists[index]!,
  }));
  return [...views, rest!];
}
