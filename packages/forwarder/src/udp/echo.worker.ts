/** For udp.contract.test.ts: a listener in a worker thread that sends back what it gets. */
import { parentPort, workerData } from 'node:worker_threads';
import { createUdpStack } from './choose.ts';
import type { UdpKind } from './udp.ts';

const { kind, address } = workerData as { kind: UdpKind; address: string };

const listener = await createUdpStack(kind).listen(address, 0, {
  onDatagram(bytes, offset, length, peers, peerOffset) {
    listener.out.set(bytes.subarray(offset, offset + length), listener.reserve());
    listener.commit(length, peers, peerOffset);
  },
  onBatchEnd: () => listener.flush(),
});
parentPort!.once('message', () => listener.close());
parentPort!.postMessage(listener.port);
