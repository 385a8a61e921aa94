import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type ForwarderConfig,
  type ForwarderConfigInput,
  parseForwarderConfig,
} from '@pointsman/core/config';
import type { BindOptions } from '../bind/bind.ts';
import type { Engine, EngineKind, LogLine } from '../engine.ts';
import { startEngine } from '../start-engine.ts';
import { type Client, startClient } from './servers.ts';

/** An engine that serves, and a client at 127.0.0.1. */
export type EngineWorld = {
  engine: Engine;
  config: ForwarderConfig;
  address: string;
  client: Client;
  log: LogLine[];
  /** The same configuration but for these. */
  changed: (changes: Partial<ForwarderConfigInput>) => ForwarderConfig;
};

export async function startEngineWorld(
  t: TestContext,
  kind: EngineKind,
  input: Partial<ForwarderConfigInput>,
  options: Partial<BindOptions> = {},
): Promise<EngineWorld> {
  const address = `127.0.0.1:${randomInt(12_000, 32_000)}`;
  const log: LogLine[] = [];
  const whole: ForwarderConfigInput = {
    name: 'contract',
    listen: [address],
    clients: ['127.0.0.0/8'],
    rules: [],
    cache: { bytes: 2 ** 21 },
    ...input,
  };
  const config = parsed(whole);
  const engine = await startEngine(kind, config, {
    workers: 1,
    log: (line) => log.push(line),
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  t.after(() => engine.stop());
  const client = await startClient(t, address);
  return { engine, config, address, client, log, changed: (changes) => parsed({ ...whole, ...changes }) };
}

export function parsed(input: ForwarderConfigInput): ForwarderConfig {
  const result = parseForwarderConfig(input);
  if (!result.ok) throw new TypeError(JSON.stringify(result.problems));
  return result.config;
}

/** An address of 127.0.0.0/8 that nothing else uses. */
export function freeAddress(): string {
  return `127.${randomInt(64, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
}
