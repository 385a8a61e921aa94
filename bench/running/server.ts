import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, startChild } from './children.ts';
import { ask, type Endpoint } from './question.ts';

/** Starting a DNS server of the bench and waiting, by asking, until it answers. */

export type RunningServer = Endpoint & {
  pid: number;
  /** From the start of its process to its first good answer. */
  startMilliseconds: number;
  stop(): Promise<void>;
};

export type ServerStart = {
  name: string;
  /** Configuration files by name; written into `directory` first. */
  files: Readonly<Record<string, string>>;
  directory: string;
  command: Command;
  endpoint: Endpoint;
  cpu: number | undefined;
  /** A name that has an A record for as long as the server is right. */
  probe: string;
  /** False for the echo, which answers with the question alone. */
  answersRecords: boolean;
};

const READY_WITHIN = 60_000;

/** Throws, with the server's own words, where it ends or gives no good answer within a minute. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  await mkdir(start.directory, { recursive: true });
  for (const [name, text] of Object.entries(start.files)) await writeFile(join(start.directory, name), text);

  const began = performance.now();
  const child = startChild(start.command, start.cpu);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), READY_WITHIN);
  void child.ended.then(() => over.abort());
  try {
    while (!over.signal.aborted) {
      const answer = await ask(start.endpoint, start.probe, 5, over.signal);
      if (answer?.rcode === 0 && (answer.answers > 0 || !start.answersRecords)) {
        return {
          ...start.endpoint,
          pid: child.pid,
          startMilliseconds: performance.now() - began,
          stop: child.stop,
        };
      }
      await pause(2);
    }
  } finally {
    clearTimeout(timer);
  }
  await child.stop();
  const { stdout, stderr } = child.output();
  throw new Error(`${start.name} did not become ready:\n${(stdout + stderr).trim().slice(-2000)}`);
}

/** An address of the loopback network, with a port that is free for UDP and TCP at this moment. */
export async function freeEndpoint(address = '127.0.0.1'): Promise<Endpoint> {
  for (;;) {
    const tcp = createServer().listen(0, address);
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const udp = createSocket('udp4');
    const free = new Promise<boolean>((resolve) => {
      udp.on('listening', () => resolve(true)).on('error', () => resolve(false));
    });
    udp.bind(port, address);
    const isFree = await free;
    udp.close();
    tcp.close();
    await once(tcp, 'close');
    if (isFree) return { address, port };
  }
}
