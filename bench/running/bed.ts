import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryLines } from '../load/names.ts';
import { compileEcho } from '../peers/echo.ts';
import { type Peer, startPeer, type Work } from '../peers/peer.ts';
import { startNsd } from '../upstream/nsd.ts';
import { stopAllChildren } from './children.ts';
import { choosePinning, type Pinning } from './cpus.ts';
import { freeEndpoint, type RunningServer } from './server.ts';

/** What all measurements of one run share: a temporary folder, the upstream, the CPUs. */
export type Bed = {
  directory: string;
  upstream: RunningServer;
  pinning: Pinning;
  /**
   * Starts a server with forwarding rules to the upstream, in a fresh folder that goes when it stops. It is ready when it has
   * answered for a name under the last suffix.
   */
  start(peer: Peer, given: { suffixes: readonly string[]; cacheBytes: number }): Promise<RunningServer>;
  /** Writes a file of queries and returns its path. */
  writeQueries(name: string, names: readonly string[]): Promise<string>;
  close(): Promise<void>;
};

/** Not that of the load, as in any network: a query from an upstream's address may be a loop, which takes a look at what is in flight. */
const UPSTREAM_ADDRESS = '127.0.0.2';

export async function openBed(options: { echo: boolean }): Promise<Bed> {
  const directory = await mkdtemp(join(tmpdir(), 'pointsman-bench-'));
  const close = async () => {
    await stopAllChildren();
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    if (options.echo) await compileEcho(directory);
    const pinning = await choosePinning();
    const upstream = await startNsd(
      await freeEndpoint(UPSTREAM_ADDRESS),
      join(directory, 'upstream'),
      pinning?.load,
    );
    let started = 0;
    return {
      directory,
      upstream,
      pinning,
      close,
      start: async (peer, { suffixes, cacheBytes }) => {
        const work: Work = {
          listen: await freeEndpoint(),
          upstream,
          suffixes,
          cacheBytes,
          directory: join(directory, `server-${started++}`),
        };
        const server = await startPeer(peer, work, `probe.${suffixes.at(-1)}`, pinning?.server);
        return {
          ...server,
          stop: async () => {
            await server.stop();
            await rm(work.directory, { recursive: true, force: true, maxRetries: 3 });
          },
        };
      },
      writeQueries: async (name, names) => {
        const path = join(directory, `${name}.queries`);
        await writeFile(path, queryLines(names));
        return path;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs `body` with a bed and takes everything down again, also when the user interrupts it. */
export async function withBed<T>(options: { echo: boolean }, body: (bed: Bed) => Promise<T>): Promise<T> {
  const bed = await openBed(options);
  const interrupt = () => {
    void bed.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await body(bed);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await bed.close();
  }
}
