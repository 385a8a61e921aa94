import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ROOT } from './command.ts';
import { skipWithout } from './packages.ts';

/** What may answer for a tier's members, and why it cannot here. */
export const ENGINES = [
  { engine: 'native', skip: false },
  { engine: 'bind', skip: skipWithout('named', 'named-checkconf', 'rndc') },
] as const;

export type EngineName = (typeof ENGINES)[number]['engine'];

/** A copy of an example, all of whose tiers have the engine: the path of its topology, and what removes the copy. */
export function exampleWithEngine(file: string, engine: EngineName): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `pointsman-${engine}-`));
  cpSync(resolve(ROOT, dirname(file)), folder, { recursive: true });
  const path = join(folder, basename(file));
  writeFileSync(path, withEngine(readFileSync(path, 'utf8'), engine));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** The text of a topology with another engine in all of its tiers. */
export function withEngine(text: string, engine: EngineName): string {
  const start = text.indexOf('\nforwarders:\n');
  const tiers = text
    .slice(start)
    .replace(/^ {4}engine: .*\n/gm, '')
    .replace(/^( {4}network: .*)$/gm, `$1\n    engine: ${engine}`);
  return text.slice(0, start) + tiers;
}
