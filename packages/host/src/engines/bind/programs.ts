import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs of BIND that the engine runs, by their full paths. */
export type Programs = { named: string; checkconf: string; rndc: string };

const NAMES = { named: 'named', checkconf: 'named-checkconf', rndc: 'rndc' } as const;
/** Where daemons live that are on no ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Or what is missing. */
export function findPrograms(): Programs | { missing: string } {
  const found = Object.entries(NAMES).map(([key, name]) => [key, name, findProgram(name)] as const);
  const missing = found.filter(([, , path]) => path === undefined).map(([, name]) => name);
  if (missing.length > 0)
    return {
      missing: `the engine bind needs ${missing.join(', ')}, which this machine does not have: install BIND (Debian: apt-get install bind9)`,
    };
  return Object.fromEntries(found.map(([key, , path]) => [key, path])) as Programs;
}

/** What has to be installed before the engine `bind` can start, in a sentence; undefined where nothing is missing. */
export function missingForBind(): string | undefined {
  const programs = findPrograms();
  return 'missing' in programs ? programs.missing : undefined;
}

export type Ended = { ok: boolean; output: string };

/** Runs a program to its end, at most so many milliseconds; `output` is all that it printed. */
export function run(program: string, args: readonly string[], patience: number): Promise<Ended> {
  const options = { timeout: patience, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      resolve({
        ok: error === null,
        output: output || (error?.killed ? 'it took too long' : (error?.message ?? '')),
      });
    });
  });
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
