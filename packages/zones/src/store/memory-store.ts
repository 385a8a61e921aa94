import { createCatalogue } from './catalogue.ts';
import { createStore } from './create-store.ts';
import type { Store, StoreOptions } from './store.ts';

/** A store that is gone with its process. */
export function createMemoryStore(options: StoreOptions): Store {
  return createStore(createCatalogue(), { append: () => undefined, close: () => undefined }, options);
}
