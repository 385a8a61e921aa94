import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeExtendedError } from '@pointsman/core/dns';
import fc from 'fast-check';
import { extendedError, textAmong } from './extended-error.ts';

test('the text of an extended error is found among other options', () => {
  const cookie = [0, 10, 0, 3, 1, 2, 3];
  const bytes = new Uint8Array([9, 9, ...cookie, ...extendedError(22, 'nobody there'), ...cookie]);
  assert.equal(textAmong(bytes, 2, bytes.length), 'nobody there');
  assert.equal(textAmong(bytes, 2, 2 + cookie.length), '');
});

test('whatever the options are, what comes of them is printable ASCII of a bounded length', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), fc.string({ maxLength: 900 }));
  fc.assert(
    fc.property(text, fc.nat(900), (text, cut) => {
      const { data } = encodeExtendedError({ code: 0, text });
      const option = new Uint8Array([0, 15, data.length >> 8, data.length & 255, ...data]);
      for (const end of [option.length, Math.min(cut, option.length)]) {
        assert.match(textAmong(option, 0, end), /^[\x20-\x7e]{0,100}$/);
      }
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.match(textAmong(bytes, 0, bytes.length), /^[\x20-\x7e]{0,100}$/);
    }),
  );
});
