/**
 * Labs of a user who is not root. Each runs in a user, mount, network and process namespace of its own, in which that user is root: the lab itself is
 * as ever. All of it ends with the `up` that began it, however that ends: the kernel ends what a process namespace holds with its first process.
 */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorldError } from '../../loopback/world-error.ts';

/** What an `up` without root keeps outside: where the way in is. `user` is the user namespace, as /proc/PID/ns writes it. */
export type OwnLab = { pid: number; user: string };

const RECORD = 'process.json';

/**
 * Where this user's labs say what they are: outside of their own namespaces, in which /run is another one.
 * @throws WorldError `not-allowed` where somebody else has made that folder
 */
export function ownLabsFolder(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const uid = process.getuid!();
  const folder =
    runtime && isWritable(runtime) ? join(runtime, 'pointsman') : join(tmpdir(), `pointsman-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)
    throw new WorldError('not-allowed', `${folder} is not a folder that only you can write; remove it`);
  return join(folder, 'labs');
}

/** Readers see it whole or not at all. */
export function writeOwnLab(folder: string, pid: number): void {
  const path = join(folder, RECORD);
  writeFileSync(`${path}.next`, JSON.stringify({ pid, user: userNamespaceOf(pid) }), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}

/** This user's lab of that name, where it runs: a record may have outlived it, and its number may be somebody else's by now. */
export function findOwnLab(lab: string): OwnLab | undefined {
  if (process.getuid?.() === 0) return undefined;
  try {
    const own = JSON.parse(readFileSync(join(ownLabsFolder(), lab, RECORD), 'utf8')) as OwnLab;
    return isRunning(own) ? own : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function isRunning({ pid, user }: OwnLab): boolean {
  return userNamespaceOf(pid) === user;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function userNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    return undefined;
  }
}
