import { applyEvent, createCatalogue } from './catalogue.ts';
import { createStore, type Journal } from './create-store.ts';
import type { Mutation, Store, StoreOptions } from './store.ts';

/** A store that begins with what somebody else states (nothing of it goes to the journal), and keeps what it acknowledges by `journal`. */
export function createSeededStore(seed: readonly Mutation[], journal: Journal, options: StoreOptions): Store {
  const catalogue = createCatalogue();
  applyEvent(catalogue, { revision: 0, mutations: seed });
  return createStore(catalogue, journal, options);
}
