import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { hashWords, setHashKey } from './hash.ts';

describe('the hash of keys', () => {
  afterEach(() => setHashKey([0, 0]));

  /** Of the bytes 0, 1, 2, … with the key 0, 1, … 7, by length: the kernel's test vectors of hsiphash on 32 bits (lib/test_siphash.c). */
  const VECTORS = [
    0x5814c896, 0x7e059ea6, 0x577999b1, 0x6b28096c, 0x8b31d501, 0x911bb605, 0x57150ad7, 0x0a4100d0,
    0xbc6dda8d, 0x7c46fb7f, 0x05327eb2, 0x11795ab1, 0x007783eb, 0xc368dda6, 0x53ecd77e, 0x88b4c4cc,
  ];

  it('is HalfSipHash-1-3', () => {
    setHashKey([0x03020100, 0x07060504]);
    const words = new Int32Array(Uint8Array.from({ length: 64 }, (_, index) => index).buffer);
    for (const [count, vector] of VECTORS.entries()) assert.equal(hashWords(words, count) >>> 0, vector);
  });

  it('is another with each half of the key', () => {
    const words = Int32Array.of(1, 2, 3);
    const hashes = [
      [0, 0],
      [1, 0],
      [0, 1],
      [2 ** 32 - 1, 0],
    ].map(([low, high]) => {
      setHashKey([low!, high!]);
      return hashWords(words, 3);
    });
    assert.equal(new Set(hashes).size, hashes.length);
  });
});
