import { type MemberReport, STALE_AFTER } from '@pointsman/host';

/** What an operator has to know of a member first, in a sentence; `well` where there is nothing to do. */
export type Verdict = { well: boolean; text: string };

/** `now`: milliseconds since 1970. */
export function judgeMember({ member, interfaces, holder, status }: MemberReport, now: number): Verdict {
  const bad = (text: string): Verdict => ({ well: false, text });
  if (interfaces.length === 0) return bad(`no interface has the tag pointsman:member=${member}`);
  if (interfaces.length > 1)
    return bad(`${interfaces.join(' and ')} all have its tags: take them from all but one`);
  if (!holder) return bad('no host has its address');
  if (holder.state !== 'alive') return bad(`its host ${holder.instanceId} is ${holder.state}`);
  if (holder.attachment !== 'attached') return bad(`its interface is ${holder.attachment}`);
  if (!status) return bad(`its agent has published nothing (does the agent's configuration have "publish"?)`);
  const age = now - Date.parse(status.at);
  if (age > STALE_AFTER) return bad(`its agent has said nothing for ${Math.round(age / 1000)} s`);
  if (status.instanceId !== holder.instanceId)
    return bad(`the agent of ${holder.instanceId} has not spoken yet`);
  const wrong = [...status.problems, ...status.faults];
  if (wrong.length > 0) return bad(wrong.join('; '));
  if (!status.healthy) return bad('it does not answer');
  const failing = status.rules.filter(({ state }) => state === 'failed').map(({ suffix }) => suffix);
  // Not the host's fault, and yet names that nobody resolves.
  if (failing.length > 0) return { well: true, text: `no upstream answers for ${failing.join(', ')}` };
  return { well: true, text: 'answers' };
}
