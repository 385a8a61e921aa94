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
    const { draws, measured } = mix(sizes);
    const names = Array.from(draws, (draw) => nameAt('p', draw, 1));
    return {
      warm: names.slice(0, WARM),
      mixed: names.slice(WARM, WARM + measured),
      latency: names.slice(WARM + measured),
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
  const { draws, measured } = mix(sizes);
  return hitShare(draws.subarray(0, WARM + measured), WARM);
}

function mix({ seconds }: Sizes) {
  const measured = 50_000 * seconds;
  return { draws: zipfDraws(WARM + measured + LATENCY_RATE * seconds, POPULATION, SEED), measured };
}

const POPULATION = 100_000;
const SEED = 1987;
const WARM = 50_000;
const LATENCY_RATE = 4000;
