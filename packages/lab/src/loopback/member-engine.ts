import { randomInt } from 'node:crypto';
import { parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import {
  type Engine,
  EngineError,
  type EngineKind,
  type EngineOptions,
  startEngine,
} from '@pointsman/host/engines';
import { startRelay } from './relay.ts';

/** A member's engine at its place, in the loopback world or on a machine of its own. @throws an Error with a `code` */
export async function startMemberEngine(
  kind: EngineKind,
  config: ForwarderConfig,
  options: EngineOptions,
): Promise<Engine> {
  const place = parseEndpoint(config.listen[0]!) as { address: string; port: number };
  if (kind === 'native' || !isLoopback(place.address)) return startEngine(kind, config, options);
  const relay = await startRelay(place.address, place.port);
  try {
    const { engine, port } = await startBehind(config, options, place.address);
    relay.open(port);
    return {
      ...engine,
      stop: async () => {
        await relay.close();
        await engine.stop();
      },
    };
  } catch (error) {
    await relay.close();
    throw error;
  }
}

/** Where no interface has the address, and BIND would not listen. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.');
}

/** Below the range that systems hand out to clients. */
const FIRST_PORT = 12_000;
const LAST_PORT = 32_000;
const TRIES = 10;

/** A named at any port of 127.0.0.1 that is free, which asks from the member's own address. */
async function startBehind(
  config: ForwarderConfig,
  options: EngineOptions,
  address: string,
): Promise<{ engine: Engine; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    try {
      const listen = [`127.0.0.1:${port}`];
      return {
        port,
        engine: await startEngine('bind', { ...config, listen }, { ...options, sources: [address] }),
      };
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'EADDRINUSE' && tries < TRIES)) throw error;
    }
  }
}
