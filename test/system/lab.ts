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

/** A copy of an example. */
export function copyTopology(example: string): LabFile {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-lab-'));
  cpSync(resolve(ROOT, dirname(example)), folder, { recursive: true });
  const file = join(folder, basename(example));
  const name = uniqueName();
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*$/m, `name: ${name}`));
  return { file, name, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A topology of two VPCs and a site, one tier of two members, that starts quickly. */
export function smallTopology(): LabFile {
  return writeTopology(SMALL);
}

/** A topology that is given, but for its name. */
export function writeTopology(text: string): LabFile {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-lab-'));
  const file = join(folder, 'topology.yaml');
  const name = uniqueName();
  writeFileSync(file, `name: ${name}\n${text}`);
  return { file, name, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const SMALL = `
networks:
  hub:
    kind: vpc
    region: eu-west-1
    cidrs: [10.1.0.0/16, '2001:db8:1::/56']
    subnets:
      a: { cidr: 10.1.1.0/24, availabilityZone: eu-west-1a }
      six: { cidr: '2001:db8:1:66::/64', availabilityZone: eu-west-1b }
    resolvers: forwarders/main
    domainName: cloud.example
  spoke: { kind: vpc, region: eu-west-1, cidrs: [10.2.0.0/16], resolvers: forwarders/main }
  office: { kind: site, cidrs: [192.168.0.0/16], resolvers: authorities/dns }
links:
  - { kind: peering, between: [hub, spoke] }
  - { kind: vpn, between: [hub, office] }
authorities:
  dns: { network: office, addresses: [192.168.1.53], forwards: [forwarders/main/a] }
zones:
  cloud.example: { kind: private, networks: [hub], records: { www: { A: [10.1.1.80] } } }
  corp.example: { kind: external, authority: dns, records: { db: { A: [192.168.1.20] } } }
forwarders:
  main:
    network: hub
    members:
      - { name: a, subnet: a, address: 10.1.1.53 }
      - { name: b, subnet: six, address: '2001:db8:1:66::53' }
`;

function uniqueName(): string {
  return `t${process.pid}-${randomInt(36 ** 5).toString(36)}`;
}

/** Runs it until `stop`. Whatever becomes of the test, nothing of the lab is left then. */
export async function startLab(
  { file, name, remove }: LabFile,
  args: readonly string[] = [],
): Promise<RunningLab> {
  const clean = async () => {
    await downLab(file);
    remove();
  };
  try {
    const world = await startUp(file, { args: ['--world', 'namespaces', ...args] });
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
