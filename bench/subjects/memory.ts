import { loadFailure, runDnsperf } from '../load/dnsperf.ts';
import { namesOf, ruleSuffixes } from '../load/names.ts';
import { residentBytes } from '../measure/proc.ts';
import type { Peer } from '../peers/peer.ts';
import type { Bed } from '../running/bed.ts';
import { CACHE_BYTES } from './subject.ts';

/**
 * What one small answer needs in the cache: resident memory after 200,000 of them, less that before. For a server that reserves
 * its whole cache at the start: resident memory with the cache, less that with hardly any, for each answer that it holds.
 */
export type Memory = { server: string; answers: number; bytesAnAnswer: number; afterBytes: number };

/** Enough to have the heaps and buffers that serving itself needs. */
const WARM = 20_000;

export async function measureMemory(bed: Bed, peer: Peer, answers: number): Promise<Memory> {
  const [beforeBytes, afterBytes] = await fill(bed, peer, answers, CACHE_BYTES);
  if (!peer.reservedAnswers) {
    return { server: peer.name, answers, bytesAnAnswer: (afterBytes - beforeBytes) / answers, afterBytes };
  }
  const small = CACHE_BYTES / 1000;
  const [withoutBytes] = await fill(bed, peer, 0, small);
  const reserved = peer.reservedAnswers(CACHE_BYTES) - peer.reservedAnswers(small);
  return { server: peer.name, answers, bytesAnAnswer: (afterBytes - withoutBytes) / reserved, afterBytes };
}

/** Resident memory of a fresh server before and after it has cached that many answers. */
async function fill(bed: Bed, peer: Peer, answers: number, cacheBytes: number): Promise<[number, number]> {
  const server = await bed.start(peer, { suffixes: ruleSuffixes(1), cacheBytes });
  const after = async (series: string, count: number) => {
    const file = await bed.writeQueries(`memory-${series}`, namesOf(series, count, 1));
    const result = await runDnsperf(server, { file }, { cpu: bed.pinning?.load, latencies: false });
    const failure = loadFailure(result);
    if (failure) throw new Error(`while the cache was filled: ${failure}`);
    return residentBytes(server.pid);
  };
  try {
    const beforeBytes = await after('w', WARM);
    return [beforeBytes, answers === 0 ? beforeBytes : await after('f', answers)];
  } finally {
    await server.stop();
  }
}
