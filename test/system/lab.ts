import { randomInt } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { AwsCaller } from './aws.ts';
import { POINTSMAN, type Result, ROOT, run } from './command.ts';
import { skipWithout } from './packages.ts';
import { type RunningWorld, startUp } from './running.ts';

/** Why a lab in network namespaces cannot run here; false where it can. */
export const skipWithoutLab: string | false =
  process.getuid?.() === 0
    ? skipWithout('ip', 'nft', 'dnsmasq', 'udhcpc', 'nsenter', 'flock')
    : 'needs root, for network namespaces';

/** A topology's copy under a name that no other test has: labs of one name are one lab. */
export type LabFile = { file: string; name: string; remove: () => void };

/** A running lab, and ways to be in it. */
export type RunningLab = {
  world: RunningWorld;
  file: string;
  name: string;
  aws: AwsCaller;
  /** A command on the client host of a network. */
  exec: (network: string, command: readonly string[], input?: string) => Promise<Result>;
  /** The namespace of a network's router, as `ip netns` knows it. */
  routerOf: (network: string) => string;
  stop: () => Promise<void>;
};

/** A copy of an example, or of a topology that is given. */
export function copyTopology(example: string): LabFile {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-lab-'));
  cpSync(resolve(ROOT, dirname(example)), folder, { recursive: true });
  const file = join(folder, basename(example));
  const name = `t${process.pid}-${randomInt(36 ** 5).toString(36)}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*$/m, `name: ${name}`));
  return { file, name, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs it until `stop`. Whatever becomes of the test, nothing of the lab is left then. */
export async function startLab({ file, name, remove }: LabFile): Promise<RunningLab> {
  const clean = async () => {
    await downLab(file);
    remove();
  };
  try {
    const world = await startUp(file, { args: ['--world', 'namespaces'] });
    const { ready } = world;
    return {
      world,
      file,
      name,
      aws: ready.aws!,
      exec: (network, command, input) => execIn(file, network, command, input),
      routerOf: (network) => {
        const vpcId = ready.networks.find((each) => each.name === network)?.vpcId;
        return `pm-${name}.${vpcId ?? `site-${network}`}`;
      },
      stop: async () => {
        await world.stop();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

export function execIn(
  file: string,
  network: string,
  command: readonly string[],
  input = '',
): Promise<Result> {
  return run(process.execPath, [POINTSMAN, 'exec', file, '--from', network, '--', ...command], { input });
}

export function downLab(file: string): Promise<Result> {
  return run(process.execPath, [POINTSMAN, 'down', file]);
}
