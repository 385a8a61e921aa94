/**
 * One thread's visit to another network namespace. setns(2) moves the calling thread alone, and all between there and back is synchronous
 * on it: nothing else of this program ever runs in the other namespace. A socket stays in the namespace that it was made in.
 */
import { closeSync, openSync } from 'node:fs';
import { CLONE_NEWNET, errnoName, type Libc, loadLibc } from '../udp/libc.ts';

/** `code` is the system call's: ENOENT (no such namespace), EPERM (not root), EADDRNOTAVAIL, EADDRINUSE, … */
export class NamespaceError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'NamespaceError';
    this.code = code;
  }
}

/** Where `ip netns` keeps its names. */
const NAMES = '/run/netns';

let loaded: Libc | undefined;

/**
 * Runs `act`, which must be synchronous, in the network namespace that `ip netns` knows by `name`. The thread is back in its own namespace
 * afterwards, whatever `act` did.
 * @throws NamespaceError; whatever `act` throws
 */
export function inNamespace<T>(name: string, act: (libc: Libc) => T): T {
  if (!/^[\w.-]+$/.test(name) || name === '.' || name === '..') {
    throw new NamespaceError('EINVAL', `"${name}" is no name of a network namespace`);
  }
  loaded ??= loadLibc();
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    enter(loaded, name);
    try {
      return act(loaded);
    } finally {
      // It cannot fail: who could leave may return. A thread lost abroad would open its next socket in somebody else's network.
      if (loaded.setns(own, CLONE_NEWNET) !== 0) process.abort();
    }
  } finally {
    closeSync(own);
  }
}

function enter(libc: Libc, name: string): void {
  const namespace = open(name);
  try {
    if (libc.setns(namespace, CLONE_NEWNET) === 0) return;
    const code = errnoName(libc.errno());
    const remedy = code === 'EPERM' ? '; it takes root' : '';
    throw new NamespaceError(code, `cannot enter the network namespace ${name}${remedy}`);
  } finally {
    closeSync(namespace);
  }
}

function open(name: string): number {
  try {
    return openSync(`${NAMES}/${name}`, 'r');
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no network namespace' : 'cannot open the network namespace';
    throw new NamespaceError(code, `${problem} ${name}`);
  }
}
