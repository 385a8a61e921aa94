import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EngineError } from '../engine.ts';
import { run } from './programs.ts';

/** The folder of one named: its configuration, the key of its control channel, its working directory. Others cannot read it. */
export type Folder = {
  path: string;
  /** What named reads. */
  config: string;
  keyFile: string;
  /** What it says before it has read where to log. */
  startLog: string;
  /** Whom it runs as; undefined where it runs as whoever started it. */
  user: string | undefined;
  /** Writes a file that named may read; returns its path. */
  write: (name: string, text: string) => Promise<string>;
  /** Lets a file that was written take the place of the configuration. */
  adopt: (path: string) => Promise<void>;
  remove: () => Promise<void>;
};

export const KEY_NAME = 'pointsman';
/** Whom Debian's package made for it. */
const USER = 'bind';
const PATIENCE = 5000;

/** `parent`: where to make it; undefined: the system's temporary folder. @throws EngineError */
export async function makeFolder(parent: string | undefined): Promise<Folder> {
  const owner = await ownerOf();
  if (parent !== undefined) await mkdir(parent, { recursive: true });
  const home = resolve(parent ?? tmpdir());
  if (owner) await requireReachable(home, owner);
  const path = await mkdtemp(join(home, 'pointsman-named-'));
  const own = async (file: string, mode: number) => {
    await chmod(file, mode);
    if (owner) await chown(file, owner.uid, owner.gid);
  };
  await own(path, 0o700);
  const write = async (name: string, text: string) => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    await own(file, 0o600);
    return file;
  };
  const secret = randomBytes(32).toString('base64');
  const key = `key "${KEY_NAME}" { algorithm hmac-sha256; secret "${secret}"; };\n`;
  const config = join(path, 'named.conf');
  return {
    path,
    config,
    keyFile: await write('rndc.key', key),
    startLog: join(path, 'start.log'),
    user: owner?.name,
    write,
    adopt: (file) => rename(file, config),
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

type Owner = { name: string; uid: number; gid: number };

/** Root does not serve DNS: the user that named becomes. */
async function ownerOf(): Promise<Owner | undefined> {
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
  return { name: USER, uid: Number(uid.output), gid: Number(gid.output) };
}

/** @throws EngineError where a folder on the way keeps the user out: named could not even say so */
async function requireReachable(path: string, { name, uid, gid }: Owner): Promise<void> {
  const status = await stat(path);
  const bit = status.uid === uid ? 0o100 : status.gid === gid ? 0o010 : 0o001;
  if ((status.mode & bit) === 0)
    throw new EngineError(
      'EACCES',
      `named runs as the user "${name}", who cannot enter ${path}: choose another folder`,
    );
  if (path !== dirname(path)) await requireReachable(dirname(path), { name, uid, gid });
}
