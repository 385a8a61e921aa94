import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian keeps servers where a user's PATH may not lead. */
const ALSO = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Makes sure that the servers' folders are on PATH for this process and all that it starts. */
export function extendPath(): void {
  const have = (process.env.PATH ?? '').split(delimiter);
  process.env.PATH = [...have, ...ALSO.filter((folder) => !have.includes(folder))].join(delimiter);
}

export async function isInstalled(command: string): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      await access(join(folder, command), constants.X_OK);
      return true;
    } catch {
      // The next folder may have it.
    }
  }
  return false;
}
