/** A worker thread: one engine, told what to do by the main thread and in touch with the other workers. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openCache } from '../cache/cache.ts';
import { openClaims } from '../engine/claims.ts';
import { createClock } from '../engine/clock.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import { setHashKey } from '../packet/hash.ts';
import { createUdpStack } from '../udp/choose.ts';
import { createHandOver } from './hand-over.ts';
import type { Command, Report, WorkerSetup } from './messages.ts';

const setup = workerData as WorkerSetup;
const port = parentPort!;

function report(message: Report): void {
  port.postMessage(message);
}

async function start(): Promise<Engine> {
  setHashKey(setup.hashKey);
  const stack = createUdpStack(setup.transport);
  const handOver = createHandOver(new Map<number, MessagePort>(setup.peers));
  const engine = createEngine({
    stack,
    cache: openCache(setup.cache),
    clock: createClock(setup.origin),
    claims: setup.peers.length === 0 ? undefined : openClaims(setup.claims, setup.worker),
    budgets: setup.budgets,
    rules: setup.rules,
    handOver: handOver.give,
  });
  handOver.serve(engine);
  for (const { address, port } of setup.listen) await engine.listen(address, port);
  report({ type: 'ready', transport: stack.kind, transportReason: stack.reason });
  return engine;
}

const engine = await start().catch((error: NodeJS.ErrnoException) => {
  report({ type: 'failed', code: error.code ?? 'EFAIL', message: error.message });
  return undefined;
});

port.on('message', async (command: Command) => {
  if (command.type === 'reload') {
    engine?.use(command.rules, command.budgets);
    report({ type: 'reloaded', epoch: command.rules.epoch });
  } else if (command.type === 'stats') {
    const upstreams = engine?.upstreams().map(({ address, state, rtt, reason, counters }) => ({
      endpoint: address.endpoint,
      state,
      rttMs: rtt,
      reason,
      ...counters,
    }));
    if (engine)
      report({
        type: 'stats',
        request: command.request,
        counters: engine.counters,
        upstreams: upstreams ?? [],
      });
  } else {
    await engine?.stop();
    process.exit(0);
  }
});
