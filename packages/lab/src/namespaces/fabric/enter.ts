/** The ways into a machine from any process, the lab's own or another one. */
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

/** Where the host reads a file of a machine. @throws FabricError where the machine does not run */
export function machineFile(lab: string, id: string, path: string, folder = defaultFolder(lab)): string {
  return `/proc/${initOf(lab, id, folder)}/root${path}`;
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
