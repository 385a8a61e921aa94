import { WorldError } from '../../loopback/world-error.ts';
import { findLab } from './lab-record.ts';
import type { FromLab, ToLab } from './messages.ts';

type Answer<Event extends FromLab['event']> = Extract<FromLab, { event: Event }>;

/**
 * Asks a lab that runs for one thing, and gives what it answers, which is of this kind.
 * @throws WorldError where it does not run, ends meanwhile, or refuses
 */
export async function askLab<Event extends FromLab['event']>(
  lab: string,
  request: ToLab,
  event: Event,
): Promise<Answer<Event>> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer<Event>>();
  const { channel } = await findLab(lab, (message) => {
    const news = message as FromLab;
    if (news.event === 'refused') reject(new WorldError('refused', news.message));
    else if (news.event === event) resolve(news as Answer<Event>);
  });
  channel.ended.addEventListener('abort', () =>
    reject(new WorldError('not-running', `the lab of ${lab} has ended`)),
  );
  channel.send(request);
  try {
    return await promise;
  } finally {
    channel.close();
  }
}
