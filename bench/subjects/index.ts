import { cachedSubject } from './cached.ts';
import { missesSubject } from './misses.ts';
import type { LoadSubject } from './subject.ts';
import { zipfSubject } from './zipf.ts';

export const MANY_RULES = 100_000;

export const loadSubjects: readonly LoadSubject[] = [
  cachedSubject(1),
  missesSubject(1),
  zipfSubject,
  cachedSubject(1000),
  cachedSubject(MANY_RULES),
  missesSubject(MANY_RULES),
];

/** Every word of `--only`. */
export const subjectNames = [
  ...loadSubjects.map(({ name }) => name),
  'startup',
  'memory',
  'reload',
  'verify',
  'zones',
];
