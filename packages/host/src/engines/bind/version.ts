import { EngineError } from '../engine.ts';
import { run } from './programs.ts';

/** The release of a BIND, as far as configuration depends on it. */
export type Version = { major: number; minor: number };

/** The oldest one that has all of what is written for it. */
const OLDEST: Version = { major: 9, minor: 18 };
/** From 9.19 on a stale answer comes at once or when BIND has given up, and not after a time of ours. */
const LAST_TIMED: Version = { major: 9, minor: 18 };
const PATIENCE = 5000;

/** What `named -V` says it is. @throws EngineError for one that is too old, or says nothing that could be read */
export async function requireVersion(named: string): Promise<Version> {
  const { output } = await run(named, ['-V'], PATIENCE);
  const [, major, minor] = /^BIND ([0-9]+)\.([0-9]+)/m.exec(output) ?? [];
  if (major === undefined)
    throw new EngineError('NOT_INSTALLED', `${named} does not say which BIND it is: ${output}`);
  const version = { major: Number(major), minor: Number(minor) };
  if (compare(version, OLDEST) < 0)
    throw new EngineError(
      'NOT_INSTALLED',
      `the engine bind needs BIND ${OLDEST.major}.${OLDEST.minor} or later, and ${named} is ${major}.${minor}`,
    );
  return version;
}

export function hasTimedStaleAnswers(version: Version): boolean {
  return compare(version, LAST_TIMED) <= 0;
}

function compare(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor;
}
