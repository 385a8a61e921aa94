import { findOwnLab, OWN_NAMESPACE, runInOwnLab } from '@pointsman/lab';

/** Runs this command in the lab of a user who is not root, and sets the exit code. False where there is none: then it runs here. */
export async function ranInOwnLab(lab: string): Promise<boolean> {
  const own = findOwnLab(lab);
  if (own) process.exitCode = await runInOwnLab(own);
  return own !== undefined;
}

const pid = process.env[OWN_NAMESPACE];

/** What goes before a command so that it reaches the API's endpoint; undefined for root, whose lab listens where everybody is. */
export const ENTER: string | undefined =
  pid === undefined ? undefined : `nsenter --user --net --preserve-credentials --target ${pid}`;

/** What goes before a command of ours that is to find the lab. */
export const SUDO = pid === undefined ? 'sudo ' : '';
