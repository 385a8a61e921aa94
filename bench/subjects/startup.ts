import { ruleSuffixes } from '../load/names.ts';
import { residentBytes } from '../measure/proc.ts';
import { median } from '../measure/statistics.ts';
import type { Peer } from '../peers/peer.ts';
import type { Bed } from '../running/bed.ts';
import { CACHE_BYTES } from './subject.ts';

/** How long a server takes from the start of its process to its first answer, and what 100,000 rules need in memory. */
export type Startup = {
  server: string;
  rules: number;
  /** Milliseconds until the first answer. */
  fewRules: number;
  manyRules: number;
  /** Resident memory with `rules` rules, less that with 3. */
  rulesBytes: number;
};

const FEW_RULES = 3;

export async function measureStartup(bed: Bed, peer: Peer, rules: number, rounds: number): Promise<Startup> {
  const few: Start[] = [];
  const many: Start[] = [];
  for (let round = 0; round < rounds; round++) {
    few.push(await startOnce(bed, peer, FEW_RULES));
    many.push(await startOnce(bed, peer, rules));
  }
  const of = (starts: Start[], key: keyof Start) => median(starts.map((start) => start[key]));
  return {
    server: peer.name,
    rules,
    fewRules: of(few, 'milliseconds'),
    manyRules: of(many, 'milliseconds'),
    rulesBytes: of(many, 'bytes') - of(few, 'bytes'),
  };
}

type Start = { milliseconds: number; bytes: number };

async function startOnce(bed: Bed, peer: Peer, rules: number): Promise<Start> {
  const server = await bed.start(peer, { suffixes: ruleSuffixes(rules), cacheBytes: CACHE_BYTES });
  const bytes = await residentBytes(server.pid);
  await server.stop();
  return { milliseconds: server.startMilliseconds, bytes };
}
