import type { StoreFileError } from './sqlite-file.ts';
import type { StoreEvent } from './store.ts';

/** What goes between a store's thread and the one that writes its file. */

/** `revision`: that of the state that was read from the file. */
export type WriterSetup = { path: string; revision: number };

export type WriterCommand = { kind: 'append'; event: StoreEvent } | { kind: 'close' };

export type WriterReport =
  | { kind: 'open' }
  | { kind: 'not-open'; code: StoreFileError['code']; message: string }
  /** The event of the oldest command without a report is on the disk; or it is not, and never will be. */
  | { kind: 'kept' }
  | { kind: 'not-kept'; message: string };
