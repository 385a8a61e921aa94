import { readdir, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

const FOLDER = '/sys/class/net';

/** The MAC addresses of all interfaces that the kernel has, also those that are down and have no address. */
export async function readMacs(): Promise<ReadonlySet<string>> {
  const names = await readdir(FOLDER);
  const macs = await Promise.all(
    // One may go between the two calls.
    names.map((name) => readFile(`${FOLDER}/${name}/address`, 'utf8').catch(() => '')),
  );
  return new Set(macs.map((mac) => mac.trim()).filter((mac) => mac !== ''));
}

/** The addresses of all interfaces of this host that are up. */
export function readAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
}
