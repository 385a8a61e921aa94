import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TopologyInput } from '@pointsman/core/topology';

/**
 * What a lab in network namespaces costs: `node bench/lab.ts`, as root. From the command to the event `ready`, the memory of all of its processes (their
 * proportional shares: what several map counts once), and until nothing of it is left. Goals: acme in 5 s and 300 MB; 50 VPCs with 100 instances in 60 s.
 */

const ROOT = resolve(import.meta.dirname, '..');
const POINTSMAN = join(ROOT, 'packages/cli/bin/pointsman.js');
const VPCS = 50;
const INSTANCES = 100;

type Costs = { readyMs: number; bytes: number; processes: number; downMs: number; left: number };

const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-lab-'));
try {
  const large = join(folder, 'large.json');
  writeFileSync(large, JSON.stringify(manyVpcs()));
  for (const [what, file, lab, more] of [
    ['acme', join(ROOT, 'examples/acme/hybrid.yaml'), 'acme', 0],
    // Every VPC has its client host, and the first a member.
    [`${VPCS} VPCs with ${INSTANCES} instances`, large, 'bench', INSTANCES - VPCS - 1],
  ] as const)
    console.log(phrase(what, await measure(file, lab, more)));
} finally {
  rmSync(folder, { recursive: true });
}

/** `more`: instances that are run by the API, once all of the topology is there. */
async function measure(file: string, lab: string, more: number): Promise<Costs> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [POINTSMAN, 'up', file, '--world', 'namespaces', '--json', '--port', '18153', '--despite-findings'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { aws } = await readyEvent(child);
  if (more > 0) await runInstances(aws, more);
  const readyMs = performance.now() - started;
  const pids = familyOf(child.pid!);
  const bytes = pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0);
  const ending = performance.now();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  const downMs = performance.now() - ending;
  const left = readdirSync('/run/netns').filter((name) => name.startsWith(`pm-${lab}.`)).length;
  return { readyMs, bytes, processes: pids.length, downMs, left };
}

type Aws = { endpoint: string; accessKeyId: string; secretAccessKey: string; region: string };

async function readyEvent(child: ChildProcess): Promise<{ aws: Aws }> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  const event = JSON.parse(line) as { event: string; aws: Aws };
  if (event.event !== 'ready') throw new Error(line);
  return event;
}

/** In the first subnet there is; until all of them run. */
async function runInstances(access: Aws, count: number): Promise<void> {
  const ec2 = (...args: string[]) => JSON.parse(callAws(access, ['ec2', ...args]));
  const [subnet] = ec2('describe-subnets').Subnets as { SubnetId: string }[];
  const image = ['--image-id', 'ami-00000000000000000', '--subnet-id', subnet!.SubnetId];
  ec2('run-instances', '--count', String(count), ...image);
  const pending = ['--filters', 'Name=instance-state-name,Values=pending'];
  while (ec2('describe-instances', ...pending).Reservations.length > 0);
}

function callAws({ endpoint, accessKeyId, secretAccessKey, region }: Aws, args: readonly string[]): string {
  return execFileSync('/usr/bin/aws', ['--endpoint-url', endpoint, ...args, '--output', 'json'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_CONFIG_FILE: '/dev/null',
    },
  });
}

/** A process and all that descend from it. */
function familyOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = [root];
  for (const pid of family) for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

function proportionalBytes(pid: number): number {
  const text = readIfThere(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s*([0-9]+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** Empty where the process is gone meanwhile. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function phrase(what: string, { readyMs, bytes, processes, downMs, left }: Costs): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const memory = `${Math.round(bytes / 2 ** 20)} MB in ${processes} processes`;
  return `${what}: up after ${seconds(readyMs)}, ${memory}, gone after ${seconds(downMs)}, ${left} namespaces left`;
}

/** A hub with a tier of one, and VPCs that are peered with it. */
function manyVpcs(): TopologyInput {
  const names = Array.from({ length: VPCS }, (_, index) => `n${index}`);
  return {
    name: 'bench',
    networks: Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          kind: 'vpc',
          region: 'eu-west-1',
          cidrs: [`10.${index}.0.0/16`],
          subnets: { a: { cidr: `10.${index}.1.0/24` } },
          resolvers: 'forwarders/main',
        },
      ]),
    ),
    links: names.slice(1).map((name) => ({ kind: 'peering', between: ['n0', name] })),
    zones: { 'bench.example': { kind: 'private', networks: ['n0'], records: { www: { A: ['10.0.1.80'] } } } },
    forwarders: {
      main: { network: 'n0', members: [{ name: 'a', subnet: 'a', address: '10.0.1.53' }] },
    },
  };
}
