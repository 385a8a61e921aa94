/** The ways into a machine from any process, the lab's own or another one. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { FabricError } from './fabric-error.ts';
import { CAPABILITIES } from './machines/capabilities.ts';
import { machineFolder } from './machines/machine.ts';
import { defaultFolder, namespaceOf } from './names.ts';
import { namespaceOfProcess, networkNamespaceByName } from './processes.ts';

/**
 * What to put before a command's own words to run it in a machine, as the machine's root. Standard streams, other descriptors, environment and
 * exit status pass through.
 * @throws FabricError where the machine does not run
 */
export function machineCommand(
  lab: string,
  id: string,
  folder = defaultFolder(lab),
): { command: string; args: string[] } {
  const init = initOf(lab, id, folder);
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid'];
  const limits = ['setpriv', '--inh-caps=-all', `--bounding-set=${CAPABILITIES}`];
  return { command: 'nsenter', args: [`--target=${init}`, ...namespaces, '--', ...limits] };
}

/** Milliseconds; bytes: a machine's disk is no larger unless it is told to be. */
const READ_PATIENCE = 5000;
const MOST_READ = 64 * 2 ** 20;

/**
 * A file of a machine, as the machine itself reads it: a link that it has put there leads to its own files and not to the host's, and a pipe is not waited for.
 * @throws FabricError where the machine does not run, or cannot read it
 */
export function readMachineFile(lab: string, id: string, path: string): string {
  const { command, args } = machineCommand(lab, id);
  const { status, stdout, stderr, error } = spawnSync(command, [...args, 'cat', path], {
    ...{ encoding: 'utf8', timeout: READ_PATIENCE, killSignal: 'SIGKILL', maxBuffer: MOST_READ },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout;
  throw new FabricError(`cannot read ${path} of ${id}: ${error?.message ?? stderr.trim()}`);
}

/** A number in a file may be somebody else's by now: the machine's process 1 is in the machine's network namespace. */
function initOf(lab: string, id: string, folder: string): number {
  const init = readNumber(`${machineFolder(folder, id)}/init.pid`);
  const namespace = networkNamespaceByName(namespaceOf(lab, id));
  if (init !== undefined && namespace !== undefined && namespaceOfProcess(init, 'net') === namespace)
    return init;
  throw new FabricError(`no machine ${id} runs in the lab ${lab}`);
}

function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
