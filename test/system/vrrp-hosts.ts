import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { findCommand } from './packages.ts';

/** Two hosts in one subnet, in network namespaces, with a router. Needs root, iproute2 and keepalived. */
export type VrrpNetwork = {
  router: string;
  /** For files of the test. Not in /tmp: keepalived runs no script from where others may write. */
  folder: string;
  hosts: readonly [VrrpHost, VrrpHost];
  /** And what runs in it. */
  remove: () => Promise<void>;
};

export type VrrpHost = {
  /** Its namespace. */
  name: string;
  /** Of its only interface, eth0. */
  mac: string;
  /** Starts keepalived with a configuration. Returns what it has said so far. */
  start: (config: string) => () => string;
  /** Ends it at once, without a farewell to the other host. */
  kill: () => Promise<void>;
  setLink: (state: 'up' | 'down') => Promise<void>;
  holds: (address: string) => Promise<boolean>;
};

export const ROUTER = '10.10.1.1';
export const HOSTS = ['10.10.1.11', '10.10.1.12'] as const;

export async function makeVrrpNetwork(): Promise<VrrpNetwork> {
  const id = randomBytes(5).toString('hex');
  const router = `pointsman-r-${id}`;
  const folder = mkdtempSync('/run/pointsman-keepalived-');
  await ip(`netns add ${router}`);
  await ip(`-n ${router} link add name subnet type bridge`);
  await ip(`-n ${router} address add ${ROUTER}/24 dev subnet`);
  await ip(`-n ${router} link set dev subnet up`);
  const [first, second] = [await makeHost(0, router, folder), await makeHost(1, router, folder)];
  const hosts: [VrrpHost, VrrpHost] = [first, second];
  return {
    ...{ router, folder, hosts },
    remove: async () => {
      for (const host of hosts) {
        await host.kill();
        await ip(`netns del ${host.name}`);
      }
      await ip(`netns del ${router}`);
      rmSync(folder, { recursive: true });
    },
  };
}

/** A busy machine may let keepalived wait for longer than the other one has patience. */
export function withPatience(config: string): string {
  return config.replace('advert_int 0.5', 'advert_int 2').replace('timeout 2', 'timeout 8');
}

async function makeHost(index: number, router: string, folder: string): Promise<VrrpHost> {
  const name = router.replace('-r-', `-h${index}-`);
  const port = `port${index}`;
  const mac = `02:00:00:00:00:1${index + 1}`;
  await ip(`netns add ${name}`);
  await ip(`-n ${name} link set dev lo up`);
  await ip(`-n ${name} link add name eth0 address ${mac} type veth peer name ${port} netns ${router}`);
  await ip(`-n ${router} link set dev ${port} master subnet up`);
  await ip(`-n ${name} link set dev eth0 up`);
  await ip(`-n ${name} address add ${HOSTS[index]}/24 dev eth0`);
  await ip(`-n ${name} route add default via ${ROUTER}`);
  let keepalived: ChildProcess | undefined;
  return {
    ...{ name, mac },
    start: (config) => {
      const file = join(folder, `keepalived-${index}.conf`);
      writeFileSync(file, config);
      const pidFiles = ['-p', '-r', '-c'].flatMap((flag) => [flag, `${file}${flag}.pid`]);
      const command = ['netns', 'exec', name, findCommand('keepalived')!, '-n', '-l', '-D', '-f', file];
      // Its children die with it where all of its session does.
      const child = spawn('ip', [...command, ...pidFiles], {
        ...{ detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
      });
      keepalived = child;
      let log = '';
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (text) => (log += text));
      return () => log;
    },
    kill: async () => {
      if (!keepalived) return;
      const exited = once(keepalived, 'close');
      process.kill(-keepalived.pid!, 'SIGKILL');
      keepalived = undefined;
      await exited;
    },
    setLink: (state) => ip(`-n ${router} link set dev ${port} ${state}`),
    holds: async (address) =>
      (await run('ip', ['-n', name, '-o', 'address', 'show'])).stdout.includes(` ${address}/`),
  };
}

async function ip(line: string): Promise<void> {
  const { code, stderr } = await run('ip', line.split(' '));
  if (code !== 0) throw new Error(`ip ${line}: ${stderr}`);
}
