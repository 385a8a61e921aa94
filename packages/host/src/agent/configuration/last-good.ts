import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../write-durably.ts';

/** The last configuration of each member that was good, on disk: what is served while its source is away. */
export type LastGood = {
  /** Undefined where there is none, or it cannot be read. */
  read: (member: string) => Promise<string | undefined>;
  write: (member: string, text: string) => Promise<void>;
};

/** `directory`: the agent's state directory. */
export function openLastGood(directory: string): LastGood {
  const pathOf = (member: string) => join(directory, 'configurations', `${member}.json`);
  return {
    read: (member) => readFile(pathOf(member), 'utf8').catch(() => undefined),
    write: (member, text) => writeDurably(pathOf(member), text),
  };
}
