import { WorldError } from '../../loopback/world-error.ts';
import { findLab } from './lab-record.ts';
import type { FromLab, ToLab } from './messages.ts';

/** Heals all that is broken in a lab that runs; what that was, in words. @throws WorldError where it does not run, or cannot be healed */
export async function healLab(lab: string): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const { channel } = await findLab(lab, (message) => {
    const news = message as FromLab;
    if (news.event === 'healed') resolve(news.faults);
    if (news.event === 'refused') reject(new WorldError('refused', news.message));
  });
  channel.ended.addEventListener('abort', () =>
    reject(new WorldError('not-running', `the lab of ${lab} has ended`)),
  );
  channel.send({ do: 'heal' } satisfies ToLab);
  try {
    return await promise;
  } finally {
    channel.close();
  }
}
