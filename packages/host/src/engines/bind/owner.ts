import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '../engine.ts';
import { run } from './programs.ts';

/** The user that named becomes where root starts it. */
export type Owner = { name: string; uid: number; gid: number };

/** Whom Debian's package made for it. */
const USER = 'bind';
const PATIENCE = 5000;

/**
 * Root does not serve DNS; undefined where it is not root who starts it, or root of a user namespace that has no other user: outside, that is no root.
 * @throws EngineError
 */
export async function ownerOf(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all([
    run('id', ['-u', USER], PATIENCE),
    run('id', ['-g', USER], PATIENCE),
  ]);
  if (!uid.ok || !gid.ok)
    throw new EngineError(
      'NOT_INSTALLED',
      `named is not run as root, and there is no user "${USER}" to run it as`,
    );
  const owner = { name: USER, uid: Number(uid.output), gid: Number(gid.output) };
  return isMapped(owner.uid) ? owner : undefined;
}

/** user_namespaces(7): a line each of first ID inside, first ID outside, and how many. */
function isMapped(uid: number): boolean {
  const lines = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n');
  return lines.some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return uid >= first! && uid < first! + count!;
  });
}

const STICKY = 0o1000;

/**
 * @throws EngineError where a folder on the way keeps the user out: named could not even say so; and where one is the user's to change:
 * then the folder that is made below it could be another one the next time root writes there
 */
export async function requireSafe(path: string, owner: Owner): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
  const may = (bit: number) => ((mode >> shift) & bit) !== 0;
  if (!may(1))
    throw new EngineError(
      'EACCES',
      `named runs as the user "${owner.name}", who cannot enter ${path}: choose another folder`,
    );
  if (uid === owner.uid || (may(2) && (mode & STICKY) === 0))
    throw new EngineError(
      'EACCES',
      `named runs as the user "${owner.name}", who may rename what is in ${path}, and root writes there: choose another folder`,
    );
  if (path !== dirname(path)) await requireSafe(dirname(path), owner);
}
