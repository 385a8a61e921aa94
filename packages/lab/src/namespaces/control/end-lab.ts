import { setTimeout as wait } from 'node:timers/promises';
import { WorldError } from '../../loopback/world-error.ts';
import { removeLab } from '../fabric/index.ts';
import { type Hold, takeHold } from '../world/hold.ts';
import { requireNamespaces } from '../world/requirements.ts';
import { findLab } from './lab-record.ts';

/** Milliseconds for a lab to end by itself, and between two looks. */
const PATIENCE = 60_000;
const INTERVAL = 50;

/**
 * Ends a lab that runs, and removes all that carries its name, also of one that was killed. True where one ran. `tell` hears what it is about to do.
 * @throws WorldError `not-possible` where this machine runs no labs, `still-there` where a lab does not end
 */
export async function endLab(lab: string, tell: (what: string) => void): Promise<boolean> {
  requireNamespaces();
  const free = takeHold(lab);
  const hold = free ?? (await endRunning(lab, tell));
  tell(`removing what the lab of ${lab} has made`);
  try {
    await removeLab(lab);
  } finally {
    hold.release();
  }
  return free === undefined;
}

/** It may be in the middle of its start: then it hears us later, or not at all. */
async function endRunning(lab: string, tell: (what: string) => void): Promise<Hold> {
  tell(`waiting for the \`pointsman up\` that runs ${lab} to end it`);
  const end = performance.now() + PATIENCE;
  let isTold = false;
  while (performance.now() < end) {
    if (!isTold) isTold = await request(lab);
    const hold = takeHold(lab);
    if (hold) return hold;
    await wait(INTERVAL);
  }
  throw new WorldError(
    'still-there',
    `the lab of ${lab} does not end; end the \`pointsman up\` that runs it`,
  );
}

/** True where it has been told. */
async function request(lab: string): Promise<boolean> {
  try {
    const { channel } = await findLab(lab, () => {});
    channel.send({ do: 'end' });
    channel.close();
    return true;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'not-running') return false;
    throw error;
  }
}
