import { join } from 'node:path';
import { runToEnd } from '../running/children.ts';
import type { Peer } from './peer.ts';

/**
 * The floor of the socket API: a C program that receives and sends 64 packets a system call and does nothing between but turn
 * a query into a response without records. It has no cache and no rules, so it has a place beside cached answers only.
 */
export const echo: Peer = {
  name: 'C echo',
  role: 'floor',
  package: { package: 'gcc', command: 'cc' },
  files: () => ({}),
  command: ({ listen, directory }) => ({
    program: join(directory, '..', ECHO_PROGRAM),
    arguments: [listen.address, String(listen.port)],
  }),
};

const ECHO_PROGRAM = 'echo';

/** Compiles the echo into the folder that holds the servers' folders. */
export async function compileEcho(directory: string): Promise<void> {
  const { status, stderr } = await runToEnd({
    program: 'cc',
    arguments: [
      '-O2',
      '-Wall',
      '-o',
      join(directory, ECHO_PROGRAM),
      join(import.meta.dirname, '..', 'echo.c'),
    ],
  });
  if (status !== 0) throw new Error(`cc could not compile bench/echo.c:\n${stderr}`);
}
