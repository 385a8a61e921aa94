import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AwsCaller } from './aws.ts';
import { spawnPointsman } from './command.ts';
import { freePort } from './free-port.ts';

/** One line of `--json` output. */
export type Event = { event: string; [key: string]: unknown };

/** A `pointsman` that runs and tells events. */
export type Running = {
  process: ChildProcess;
  events: readonly Event[];
  /** The first event, past or to come, that fits. Rejects where the command ends first. */
  waitFor: (fits: (event: Event) => boolean) => Promise<Event>;
  stderr: () => string;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM, and the end. */
  stop: () => Promise<void>;
};

export function startCommand(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; prefix?: readonly string[] } = {},
): Running {
  const child = spawnPointsman(args, options);
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  let rest = '';
  let ended = false;
  const wake = () => {
    for (const each of waiting) each();
  };
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line) as Event);
    wake();
  });
  const exited = once(child, 'close').then(([code, signal]) => {
    ended = true;
    wake();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    process: child,
    events,
    stderr: () => stderr,
    exited,
    waitFor: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(fits);
          if (!found && !ended) return;
          waiting.delete(look);
          if (found) resolve(found);
          else reject(new Error(`the command ended first: ${JSON.stringify(events)} ${stderr}`));
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What `up --json` says first. */
export type Ready = Event & {
  port: number;
  /** In network namespaces: one endpoint of all services. */
  aws?: AwsCaller;
  networks: {
    name: string;
    kind: 'vpc' | 'site';
    client: string;
    resolvers: string[];
    vpcId?: string;
  }[];
  forwarders: { name: string; address: string; upstreams: string[]; pid: number; transport: string }[];
  zones: { name: string; kind: string; servers: string[] }[];
  resolvers: { network: string; address: string }[];
  authorities: { name: string; servers: { address: string; standIn: boolean }[] }[];
};

export type RunningWorld = Running & { ready: Ready };

/** How often a free port is looked for again, where somebody else took it first. */
const PORT_TRIES = 3;

/** `up` on a port that is free, or the given one. */
export async function startUp(
  file: string,
  options: { port?: number; cwd?: string; env?: Record<string, string>; args?: readonly string[] } = {},
): Promise<RunningWorld> {
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const running = startCommand(
      ['up', file, '--json', '--port', String(port), ...(options.args ?? [])],
      options,
    );
    const first = await running.waitFor(({ event }) => event === 'ready' || event === 'error');
    if (first.event === 'ready') return { ...running, ready: first as Ready };
    await running.exited;
    const mayTryAgain = first.code === 'EADDRINUSE' && options.port === undefined && tries < PORT_TRIES;
    if (!mayTryAgain) throw new Error(JSON.stringify(first));
  }
}
