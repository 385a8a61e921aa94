import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { parseForwarderConfig } from '@pointsman/core/config';
import type { EngineKind } from '@pointsman/host';
import type { WorldForwarder } from './world-plan.ts';

/** A member at a loopback address of its own, whose only upstream answers nobody. */
export function makeForwarder(engine: EngineKind = 'native'): WorldForwarder {
  const loopback = `127.${randomInt(64, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
  const result = parseForwarderConfig({
    name: 'main-a',
    listen: [`${loopback}:${randomInt(12_000, 32_000)}`],
    clients: ['127.0.0.0/8'],
    rules: [{ suffix: 'corp.example', upstreams: ['127.0.0.1:9'] }],
    cache: { bytes: 2 ** 22 },
  });
  assert.ok(result.ok);
  const place = { name: 'main/a', network: 'hub', availabilityZone: undefined, address: loopback, loopback };
  return { ...place, engine, config: result.config };
}
