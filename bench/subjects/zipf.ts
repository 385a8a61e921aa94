import { nameAt } from '../load/names.ts';
import { hitShare, zipfDraws } from '../load/zipf.ts';
import type { LoadSubject, Sizes } from './subject.ts';

/** A mix such as clients ask: 100,000 names, the popular ones far more often (Zipf's law). */
export const zipfSubject: LoadSubject = {
  name: 'zipf',
  title: 'Zipf mix, one forwarding rule',
  rules: 1,
  cachedOnly: false,
  files: (sizes) => {
    const { draws, warm, measured } = mix(sizes);
    const names = Array.from(draws, (draw) => nameAt('p', draw, 1));
    return {
      warm: names.slice(0, warm),
      mixed: names.slice(warm, warm + measured),
      latency: names.slice(warm + measured),
    };
  },
  phases: () => ({
    warm: [{ file: 'warm' }],
    measure: { file: 'mixed' },
    latency: { file: 'latency', rate: LATENCY_RATE },
  }),
};

/** The share of the measured queries that are in a cache which the queries before them have filled. */
export function zipfHitShare(sizes: Sizes): number {
  const { draws, warm, measured } = mix(sizes);
  return hitShare(draws.subarray(0, warm + measured), warm);
}

function mix({ seconds }: Sizes) {
  const warm = 20_000 * seconds;
  const measured = 50_000 * seconds;
  return { draws: zipfDraws(warm + measured + LATENCY_RATE * seconds, POPULATION, SEED), warm, measured };
}

const POPULATION = 100_000;
const SEED = 1987;
const LATENCY_RATE = 4000;
