import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readPlace } from './s3-operation.ts';

describe('a path of S3', () => {
  test('names a bucket and a key, of whatever characters', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(key, (key) => {
        const path = `/bucket/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
        assert.deepEqual(readPlace(path), { bucket: 'bucket', key });
      }),
    );
  });

  test('names a bucket alone, or nothing', () => {
    assert.deepEqual(readPlace('/bucket'), { bucket: 'bucket', key: undefined });
    assert.deepEqual(readPlace('/bucket/'), { bucket: 'bucket', key: undefined });
    assert.deepEqual(readPlace('/'), { bucket: undefined, key: undefined });
  });

  test('is read or refused, whatever it is', () => {
    assert.equal(readPlace('/bucket/%ff'), undefined);
    fc.assert(
      fc.property(fc.string(), (text) => {
        readPlace(`/${text}`);
      }),
    );
  });
});
