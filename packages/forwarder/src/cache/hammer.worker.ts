/** For cache.test.ts: reads and writes a small cache as fast as it can, and looks at each byte of every hit that is said to be intact. */
import { parentPort, workerData } from 'node:worker_threads';
import { openCache } from './cache.ts';
import { BODY_AND_TAIL, ENTRY_WORDS, IDENTITY } from './layout.ts';

const OPERATIONS = 400_000;
const KEYS = 64;

const { buffers, seed } = workerData as { buffers: SharedArrayBuffer[]; seed: number };
const cache = openCache(buffers);
const { hit } = cache;
const place = new Uint8Array(256);
const torn: string[] = [];
let intact = 0;
let state = seed;

/** A linear congruential generator: the same operations for the same seed. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function read(number: number): void {
  const { words, bytes } = hit.shard;
  const fill = words[hit.at + IDENTITY]!;
  const length = Math.min(words[hit.at + BODY_AND_TAIL]! & 0xffff, place.length);
  const start = (hit.at + ENTRY_WORDS + 3) << 2;
  for (let index = 0; index < length; index++) place[index] = bytes[start + index]!;
  if (!cache.isIntact()) return;
  intact++;
  // The body is as long as its identity says, and each byte of it is the key's number plus that.
  if (length !== fill) torn.push(`length ${length} of ${fill}`);
  for (let index = 0; index < length; index++) {
    if (place[index] !== ((number + fill) & 0xff)) torn.push(`byte ${index} of ${number}: ${place[index]}`);
  }
}

for (let operation = 0; operation < OPERATIONS && torn.length < 10; operation++) {
  const number = random(KEYS);
  const key = {
    keyWords: new Int32Array(3).fill(number),
    keyLength: 12,
    hash: Math.imul(number + 1, 0x9e3779b1),
  };
  if (random(3) === 0) {
    const fill = random(200);
    cache.store(
      key,
      {
        rcode: 0,
        flags: 0,
        answers: 0,
        authorities: 0,
        body: new Uint8Array(fill).fill(number + fill),
        bodyStart: 0,
        bodyLength: fill,
        ttlOffsets: new Uint16Array(0),
        ttlCount: 0,
        tail: new Uint8Array(0),
        tailLength: 0,
        lifetime: 1,
        epoch: 0,
        identity: fill,
      },
      0,
    );
  } else if (cache.find(key)) {
    read(number);
    if (random(2) === 0) cache.keep();
    else cache.renew(operation);
  }
}
parentPort!.postMessage({ torn, intact });
