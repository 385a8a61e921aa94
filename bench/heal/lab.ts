import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseTopology, type Topology } from '@pointsman/core/topology';

/** A lab of the example acme whose tier is left to agents. */
export type HealLab = {
  topology: Topology;
  /** `main/a`, and the availability zone that it is in. */
  members: readonly { name: string; availabilityZone: string }[];
  /** Resolves when all instances of the availability zone are in service, spares too. */
  whole: (availabilityZone: string) => Promise<void>;
  stop: () => Promise<void>;
};

const ROOT = resolve(import.meta.dirname, '../..');
const POINTSMAN = join(ROOT, 'packages/cli/bin/pointsman.js');
const EXAMPLE = join(ROOT, 'examples/acme/hybrid.yaml');
const NAME = 'bench-heal';
const PORT = '18154';
/** Seconds that attaching and detaching take. */
const DELAY = '2';
/** Milliseconds for a group to be whole again. */
const PATIENCE = 180_000;

/** @throws Error where it does not start, with what `up` says */
export async function openHealLab(spares: number): Promise<HealLab> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-heal-'));
  cpSync(dirname(EXAMPLE), folder, { recursive: true });
  const file = join(folder, 'hybrid.yaml');
  const text = readFileSync(EXAMPLE, 'utf8')
    .replace(/^name: .*$/m, `name: ${NAME}`)
    .replace(/^( *)spares: [0-9]+/m, `$1spares: ${spares}`);
  writeFileSync(file, text);
  const topology = readTopology(file, text);
  const more = ['--world', 'namespaces', '--agents', '--attach', DELAY, '--detach', DELAY];
  const child = spawn(process.execPath, [POINTSMAN, 'up', file, ...more, '--json', '--port', PORT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const fleet = makeFleet();
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as { event: string; what?: string; message?: string };
    if (event.event === 'ready') ready.resolve();
    if (event.event === 'error') ready.reject(new Error(event.message));
    if (event.event === 'notice') fleet.hear(event.what!);
  });
  exited.then(() => ready.reject(new Error('the lab ended')));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready.promise;
  } catch (error) {
    await stop();
    throw error;
  }
  return { topology, members: membersOf(topology), whole: fleet.whole, stop };
}

function readTopology(path: string, text: string): Topology {
  const read = (name: string) => readFileSync(join(dirname(path), name), 'utf8');
  const parsed = parseTopology({ path, text, format: 'yaml' }, read);
  if (parsed.ok) return parsed.topology;
  throw new Error(`the example is wrong: ${JSON.stringify(parsed)}`);
}

function membersOf({ networks, forwarders }: Topology): HealLab['members'] {
  return forwarders.flatMap(({ name: tier, network, members }) => {
    const vpc = networks.find((each) => each.name === network);
    const subnets = vpc?.kind === 'vpc' ? vpc.subnets : [];
    return members.map(({ name, subnet }) => ({
      name: `${tier}/${name}`,
      availabilityZone: subnets.find((each) => each.name === subnet)!.availabilityZone!,
    }));
  });
}

/** What the lab's notices say of launches: those that are not in service yet, by availability zone. */
function makeFleet() {
  const underway = new Map<string, string>();
  let heard = Promise.withResolvers<void>();
  const isWhole = (zone: string) => ![...underway.values()].some((group) => group.endsWith(zone));
  return {
    hear: (what: string) => {
      const [, group, launched] = /^(\S+) launches (\S+)$/.exec(what) ?? [];
      if (launched !== undefined) underway.set(launched, group!);
      const [, over] = /^(\S+) is (?:in service|being terminated)$/.exec(what) ?? [];
      if (over !== undefined) underway.delete(over);
      heard.resolve();
      heard = Promise.withResolvers();
    },
    whole: async (zone: string) => {
      const late = AbortSignal.timeout(PATIENCE);
      const timeout = once(late, 'abort').then(() => Promise.reject(new Error(`${zone} is not whole again`)));
      while (!isWhole(zone)) await Promise.race([heard.promise, timeout]);
      timeout.catch(() => {});
    },
  };
}
