import { namesOf } from '../load/names.ts';
import type { LoadSubject } from './subject.ts';

/** All answers come from the cache: 20,000 names, asked before, round and round. */
export function cachedSubject(rules: number): LoadSubject {
  return {
    name: rules === 1 ? 'cached' : `cached-${rules}`,
    title: `All cached, ${rules === 1 ? 'one forwarding rule' : `${rules.toLocaleString('en')} forwarding rules`}`,
    rules,
    cachedOnly: true,
    files: () => ({ cached: namesOf('c', NAMES, rules) }),
    phases: ({ seconds }) => ({
      warm: [{ file: 'cached' }, { file: 'cached', seconds: WARM_SECONDS }],
      measure: { file: 'cached', seconds },
      latency: { file: 'cached', seconds, rate: 10_000 },
    }),
  };
}

const NAMES = 20_000;
const WARM_SECONDS = 2;
