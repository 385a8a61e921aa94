import { type Folder, KEY_NAME } from './folder.ts';
import { type Programs, run } from './programs.ts';

/** What can be asked of a named that runs, over its control channel. */
export type Control = {
  /** What is wrong with a file of configuration; undefined where named would take it. */
  check: (path: string) => Promise<string | undefined>;
  /** Undefined where named did as told, else what it said. */
  tell: (...command: string[]) => Promise<string | undefined>;
};

/** Milliseconds: with 100,000 rules on a busy machine either takes seconds. */
const PATIENCE = 120_000;

export function makeControl(programs: Programs, folder: Folder, address: string, port: number): Control {
  const channel = ['-k', folder.keyFile, '-y', KEY_NAME, '-s', address, '-p', String(port)];
  const failure = ({ ok, output }: { ok: boolean; output: string }) =>
    ok ? undefined : output.replaceAll(`${folder.path}/`, '');
  return {
    check: async (path) => failure(await run(programs.checkconf, [path], PATIENCE)),
    tell: async (...command) => failure(await run(programs.rndc, [...channel, ...command], PATIENCE)),
  };
}
