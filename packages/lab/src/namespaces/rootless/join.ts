import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WorldError } from '../../loopback/world-error.ts';
import { signal } from '../fabric/processes.ts';
import { type Hold, LABS_FOLDER, takeHold } from '../world/hold.ts';
import { OWN_NAMESPACE } from './begin.ts';
import { findOwnLab, isRunning, type OwnLab, ownLabsFolder } from './own-labs.ts';

/** nsenter(1) passes no signals on: it lets the terminal's Ctrl-C by, and its end is SIGTERM to the command. */
const ENTER = `
trap '' INT
pid=$1 folder=$2
shift 2
exec nsenter --user --mount --net --pid --preserve-credentials --target "$pid" \
  setpriv --pdeathsig TERM sh -c 'cd "$0" && exec "$@"' "$folder" "$@"`;

/** Runs this very command again in the namespaces of a lab of this user. Gives its exit code. */
export async function runInOwnLab({ pid }: OwnLab): Promise<number> {
  const words = [String(pid), process.cwd(), process.execPath, ...process.argv.slice(1)];
  const child = spawn('sh', ['-c', ENTER, 'sh', ...words], {
    stdio: 'inherit',
    env: { ...process.env, [OWN_NAMESPACE]: String(pid) },
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, name] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[name!];
}

/** Milliseconds for a lab to end, and between two looks. */
const PATIENCE = 60_000;
const INTERVAL = 50;

/**
 * Ends this user's lab of that name: nothing of it outlives its `up`. True where one ran. `tell` hears what it is about to do.
 * @throws WorldError `still-there`, or `not-allowed` where it is root's
 */
export async function endOwnLab(lab: string, tell: (what: string) => void): Promise<boolean> {
  const free = takeHold(lab, ownLabsFolder());
  if (free && existsSync(join(LABS_FOLDER, lab))) {
    free.release();
    throw new WorldError('not-allowed', `the lab of ${lab} belongs to root: do this as root, too`);
  }
  if (!free) tell(`waiting for the \`pointsman up\` that runs ${lab} to end it`);
  (free ?? (await endRunning(lab))).release();
  return free === undefined;
}

/** It may be at its very start: then it is found later, or not at all. */
async function endRunning(lab: string): Promise<Hold> {
  let told: OwnLab | undefined;
  for (const end = performance.now() + PATIENCE; performance.now() < end; await wait(INTERVAL)) {
    if (!told) {
      told = findOwnLab(lab);
      if (told) signal(told.pid, 'SIGTERM');
    }
    if (told && isRunning(told)) continue;
    const hold = takeHold(lab, ownLabsFolder());
    if (hold) return hold;
  }
  throw new WorldError(
    'still-there',
    `the lab of ${lab} does not end; end the \`pointsman up\` that runs it`,
  );
}
