import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UdpStack } from '../udp/udp.ts';
import { createSockets, MAX_PROBE_SOCKETS, MAX_SOCKETS, type Sockets } from './sockets.ts';

const SECOND = 1000;

/** Sockets of a stack that opens nothing, and what each waits for. */
function world() {
  let open = 0;
  const outstanding = new Map<number, number>();
  const stack: UdpStack = {
    kind: 'dgram',
    reason: undefined,
    listen: () => assert.fail('nobody listens'),
    connect() {
      open++;
      return { localPort: 1, send() {}, close: () => open-- };
    },
    flush() {},
  };
  const sockets = createSockets(stack, () => ({ local: undefined, address: '127.0.0.1', port: 53 }), {
    onDatagram() {},
    onBatchEnd() {},
    onError() {},
    outstanding: (socket) => outstanding.get(socket) ?? 0,
  });
  return { sockets, outstanding, open: () => open };
}

function codeOf(sockets: Sockets, upstream: number, probe: boolean): string | undefined {
  try {
    sockets.pick(upstream, probe, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
  return undefined;
}

describe('the sockets to upstreams', () => {
  it('are two for an upstream, however much it is asked, and renewed in time', () => {
    const { sockets, open } = world();
    const used = new Set(Array.from({ length: 400 }, () => sockets.pick(7, false, 0)));
    assert.equal(used.size, 2);
    for (let at = 0; at <= 60; at++) {
      sockets.pick(7, false, at * SECOND);
      sockets.sweep(at * SECOND);
      assert.ok(open() <= 4);
    }
    sockets.sweep(90 * SECOND);
    sockets.sweep(94 * SECOND);
    assert.equal(open(), 0);
  });

  it('are one for a probe', () => {
    const { sockets, open } = world();
    for (let count = 0; count < 20; count++) sockets.pick(7, true, 0);
    assert.equal(open(), 1);
  });

  it('make room at their bound: the one goes that waits for nothing and was used longest ago', () => {
    const { sockets, outstanding, open } = world();
    const first = sockets.pick(0, false, 0);
    const second = sockets.pick(1, false, 1);
    for (let upstream = 2; upstream < MAX_SOCKETS; upstream++) sockets.pick(upstream, false, 2);
    outstanding.set(first, 1);
    assert.equal(sockets.pick(5000, false, 3), second);
    assert.equal(open(), MAX_SOCKETS);
    assert.equal(sockets.pick(0, false, 4), first, 'an upstream that has one keeps to it');
  });

  it('cannot be had where each waits for an answer', () => {
    const { sockets, outstanding } = world();
    for (let upstream = 0; upstream < MAX_SOCKETS; upstream++)
      outstanding.set(sockets.pick(upstream, false, 0), 1);
    assert.equal(codeOf(sockets, 5000, false), 'EMFILE');
    outstanding.clear();
    assert.equal(codeOf(sockets, 5000, false), undefined);
  });

  it('leave room for queries, however many silent upstreams are probed', () => {
    const { sockets, outstanding } = world();
    let refused = 0;
    for (let upstream = 0; upstream < 10_000; upstream++) {
      if (codeOf(sockets, upstream, true) === undefined) outstanding.set(sockets.pick(upstream, true, 0), 1);
      else refused++;
    }
    assert.equal(refused, 10_000 - MAX_PROBE_SOCKETS);
    for (let upstream = 20_000; upstream < 21_000; upstream++)
      assert.equal(codeOf(sockets, upstream, false), undefined);
  });

  it('stay open while an answer is waited for, retired or not', () => {
    const { sockets, outstanding, open } = world();
    const socket = sockets.pick(7, true, 0);
    outstanding.set(socket, 1);
    for (let at = 0; at <= 50; at++) sockets.sweep(at * SECOND);
    assert.equal(open(), 1);
    outstanding.clear();
    sockets.sweep(51 * SECOND);
    assert.equal(open(), 0);
  });

  it('lose no number to one that cannot be opened', () => {
    const stack = world();
    let fails = true;
    const sockets = createSockets(
      {
        kind: 'dgram',
        reason: undefined,
        listen: () => assert.fail('nobody listens'),
        connect() {
          if (fails) throw Object.assign(new Error('no route'), { code: 'ENETUNREACH' });
          return { localPort: 1, send() {}, close() {} };
        },
        flush() {},
      },
      () => ({ local: undefined, address: '127.0.0.1', port: 53 }),
      { onDatagram() {}, onBatchEnd() {}, onError() {}, outstanding: () => 0 },
    );
    for (let count = 0; count < 5; count++) assert.equal(codeOf(sockets, 7, false), 'ENETUNREACH');
    fails = false;
    assert.equal(sockets.pick(7, false, 0), stack.sockets.pick(7, false, 0));
  });
});
