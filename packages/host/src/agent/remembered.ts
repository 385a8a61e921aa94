import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceInterface } from '@pointsman/core/config';
import type { MemberInterface } from './cloud/address-cloud.ts';
import { serviceInterfaceOf } from './cloud/service-interface-of.ts';
import { writeDurably } from './write-durably.ts';

/**
 * The interface that this host had last. With it a host serves again after a reboot while neither the cloud nor the metadata service
 * answers: the kernel shows by the MAC address whether it still has it.
 */
export type Remembered = {
  read: () => Promise<MemberInterface | undefined>;
  write: (held: MemberInterface) => Promise<void>;
};

/** `directory`: the agent's state directory. */
export function openRemembered(directory: string): Remembered {
  const path = join(directory, 'interface.json');
  return {
    read: async () => {
      try {
        const value = JSON.parse(await readFile(path, 'utf8')) as Partial<MemberInterface>;
        const isWhole =
          typeof value.mac === 'string' &&
          typeof value.member === 'string' &&
          Array.isArray(value.addresses) &&
          Array.isArray(value.subnetCidrs);
        return isWhole ? (value as MemberInterface) : undefined;
      } catch {
        return undefined;
      }
    },
    write: (held) => writeDurably(path, JSON.stringify(held)),
  };
}

/** How the interface that the agent of this host has, or had last, is to be set up. @throws Error where there is none */
export async function findServiceInterface({
  stateDirectory,
}: {
  stateDirectory: string;
}): Promise<ServiceInterface> {
  const held = await openRemembered(stateDirectory).read();
  if (held) return serviceInterfaceOf(held);
  throw new Error(`the agent of this host has had no interface yet (${stateDirectory}/interface.json)`);
}
