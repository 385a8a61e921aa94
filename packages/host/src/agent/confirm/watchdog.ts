import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../interface/index.ts';
import { readBoot } from './boot.ts';
import { findChange, type PendingChange } from './pending-change.ts';
import { rollBack } from './roll-back.ts';

/**
 * The process `node watchdog.ts DIRECTORY ID`: says `watching`, and ends when the change is confirmed or put back. At the deadline it puts the
 * change back itself. It depends on nothing of its parent: neither its life, nor its terminal, nor its end of a pipe.
 */

/** Milliseconds. */
const PAUSE = 100;

process.on('SIGHUP', () => {});
process.on('SIGPIPE', () => {});
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const [directory, id] = process.argv.slice(2) as [string, string];
const boot = readBoot();
let known: PendingChange | undefined;
for (;;) {
  // A disk that cannot be read any more takes no way back away.
  const change = await findChange(directory).then(
    (found) => found?.change,
    () => known,
  );
  if (change?.id !== id) break;
  if (!known) process.stdout.write('watching\n');
  known = change;
  if (boot.uptime() >= change.deadline) {
    const isBack = await rollBack(runCommand, directory, change);
    if (isBack)
      process.stderr.write(
        'pointsman: not confirmed in time: addresses, routes and IP rules are as they were before\n',
      );
    break;
  }
  await delay(PAUSE);
}
