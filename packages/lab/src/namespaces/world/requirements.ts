import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { WorldError } from '../../loopback/world-error.ts';

/** What the lab runs, and the Debian package that each program comes with. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  dnsmasq: 'dnsmasq-base',
  udhcpc: 'udhcpc',
  busybox: 'busybox',
  nsenter: 'util-linux',
  flock: 'util-linux',
};

/** Where daemons live that are on no ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** What decides whether this machine can run a lab. */
export type Machine = { platform: string; isRoot: boolean; hasProgram: (name: string) => boolean };

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  hasProgram: (name) =>
    [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS].some((folder) =>
      isExecutable(join(folder, name)),
    ),
};

/** @throws WorldError `not-possible` with all that is missing, and what can be done without it */
export function requireNamespaces({ platform, isRoot, hasProgram }: Machine = THIS_MACHINE): void {
  const otherwise = 'without it, `--world loopback` runs the same names here';
  const refuse = (message: string) => new WorldError('not-possible', `${message}; ${otherwise}`);
  if (platform !== 'linux') throw refuse('network namespaces are Linux’s');
  const missing = Object.entries(PROGRAMS).filter(([name]) => !hasProgram(name));
  const names = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, each]) => each))].join(' ');
  const needs = [
    ...(isRoot ? [] : ['root (sudo), or user namespaces, which this system does not allow']),
    ...(missing.length === 0 ? [] : [`${names} (Debian: apt-get install ${packages})`]),
  ];
  if (needs.length > 0) throw refuse(`the world of network namespaces needs ${needs.join(' and ')}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
