/** The programs that run on a lab's machines are this host's: what machines see of them, and what is compiled for them. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type EngineKind, WATCHDOG_PROGRAM } from '@pointsman/host';
import { compileMember } from '../../loopback/compile-member.ts';
import { COMPILE_CACHE } from '../../loopback/fork-member.ts';

const CHECKOUT = fileURLToPath(new URL('../../../../..', import.meta.url));

/** What a machine has to see of this one, at its own place: the program, what runs it, and what has been compiled of it. */
export const PROGRAM_FOLDERS: readonly string[] = [
  CHECKOUT,
  ...[dirname(process.execPath), COMPILE_CACHE].filter((folder) => !folder.startsWith(CHECKOUT)),
];

/**
 * Has Node's compile cache hold what machines run, as they can read it, and not write it: members with these engines, or agents with them. `agents`: the words
 * that run `pointsman` there. What hinders this hinders those programs, too, and is told by them.
 */
export async function compilePrograms(
  engines: Iterable<EngineKind>,
  agents?: readonly string[],
): Promise<void> {
  await Promise.all([...[...engines].map(compileMember), agents && compileAgent(agents)]);
}

/** All that an agent loads before it starts its engine, and its watchdog, which an address waits for. */
async function compileAgent(command: readonly string[]): Promise<void> {
  const watchdog = [process.execPath, WATCHDOG_PROGRAM, '/nonexistent', 'none'];
  await Promise.all([[...command, 'agent', '--help'], watchdog].map(runToCompile));
}

async function runToCompile([program, ...args]: readonly string[]): Promise<void> {
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  await promisify(execFile)(program!, args, { env }).catch(() => {});
}
