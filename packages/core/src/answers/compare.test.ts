import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Message, NO_FLAGS, type ResourceRecord, rdataFromText } from '../dns/index.ts';
import { type Answered, compareAnswers } from './index.ts';

function record(name: string, type: string, text: string, ttl = 300): ResourceRecord {
  return { name, type, class: 1, ttl, data: rdataFromText(type, text, '.') };
}

function answered(answers: ResourceRecord[], changes: Partial<Message> = {}): Answered {
  const message: Message = {
    id: 1,
    flags: { ...NO_FLAGS, qr: true },
    rcode: 0,
    question: { name: 'www.example.', type: 'A', class: 1 },
    answers,
    authorities: [],
    additionals: [],
    ...changes,
  };
  return { ok: true, message };
}

const A1 = record('www.example.', 'A', '192.0.2.1');
const A2 = record('www.example.', 'A', '192.0.2.2');
const SILENT: Answered = { ok: false, detail: 'no answer in 1 s' };

test('order, TTLs, flags, EDNS and the other sections do not matter', () => {
  const other = answered(
    [
      { ...A2, ttl: 1 },
      { ...A1, ttl: 86400 },
    ],
    {
      id: 2,
      flags: { ...NO_FLAGS, qr: true, aa: true, ra: true, ad: true },
      authorities: [record('example.', 'NS', 'ns.example.')],
      additionals: [A1],
      edns: { udpSize: 1232, version: 0, do: false, options: [] },
    },
  );
  assert.equal(compareAnswers(answered([A1, A2]), other), undefined);
});

test('the case of names does not matter, in an owner or in data; the case of a text does', () => {
  const upper = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));
  const alias = (data: string): Answered => answered([{ ...A1, type: 'CNAME', data: upper(data) }]);
  assert.equal(compareAnswers(alias('\x03WWW\x02eU\x00'), alias('\x03www\x02EU\x00')), undefined);
  const txt = (text: string) => answered([record('www.example.', 'TXT', text)]);
  assert.equal(compareAnswers(txt('"a"'), txt('"A"'))?.kind, 'records');
});

test('a record that comes twice counts once', () => {
  assert.equal(compareAnswers(answered([A1, A1]), answered([A1])), undefined);
});

test('records that only one gave are told, sorted', () => {
  const b = answered([record('www.example.', 'A', '192.0.2.9'), A1]);
  assert.deepEqual(compareAnswers(answered([A2, A1]), b), {
    kind: 'records',
    onlyA: ['www.example. A 192.0.2.2'],
    onlyB: ['www.example. A 192.0.2.9'],
  });
});

test('RCODEs differ, whatever the records; NODATA is not NXDOMAIN', () => {
  assert.deepEqual(compareAnswers(answered([]), answered([], { rcode: 3 })), {
    kind: 'rcode',
    a: 'NOERROR without records',
    b: 'NXDOMAIN',
  });
  assert.deepEqual(compareAnswers(answered([A1, A2]), answered([A1], { rcode: 2 })), {
    kind: 'rcode',
    a: 'NOERROR with 2 records',
    b: 'SERVFAIL with 1 record',
  });
});

test('silence is a difference, also where both are silent: nothing shows that they are the same', () => {
  assert.deepEqual(compareAnswers(answered([A1]), SILENT), {
    kind: 'no-answer',
    a: 'NOERROR with 1 record',
    b: 'no answer in 1 s',
    failures: { b: 'no answer in 1 s' },
  });
  assert.equal(compareAnswers(SILENT, SILENT)?.kind, 'no-answer');
});

test('an answer is the same as itself in any order, and swapping two answers swaps the difference', () => {
  const set = fc.array(fc.nat({ max: 5 }).map((last) => record('www.example.', 'A', `192.0.2.${last}`)));
  fc.assert(
    fc.property(set, set, (a, b) => {
      assert.equal(compareAnswers(answered(a), answered([...a].reverse())), undefined);
      const [there, back] = [
        compareAnswers(answered(a), answered(b)),
        compareAnswers(answered(b), answered(a)),
      ];
      if (there?.kind === 'records') {
        assert.deepEqual(back, { kind: 'records', onlyA: there.onlyB, onlyB: there.onlyA });
      } else assert.equal(back, undefined);
    }),
  );
});
