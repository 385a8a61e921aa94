import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../../loopback/world-error.ts';
import type { FaultPlaces } from '../drill/fault-places.ts';
import type { LoadNames } from '../drill/load-names.ts';
import { FabricError, machineCommand } from '../fabric/index.ts';
import { LABS_FOLDER } from '../world/hold.ts';
import { type Channel, openChannel } from './channel.ts';

/** What a lab that runs says of itself to other commands. It lies in the lab's folder, and is gone with it. */
export type LabRecord = {
  lab: string;
  pid: number;
  aws: AwsAccess;
  /** One of each account. */
  keys: readonly AccountKey[];
  clients: readonly HostRecord[];
  /** For drills: of what there can be any, and what clients ask meanwhile, by their network. */
  places: FaultPlaces;
  load: Readonly<Record<string, LoadNames>>;
};

export type AccountKey = { account: string; accessKeyId: string; secretAccessKey: string };

/** One endpoint for all services, and a key for it. */
export type AwsAccess = { endpoint: string; accessKeyId: string; secretAccessKey: string; region: string };

/** The client host of a network: `machine` is its ID, `namespace` its network's as `ip netns` knows it. */
export type HostRecord = {
  network: string;
  machine: string;
  availabilityZone: string | undefined;
  addresses: readonly string[];
  namespace: string;
};

const RECORD = 'lab.json';
const SOCKET = 'control';

/** The socket file of the lab that has this folder. */
export function controlPath(folder: string): string {
  return join(folder, SOCKET);
}

/** Readers see it whole or not at all. */
export function writeLabRecord(folder: string, record: LabRecord): void {
  const path = join(folder, RECORD);
  writeFileSync(`${path}.next`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}

/** A lab that runs, and the way to speak with it. */
export type RunningLab = { record: LabRecord; channel: Channel };

/**
 * The running lab of a topology. That it runs is what it says itself: a record may have outlived it.
 * @throws WorldError `not-running`, or `not-allowed` for those who are not root
 */
export async function findLab(
  lab: string,
  hear: (message: unknown) => void,
  folder: string = LABS_FOLDER,
): Promise<RunningLab> {
  const own = join(folder, lab);
  try {
    const record = JSON.parse(readFileSync(join(own, RECORD), 'utf8')) as LabRecord;
    return { record, channel: await openChannel(controlPath(own), hear) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') {
      throw new WorldError('not-allowed', `the lab of ${lab} belongs to root: do this as root, too`);
    }
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
    throw new WorldError(
      'not-running',
      `${lab} does not run in network namespaces; \`pointsman up FILE --world namespaces\` starts it`,
    );
  }
}

/** What to run so that a command runs on a machine of the lab, by its ID. @throws WorldError `not-running` where that does not */
export function commandOn(
  { lab }: LabRecord,
  machine: string,
  command: readonly string[],
): [string, ...string[]] {
  try {
    const { command: program, args } = machineCommand(lab, machine);
    return [program, ...args, ...command];
  } catch (error) {
    throw error instanceof FabricError ? new WorldError('not-running', error.message) : error;
  }
}
