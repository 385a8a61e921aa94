/** A running forwarder with scripted upstreams and clients, all on addresses of their own; everything ends with the test. */
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type ForwarderConfig,
  type ForwarderConfigInput,
  parseForwarderConfig,
} from '@pointsman/core/config';
import { type Forwarder, type ForwarderOptions, startForwarder } from '../index.ts';
import { type Client, type TcpClient, tcpClient, udpClient } from './client.ts';
import { freeAddress, type Script, type ScriptedUpstream, startUpstream } from './scripted-upstream.ts';

/** Suffix → upstreams, or a rule without its suffix. */
export type Rules = Record<
  string,
  ScriptedUpstream | ScriptedUpstream[] | { upstreams: string[]; policy?: 'fastest' | 'ordered' | 'spread' }
>;

export type World = {
  readonly address: string;
  readonly port: number;
  readonly config: ForwarderConfig;
  readonly forwarder: Forwarder;
  /** A UDP client at 127.0.0.1. */
  readonly client: Client;
  udp(source?: string): Promise<Client>;
  tcp(source?: string): Promise<TcpClient>;
  reload(rules: Rules, more?: Partial<ForwarderConfigInput>): Promise<void>;
};

export type WorldOptions = Partial<ForwarderConfigInput> &
  Partial<ForwarderOptions> & { address?: string; port?: number };

export async function upstream(
  t: TestContext,
  script: Script,
  options?: { address?: string; scriptProbes?: boolean },
): Promise<ScriptedUpstream> {
  const made = await startUpstream(script, options);
  t.after(() => made.close());
  return made;
}

export async function startWorld(t: TestContext, rules: Rules, options: WorldOptions = {}): Promise<World> {
  const { workers = 1, transport, onCrash, address = freeAddress(), port = freePort(), ...more } = options;
  const config = makeConfig(address, port, rules, more);
  const forwarder = await startForwarder(config, {
    workers,
    ...(transport && { transport }),
    onCrash: (error) => {
      if (onCrash) return onCrash(error);
      throw error;
    },
  });
  const server = { address, port };
  const client = await udpClient(server);
  t.after(async () => {
    client.close();
    await forwarder.stop();
  });
  return {
    address,
    port,
    config,
    forwarder,
    client,
    async udp(source) {
      const made = await udpClient(server, source);
      t.after(() => made.close());
      return made;
    },
    async tcp(source) {
      const made = await tcpClient(server, source);
      t.after(() => made.close());
      return made;
    },
    reload: (next, changed) => forwarder.reload(makeConfig(address, port, next, { ...more, ...changed })),
  };
}

export function makeConfig(
  address: string,
  port: number,
  rules: Rules,
  more: Partial<ForwarderConfigInput> = {},
): ForwarderConfig {
  const parsed = parseForwarderConfig({
    name: 'behaviour',
    listen: [`${address}:${port}`],
    clients: ['127.0.0.0/8'],
    rules: Object.entries(rules).map(([suffix, to]) => ({ suffix, ...ruleOf(to) })),
    cache: { bytes: 2 ** 20 },
    ...more,
  });
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.config;
}

export function freePort(): number {
  return randomInt(20_000, 30_000);
}

/** Waits until the condition holds; the test's own time-out ends a wait that is in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A point that a script can wait at until the test opens it. */
export function gate<T = void>(): { wait: Promise<T>; open(value: T): void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { wait: promise, open: resolve };
}

/** A script of answers by `NAME TYPE`; every other name does not exist. */
export function zone(answers: Record<string, readonly string[]>): Script {
  return ({ name, type }) => {
    const found = answers[`${name} ${type}`] ?? answers[name];
    return found ? { answers: found } : { rcode: 'NXDOMAIN' };
  };
}

function ruleOf(to: Rules[string]): { upstreams: string[] } {
  if (Array.isArray(to)) return { upstreams: to.map(({ endpoint }) => endpoint) };
  return 'endpoint' in to ? { upstreams: [to.endpoint] } : to;
}
