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
  const [rest, ...views] = scopesOf(config);
  const scopes = [...views, rest!];
  const [restClients, ...clients] = disjointClients([config.clients, ...views.map((view) => view.clients)]);
  const matchLists = [...clients, restClients!];
  const words = bindViewNames(config);
  return scopes.map((scope, index) => ({ ...scope, word: words[index]!, matchList: matchLists[index]! }));
}

/** BIND's names of a configuration's views in their order, and of what holds outside of them, as `rndc` takes them. */
export function bindViewNames({ views = [] }: ForwarderConfig): string[] {
  return views.length === 0 ? [ONLY_VIEW] : uniqueWords([...views.map(({ name }) => name), 'everybody-else']);
}
