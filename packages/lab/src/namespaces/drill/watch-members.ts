import { parseEndpoint } from '@pointsman/core/address';
import type { Member } from '../../loopback/member.ts';
import type { Notice } from '../control/messages.ts';

/** Milliseconds between two looks at the members. */
const INTERVAL = 200;

/** Tells what members notice of their upstreams, and which of them die and come back; until it is ended by what it gives. */
export function watchMembers(members: () => readonly Member[], tell: (notice: Notice) => void): () => void {
  const known = new Map<string, boolean>();
  const looking = new Set<string>();
  let isFirst = true;
  const look = async (member: Member) => {
    const { name } = member.forwarder;
    // One that hangs is asked once, and not again until it has said something.
    if (looking.has(name)) return;
    looking.add(name);
    const stats = await member.stats();
    looking.delete(name);
    const death = member.death();
    note(name, death === undefined, `${name} is gone: ${death}`, `${name} is there again`);
    for (const { endpoint, state, reason } of stats?.upstreams ?? []) {
      if (state === 'unknown') continue;
      const { address } = parseEndpoint(endpoint)!;
      const answers = state === 'up';
      const down = `${name} finds ${address} down${reason === '' ? '' : `: ${reason}`}`;
      note(`${name} ${endpoint}`, answers, down, `${name} finds ${address} up again`, {
        address,
        observer: name,
        answers,
      });
    }
  };
  const note = (key: string, isUp: boolean, down: string, up: string, about?: Notice['about']) => {
    const before = known.get(key) ?? true;
    known.set(key, isUp);
    if (before !== isUp && !isFirst) tell({ what: isUp ? up : down, ...(about && { about }) });
  };
  const lookAtAll = async () => {
    await Promise.all(members().map(look));
    isFirst = false;
  };
  void lookAtAll();
  const timer = setInterval(lookAtAll, INTERVAL);
  return () => clearInterval(timer);
}
