import assert from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { createUdpStack } from './choose.ts';
import { loadLibc } from './libc.ts';
import { createMmsgStack } from './mmsg.ts';

const { ENETUNREACH, EAGAIN } = os.constants.errno;
const RECEIVER = { onDatagram() {}, onBatchEnd() {} };

/** A stack whose kernel takes no datagram. */
function failingStack(errno: number) {
  let calls = 0;
  const stack = createMmsgStack({
    ...loadLibc(),
    sendmmsg: () => {
      calls++;
      return -1;
    },
    errno: () => errno,
  });
  return { stack, calls: () => calls };
}

describe('UDP by mmsg', { skip: createUdpStack().kind !== 'mmsg' && 'not on this system' }, () => {
  it('reports once per flush that a network cannot be reached, though the error stays and its hearer flushes', () => {
    const { stack, calls } = failingStack(ENETUNREACH);
    const errors: string[] = [];
    const connection = stack.connect(undefined, '127.0.0.1', 9, RECEIVER, (code) => {
      errors.push(code);
      stack.flush();
    });
    for (let index = 0; index < 5; index++) connection.send(Uint8Array.of(index), 0, 1);
    stack.flush();
    assert.deepEqual(errors, ['ENETUNREACH']);
    assert.equal(calls(), 10);
    connection.close();
  });

  it('drops what does not fit into a full buffer, and blames nobody', () => {
    const { stack, calls } = failingStack(EAGAIN);
    const connection = stack.connect(undefined, '127.0.0.1', 9, RECEIVER, (code) => assert.fail(code));
    for (let index = 0; index < 5; index++) connection.send(Uint8Array.of(index), 0, 1);
    stack.flush();
    assert.equal(calls(), 1);
    connection.close();
  });
});
