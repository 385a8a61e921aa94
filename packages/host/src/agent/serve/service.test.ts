import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import type { Engine } from '../../engines/engine.ts';
import type { Configuration } from '../configuration/check-configuration.ts';
import { openService } from './service.ts';

const CONFIGURATION = configuration();

test('an engine that hangs in a reload is started again', async () => {
  const { service, engines } = open(() => new Promise(() => {}));
  await service.use(CONFIGURATION);
  const reload = service.use(CONFIGURATION);
  reload.catch(() => {});
  await service.restart();
  await assert.rejects(reload, /the engine has ended/);
  assert.equal(engines.length, 2);
  assert.equal(service.current()!.engine, engines[1]);
  await service.stop();
});

test('an engine that hangs in a reload is stopped all the same', async () => {
  const { service } = open(() => new Promise(() => {}));
  await service.use(CONFIGURATION);
  const reload = service.use(CONFIGURATION);
  reload.catch(() => {});
  await service.stop();
  await assert.rejects(reload, /the engine has ended/);
  assert.equal(service.current()!.engine, undefined);
});

test('a stop breaks a start off, and nothing starts after it', async () => {
  const begun = Promise.withResolvers<void>();
  const service = openService({
    start: (_, signal) => {
      begun.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('broken off'))),
      );
    },
    onStuck: () => assert.fail('stuck'),
    now: Date.now,
  });
  const start = service.use(CONFIGURATION);
  start.catch(() => {});
  await begun.promise;
  await service.stop();
  await assert.rejects(start, /broken off/);
  await assert.rejects(service.use(CONFIGURATION), { code: 'STOPPED' });
  assert.equal(service.current(), undefined);
});

test('what a first start fails with leaves nothing that a restart would begin', async () => {
  const service = openService({
    start: () => Promise.reject(new Error('no')),
    onStuck: () => assert.fail('stuck'),
    now: Date.now,
  });
  await assert.rejects(service.use(CONFIGURATION), /no/);
  assert.equal(service.current(), undefined);
  assert.equal(service.changingFor(), undefined);
});

/** A service whose engines reload so, and until they are stopped. */
function open(reload: () => Promise<void>) {
  const engines: Engine[] = [];
  const start = async (): Promise<Engine> => {
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    const engine: Engine = {
      kind: 'native',
      transport: 'none',
      reload: () => Promise.race([reload(), ended.promise]),
      health: () => Promise.reject(new Error('not asked')),
      metrics: () => Promise.reject(new Error('not asked')),
      stop: async () => ended.reject(new Error('the engine has ended')),
    };
    engines.push(engine);
    return engine;
  };
  return {
    engines,
    service: openService({ start, onStuck: () => assert.fail('stuck'), now: Date.now }),
  };
}

function configuration(): Configuration {
  const value = { name: 'a', listen: ['127.0.0.1:53'], clients: ['127.0.0.0/8'], rules: [] };
  const result = parseForwarderConfig(value);
  assert.ok(result.ok);
  return { revision: 'one', text: JSON.stringify(value), config: result.config };
}
