import { setTimeout as delay } from 'node:timers/promises';
import { InterfaceError } from './interface-error.ts';
import { findLink, listLinks } from './observe-interface.ts';
import type { RunCommand } from './run-command.ts';

/** Milliseconds. */
const PAUSE = 100;

/**
 * The name of the interface that has the MAC address, when it has come: an ENI is there a second or more after the cloud says `attached`.
 * `patience` in milliseconds. @throws InterfaceError NO_INTERFACE; the signal's reason where that aborts
 */
export async function waitForInterface(
  mac: string,
  { run, patience, signal }: { run: RunCommand; patience: number; signal?: AbortSignal },
): Promise<string> {
  const end = performance.now() + patience;
  for (;;) {
    const links = await listLinks(run);
    const link = findLink(links, mac);
    if (link) return link.ifname;
    if (performance.now() >= end) {
      const there = links.flatMap(({ ifname, address }) => (ifname === 'lo' ? [] : [`${ifname} ${address}`]));
      throw new InterfaceError(
        'NO_INTERFACE',
        `no interface has the MAC address ${mac} after ${patience / 1000} s (there are: ${there.join(', ') || 'none'}); is the network interface attached to this instance?`,
      );
    }
    await delay(PAUSE, undefined, signal && { signal });
  }
}
