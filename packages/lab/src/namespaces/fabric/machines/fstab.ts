/** What a machine has mounted, in order: the writable places are its disk; `base` is the host's tree, read-only. */
import { existsSync } from 'node:fs';

/** Parts of /proc that are the host's: to look at, */
const READ_ONLY = ['bus', 'fs', 'irq', 'acpi', 'scsi'];
/** and not even that. */
const HIDDEN = ['sysrq-trigger', 'kcore', 'kmsg', 'keys', 'timer_list', 'sched_debug'];

/** A source that no mount of the host has: what mount(8) finds at a place by source and kind, covered or not, it does not mount again. */
const OWN = 'machine';

/** @param isThere whether this kernel has a path */
export function compileFstab(folder: string, machineFolder: string, isThere = existsSync): string {
  const [base, disk, root] = [`${folder}/base`, `${machineFolder}/disk`, `${machineFolder}/root`];
  const bind = (from: string, to: string, options = 'bind') => [from, to, 'none', options];
  const own = (name: string) => `${root}/proc/${name}`;
  const mounts = [
    [OWN, `${root}/etc`, 'overlay', `lowerdir=${base}/etc,upperdir=${disk}/etc,workdir=${disk}/work`],
    ...['var', 'tmp', 'root', 'home', 'mnt', 'srv'].map((each) => bind(`${disk}/${each}`, `${root}/${each}`)),
    [OWN, `${root}/run`, 'tmpfs', 'mode=755,size=4m,nosuid,nodev'],
    bind(`${machineFolder}/boot`, `${root}/run/machine`, 'bind,ro,X-mount.mkdir'),
    [OWN, `${root}/dev/shm`, 'tmpfs', 'mode=1777,size=4m,nosuid,nodev'],
    [OWN, `${root}/dev/pts`, 'devpts', 'newinstance,ptmxmode=0666,mode=620,nosuid,noexec'],
    [OWN, `${root}/sys`, 'sysfs', 'ro,nosuid,nodev,noexec'],
    [OWN, `${root}/proc`, 'proc', 'nosuid,nodev,noexec'],
    bind(own('sys'), own('sys'), 'bind,ro'),
    // What is written there goes to the writer's own network namespace, by whichever /proc.
    bind('/proc/sys/net', own('sys/net')),
    ...READ_ONLY.filter((name) => isThere(`/proc/${name}`)).map((name) =>
      bind(own(name), own(name), 'bind,ro'),
    ),
    ...HIDDEN.filter((name) => isThere(`/proc/${name}`)).map((name) => bind(`${base}/dev/null`, own(name))),
  ];
  return mounts
    .map(([what, where, type, options]) => `${fieldOf(what!)} ${fieldOf(where!)} ${type} ${options} 0 0\n`)
    .join('');
}

/** A path in a field of fstab(5). */
function fieldOf(path: string): string {
  return path.replace(/[\\\s]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
