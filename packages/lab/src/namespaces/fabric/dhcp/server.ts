import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Commands } from '../commands.ts';
import type { Model, Network } from '../model.ts';
import { NAMESPACES } from '../names.ts';
import { oneByOne } from '../one-by-one.ts';
import { endAll, namespaceOfProcess, networkNamespaceByName, signal } from '../processes.ts';
import { compileHosts, compileOptions, compileServer, reservationsOf } from './config.ts';

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
  /** MAC addresses by the address that this process of the server may have leased to them. */
  const leased = new Map<string, string>();
  const inTurn = oneByOne();

  async function updateNow(): Promise<void> {
    await mkdir(folder, { recursive: true });
    const config = compileServer(model, network, folder);
    const reservations = reservationsOf(model, network);
    await replace(`${folder}/hosts`, compileHosts(reservations));
    await replace(`${folder}/options`, compileOptions(model, network));
    const pid = await runningIn(network.namespace, folder);
    // An address that is another's now would be held for its old owner, dead or not; a new process knows of no leases.
    const isReused = reservations.some(({ address, mac }) => (leased.get(address) ?? mac) !== mac);
    if (isReused || config !== running) leased.clear();
    for (const { address, mac } of reservations) leased.set(address, mac);
    if (pid !== undefined && config === running && !isReused && (await rereads(pid, folder))) return;
    await replace(`${folder}/dnsmasq.conf`, config);
    const old = pid === undefined ? [] : [pid];
    await endAll(() => old.filter((each) => isIn(each, network.namespace)));
    // It goes into the background when it listens, so that it is there when this returns.
    await commands.run('nsenter', [
      `--net=${NAMESPACES}/${network.namespace}`,
      'dnsmasq',
      `--conf-file=${folder}/dnsmasq.conf`,
    ]);
    running = config;
  }

  return { update: () => inTurn(updateNow) };
}

/**
 * Has the server read its files again. It may answer a request that comes meanwhile as before: its log says when it has. False where it says
 * nothing for long.
 */
async function rereads(pid: number, folder: string): Promise<boolean> {
  const readSoFar = await countReads(folder);
  signal(pid, 'SIGHUP');
  for (const deadline = Date.now() + REREAD_PATIENCE; Date.now() < deadline; await wait(2)) {
    if ((await countReads(folder)) > readSoFar) return true;
  }
  return false;
}

/** How often it has read its options, the last of its files. */
async function countReads(folder: string): Promise<number> {
  const log = await readFile(`${folder}/log`, 'utf8').catch(() => '');
  return log.split(`read ${folder}/options\n`).length - 1;
}

/** Milliseconds. */
const REREAD_PATIENCE = 10_000;

/** The server's process, where its number is not somebody else's by now. */
async function runningIn(namespace: string, folder: string): Promise<number | undefined> {
  const text = await readFile(`${folder}/dnsmasq.pid`, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return pid > 0 && isIn(pid, namespace) ? pid : undefined;
}

function isIn(pid: number, namespace: string): boolean {
  const wanted = networkNamespaceByName(namespace);
  return wanted !== undefined && namespaceOfProcess(pid, 'net') === wanted;
}

/** A file that is read while it is replaced is the old one or the new one. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
