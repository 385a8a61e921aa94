import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, realpath, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Guard, startGuard } from './guard.ts';
import { type Owner, ownerOf, requireSafe } from './owner.ts';
import { run } from './programs.ts';

/**
 * The folder of one named: its configuration, the key of its control channel, its working directory. Others cannot read it. Where root
 * starts named, all of it but the working directory is root's and named may only read: whoever takes named over finds no place where
 * root would follow him.
 */
export type Folder = {
  path: string;
  /** What named reads. */
  config: string;
  keyFile: string;
  /** Where it may write. */
  workingDirectory: string;
  /** Whom it runs as; undefined where it runs as whoever started it. */
  user: string | undefined;
  guard: Guard;
  /** Writes a file that named may read, in the place of one of that name; returns its path. */
  write: (name: string, text: string) => Promise<string>;
  /** An empty file under a new name that named may write to, even before it has become another user. */
  makeLog: () => Promise<string>;
  /** Lets a file that was written take the place of the configuration. */
  adopt: (path: string) => Promise<void>;
  remove: () => Promise<void>;
};

export const KEY_NAME = 'pointsman';
const PATIENCE = 60_000;

/** `parent`: where to make it; undefined: the system's temporary folder. @throws EngineError */
export async function makeFolder(parent: string | undefined): Promise<Folder> {
  const owner = await ownerOf();
  if (parent !== undefined) await mkdir(parent, { recursive: true });
  const home = await realpath(resolve(parent ?? tmpdir()));
  if (owner) await requireSafe(home, owner);
  const path = await mkdtemp(join(home, 'pointsman-named-'));
  const guard = startGuard(path);
  const remove = async () => {
    await guard.dismiss();
    // Not by Node's own `rm`, which goes by paths: what named left may change into a link on the way.
    await run('rm', ['-rf', '--', path], PATIENCE);
  };
  try {
    return { ...(await fill(path, owner)), guard, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fill(path: string, owner: Owner | undefined): Promise<Omit<Folder, 'guard' | 'remove'>> {
  if (owner) await chown(path, 0, owner.gid);
  await chmod(path, owner ? 0o750 : 0o700);
  const workingDirectory = join(path, 'work');
  await mkdir(workingDirectory, { mode: 0o700 });
  if (owner) await chown(workingDirectory, owner.uid, owner.gid);
  const write = async (name: string, text: string) => {
    const file = join(path, name);
    await rename(await makeFile(path, name, owner ? 0o640 : 0o600, owner, text), file);
    return file;
  };
  const secret = randomBytes(32).toString('base64');
  const key = `key "${KEY_NAME}" { algorithm hmac-sha256; secret "${secret}"; };\n`;
  const config = join(path, 'named.conf');
  return {
    path,
    config,
    keyFile: await write('rndc.key', key),
    workingDirectory,
    user: owner?.name,
    write,
    makeLog: () => makeFile(path, 'start.log', owner ? 0o660 : 0o600, owner, ''),
    adopt: (file) => rename(file, config),
  };
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** A file that was not there before, root's where there is an owner of something else. */
async function makeFile(
  folder: string,
  name: string,
  mode: number,
  owner: Owner | undefined,
  text: string,
): Promise<string> {
  const path = join(folder, `${name}.${randomBytes(8).toString('hex')}`);
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    if (owner) await file.chown(0, owner.gid);
    await file.chmod(mode);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return path;
}
