import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseTopology, type Topology } from '@pointsman/core/topology';
import { ROOT } from './command.ts';

/** A topology of the repository, by its path from the root. It has no mistakes. */
export function readTopology(file: string): Topology {
  const path = resolve(ROOT, file);
  const readFile = (relative: string) => readFileSync(resolve(dirname(path), relative), 'utf8');
  const result = parseTopology({ path, text: readFileSync(path, 'utf8'), format: 'yaml' }, readFile);
  if (!result.ok) throw new Error(`${file}: ${JSON.stringify(result.problems)}`);
  return result.topology;
}
