import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { WorldError } from '../../loopback/world-error.ts';
import { noteTopology } from '../control/known-labs.ts';
import { signal } from '../fabric/processes.ts';
import { takeHold } from '../world/hold.ts';
import { requireNamespaces, THIS_MACHINE } from '../world/requirements.ts';
import { ownLabsFolder, writeOwnLab } from './own-labs.ts';

/** In the environment of what runs in such a namespace: its process, as numbered outside, by which others get in. */
export const OWN_NAMESPACE = 'POINTSMAN_OWN_NAMESPACE';

const UNSHARE = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--propagation', 'private'];

/** Process 1 gathers orphans; its only command tells the number that it has outside, while the /proc of outside is still there. */
const FIRST = `
mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up || exit 2
sh -c 'read -r pid _ < /proc/self/stat && mount -t proc proc /proc && echo "$pid" >&3 || exit 2
export ${OWN_NAMESPACE}=$pid
exec "$@" 3>&-' "$0" "$@"
exit $?`;

/** True where this user is not root, and the system lets it be root in namespaces of its own. */
export function mayHaveOwnNamespace(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return false;
  const trial = 'mount -t tmpfs run /run && mount -t proc proc /proc';
  const { status } = spawnSync('unshare', [...UNSHARE, '--fork', 'sh', '-c', trial], { stdio: 'ignore' });
  return status === 0;
}

/**
 * Runs this very command again, as root of namespaces of its own, with our standard streams; signals to end are passed on. Gives its exit code.
 * `file`: the topology, by its full path.
 * @throws WorldError where something is missing here, or the lab runs already
 */
export async function beginInOwnNamespace(lab: string, file: string): Promise<number> {
  requireNamespaces({ ...THIS_MACHINE, isRoot: true });
  const hold = takeHold(lab, ownLabsFolder());
  if (!hold) throw new WorldError('runs-already', `a lab of ${lab} runs already; \`pointsman down\` ends it`);
  try {
    noteTopology(hold.folder, file);
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', ...UNSHARE, '--kill-child', 'sh', '-c', FIRST, 'sh'],
        ...[process.execPath, ...process.argv.slice(1)],
      ],
      // The terminal's Ctrl-C is for us alone, who pass it on.
      { stdio: ['inherit', 'inherit', 'inherit', 'pipe'], detached: true, env: environment() },
    );
    return await follow(child, (pid) => writeOwnLab(hold.folder, pid));
  } finally {
    hold.release();
  }
}

async function follow(child: ChildProcess, tell: (pid: number) => void): Promise<number> {
  let inner: number | undefined;
  const early: NodeJS.Signals[] = [];
  const pass = (name: NodeJS.Signals) => {
    if (inner === undefined) early.push(name);
    // It may be gone already while what is around it ends.
    else if (child.exitCode === null) signal(inner, name);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, pass);
  createInterface(child.stdio[3] as Readable).once('line', (line) => {
    inner = Number(line);
    tell(inner);
    for (const name of early) pass(name);
  });
  const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[ended!];
}

/** Debian's programs for administrators are on no ordinary user's PATH. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
}
