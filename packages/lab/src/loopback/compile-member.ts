import { once } from 'node:events';
import type { EngineKind } from '@pointsman/host';
import { forkMember, tell } from './fork-member.ts';

/**
 * Has Node's compile cache hold all that members with such an engine run: those on machines of a lab can read it, and not write it. What hinders this
 * hinders them, too, and is told by them.
 */
export async function compileMember(engine: EngineKind): Promise<void> {
  const child = forkMember();
  const ended = once(child, 'exit').catch(() => {});
  child.stderr!.resume();
  tell(child, { kind: 'load', engine });
  tell(child, { kind: 'stop' });
  await ended;
}
