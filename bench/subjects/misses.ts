import { namesOf } from '../load/names.ts';
import type { LoadSubject } from './subject.ts';

/** No answer comes from the cache: every name is asked once in a server's life. */
export function missesSubject(rules: number): LoadSubject {
  return {
    name: rules === 1 ? 'misses' : `misses-${rules}`,
    title: `All misses, ${rules === 1 ? 'one forwarding rule' : `${rules.toLocaleString('en')} forwarding rules`}`,
    rules,
    cachedOnly: false,
    files: ({ seconds }) => ({
      warm: namesOf('w', WARM, rules),
      missing: namesOf('m', 20_000 * seconds, rules),
      latency: namesOf('l', LATENCY_RATE * seconds, rules),
    }),
    phases: () => ({
      warm: [{ file: 'warm' }],
      measure: { file: 'missing' },
      latency: { file: 'latency', rate: LATENCY_RATE },
    }),
  };
}

const WARM = 30_000;
/** Half of what the slowest server answers. */
const LATENCY_RATE = 4000;
