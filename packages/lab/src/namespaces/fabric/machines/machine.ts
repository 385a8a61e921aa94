/** A machine's processes and disk: booted by machines/scripts, in a network namespace that is there already. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import type { Commands } from '../commands.ts';
import { FabricError } from '../fabric-error.ts';
import { NAMESPACES } from '../names.ts';
import { hearBoot } from './boot-news.ts';
import { CAPABILITIES } from './capabilities.ts';
import { CLOCK, formatClock } from './clock.ts';
import { compileFstab } from './fstab.ts';
import type { Keeper } from './keeper.ts';

export type MachinePlan = {
  id: string;
  hostName: string;
  /** In which its interfaces are. */
  namespace: string;
  /** Run at the first boot, once the network is up, where it begins with `#!`. */
  userData?: Uint8Array | undefined;
  /** Folders of the host that are readable at their own paths, whatever the machine has in their place. */
  visible: readonly string[];
  /** Bytes. */
  diskSize: number;
};

export type Machine = {
  /** The host's number of the machine's process 1. */
  readonly init: number;
  /** All its processes are gone. */
  readonly ended: Promise<void>;
  isRunning: boolean;
  /** It runs, and had a lease since it booted. */
  isUp: boolean;
  isFrozen: boolean;
};

/** Milliseconds for the first lease. */
const BOOT_PATIENCE = 15_000;

export function machineFolder(folder: string, id: string): string {
  return `${folder}/machines/${id}`;
}

/** @returns once it has its first lease, or none after a while. @throws FabricError where it does not boot */
export async function bootMachine(
  folder: string,
  plan: MachinePlan,
  { keeper, commands }: { keeper: Keeper; commands: Commands },
): Promise<Machine> {
  const own = machineFolder(folder, plan.id);
  await writeBootFolder(folder, own, plan);
  const child = spawn(
    'nsenter',
    [
      `--net=${NAMESPACES}/${plan.namespace}`,
      `--mount=/proc/${keeper.pid}/ns/mnt`,
      ...['sh', `${folder}/scripts/disk.sh`, folder, own, String(plan.diskSize)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: commands.environment },
  );
  const { init, up, ended } = follow(child, plan.id);
  const machine: Machine = { init: await init, ended, isRunning: true, isUp: false, isFrozen: false };
  await writeFile(`${own}/init.pid`, `${machine.init}\n`);
  up.then(
    () => {
      machine.isUp = true;
    },
    () => {},
  );
  ended.then(() => {
    machine.isRunning = false;
    machine.isUp = false;
  });
  const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
  const patience = setTimeout(giveUp, BOOT_PATIENCE);
  try {
    await Promise.race([up, late]);
  } finally {
    clearTimeout(patience);
  }
  return machine;
}

/** What the boot says on its way: its process's number, then that it has a lease. */
function follow(child: ChildProcess, id: string) {
  const init = Promise.withResolvers<number>();
  const up = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let complaint = '';
  hearBoot(child.stdout!, { pid: init.resolve, up: up.resolve });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-2000);
  });
  child.on('error', (error) => init.reject(new FabricError(`cannot boot ${id}: ${error.message}`)));
  child.on('close', () => {
    const failure = new FabricError(`${id} did not boot: ${complaint.trim() || 'its first process ended'}`);
    init.reject(failure);
    up.reject(failure);
    ended.resolve();
  });
  return { init: init.promise, up: up.promise, ended: ended.promise };
}

/** What the machine reads, and cannot write, in /run/machine. */
async function writeBootFolder(folder: string, own: string, plan: MachinePlan): Promise<void> {
  const boot = `${own}/boot`;
  await mkdir(boot, { recursive: true });
  const files: Record<string, string> = {
    hostname: `${plan.hostName}\n`,
    fstab: compileFstab(folder, own),
    visible: plan.visible.map((path) => `${path}\n`).join(''),
    capabilities: CAPABILITIES,
    [CLOCK]: formatClock(0),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(`${boot}/${name}`, text)));
  for (const script of ['init.sh', 'lease.sh'])
    await copyFile(`${folder}/scripts/${script}`, `${boot}/${script}`);
  if (plan.userData && startsWithInterpreter(plan.userData)) {
    await writeFile(`${boot}/user-data`, plan.userData, { mode: 0o700 });
  }
}

function startsWithInterpreter(bytes: Uint8Array): boolean {
  return bytes[0] === 0x23 && bytes[1] === 0x21;
}
