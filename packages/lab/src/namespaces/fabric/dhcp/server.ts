import { readlinkSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { Commands } from '../commands.ts';
import type { Model, Network } from '../model.ts';
import { NAMESPACES } from '../names.ts';
import { compileHosts, compileOptions, compileServer } from './config.ts';

/** The DHCP server of one network, in its router's namespace. */
export type DhcpServer = {
  /** Brings it to what the model says: clients hear of it at their next renewal. */
  update(): Promise<void>;
};

export function createDhcpServer(
  commands: Commands,
  model: Model,
  network: Network,
  folder: string,
): DhcpServer {
  let running = '';
  return {
    async update() {
      await mkdir(folder, { recursive: true });
      const config = compileServer(model, network, folder);
      await replace(`${folder}/hosts`, compileHosts(model, network));
      await replace(`${folder}/options`, compileOptions(model, network));
      const pid = await runningIn(network.namespace, folder);
      if (pid !== undefined && config === running) return void process.kill(pid, 'SIGHUP');
      await replace(`${folder}/dnsmasq.conf`, config);
      if (pid !== undefined) await end(pid, network.namespace);
      // It goes into the background when it listens, so that it is there when this returns.
      await commands.run('nsenter', [
        `--net=${NAMESPACES}/${network.namespace}`,
        'dnsmasq',
        `--conf-file=${folder}/dnsmasq.conf`,
      ]);
      running = config;
    },
  };
}

/** The server's process, where its number is not somebody else's by now. */
async function runningIn(namespace: string, folder: string): Promise<number | undefined> {
  const text = await readFile(`${folder}/dnsmasq.pid`, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return pid > 0 && isIn(pid, namespace) ? pid : undefined;
}

function isIn(pid: number, namespace: string): boolean {
  try {
    const { ino } = statSync(`${NAMESPACES}/${namespace}`);
    return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${ino}]`;
  } catch {
    return false;
  }
}

async function end(pid: number, namespace: string): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (isIn(pid, namespace)) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A file that is read while it is replaced is the old one or the new one. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
