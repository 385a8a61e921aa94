import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { typeMnemonic } from './codes.ts';
import { decodeMessage } from './decode-message.ts';
import { encodeMessage } from './encode-message.ts';
import { formatZoneFile } from './format-zone-file.ts';
import type { Message, ResourceRecord } from './message.ts';
import { type Name, nameToWire, parseName } from './name.ts';
import { parseZoneFile } from './parse-zone-file.ts';
import { RdataError } from './presentation.ts';
import { checkDigest } from './rdata-digest.ts';
import { type Field, fieldsOf } from './rdata-fields.ts';
import { rdataFromText } from './rdata-from-text.ts';
import { rdataToText } from './rdata-to-text.ts';
import { isWellFormed } from './rdata-wire.ts';
import type { RecordSet } from './record-set.ts';

const TYPES =
  'A AAAA AFSDB CAA CNAME DNAME DS HINFO HTTPS KX MINFO MX NAPTR NS PTR PX RP RT SOA SPF SRV SSHFP SVCB TLSA TXT TYPE65280'.split(
    ' ',
  );

const label = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('www', 'mail', 'a', 'b', '_sip', '*', 'xn--a') },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }).map(escapeLabel) },
);
/** Names that share suffixes, so that compression has work to do; some with odd bytes. */
const name: fc.Arbitrary<Name> = fc
  .tuple(fc.array(label, { maxLength: 4 }), fc.constantFrom('example.com.', 'corp.example.', '.'))
  .map(([labels, suffix]) =>
    parseName(labels.length === 0 ? suffix : `${labels.join('.')}.${suffix === '.' ? '' : suffix}`),
  );

function escapeLabel(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${String(byte).padStart(3, '0')}`).join('');
}

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const string = bytes(0, 12).map((data) => Uint8Array.of(data.length, ...data));
const param = fc.oneof(
  fc.tuple(fc.constant(3), bytes(2, 2)),
  fc.tuple(
    fc.constant(1),
    fc
      .array(bytes(1, 5), { minLength: 1, maxLength: 3 })
      .map((ids) => Uint8Array.from(ids.flatMap((id) => [id.length, ...id]))),
  ),
  fc.tuple(fc.constant(2), bytes(0, 0)),
  fc.tuple(
    fc.constant(4),
    bytes(1, 3).map((data) => new Uint8Array(data.length * 4).fill(data[0]!)),
  ),
  fc.tuple(fc.constant(5), bytes(1, 9)),
  fc.tuple(fc.constant(6), bytes(16, 16)),
  fc.tuple(fc.integer({ min: 7, max: 0xfffe }), bytes(0, 9)),
);
const params = fc
  .uniqueArray(param, { selector: ([key]) => key, maxLength: 4 })
  .map((list) =>
    Uint8Array.from(
      list
        .sort(([a], [b]) => a - b)
        .flatMap(([key, value]) => [key >> 8, key & 255, value.length >> 8, value.length & 255, ...value]),
    ),
  );

const FIELDS: Record<Field, fc.Arbitrary<Uint8Array>> = {
  u8: bytes(1, 1),
  u16: bytes(2, 2),
  u32: bytes(4, 4),
  ttl: bytes(4, 4),
  ipv4: bytes(4, 4),
  ipv6: bytes(16, 16),
  name: name.map(nameToWire),
  string,
  strings: fc
    .array(string, { minLength: 1, maxLength: 3 })
    .map((list) => Uint8Array.from(list.flatMap((each) => [...each]))),
  tag: fc.stringMatching(/^[0-9A-Za-z]{1,8}$/).map((tag) => Uint8Array.of(tag.length, ...Buffer.from(tag))),
  octets: bytes(0, 20),
  hex: bytes(1, 20),
  params,
};

const typed = fc.constantFrom(...TYPES).chain((type) =>
  fc
    .tuple(...(fieldsOf(type) ?? ['octets']).map((field) => FIELDS[field]))
    .map((fields) => ({ type, data: Uint8Array.from(fields.flatMap((field) => [...field])) }))
    .filter(({ data }) => checkDigest(type, data) === undefined),
);
const ttl = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const record: fc.Arbitrary<ResourceRecord> = fc
  .tuple(name, typed, ttl, fc.constantFrom(1, 1, 1, 3, 254))
  .map(([owner, { type, data }, seconds, klass]) => ({
    name: owner,
    type,
    class: klass,
    ttl: seconds,
    data,
  }));
const records = fc.array(record, { maxLength: 8 });
const plainRecord = { noNullPrototype: true } as const;
const flags = fc.record(
  {
    qr: fc.boolean(),
    opcode: fc.integer({ min: 0, max: 15 }),
    aa: fc.boolean(),
    tc: fc.boolean(),
    rd: fc.boolean(),
    ra: fc.boolean(),
    ad: fc.boolean(),
    cd: fc.boolean(),
  },
  plainRecord,
);
const u16 = fc.integer({ min: 0, max: 0xffff });
const option = fc.record({ code: u16, data: bytes(0, 20) }, plainRecord);
const edns = fc.record(
  {
    udpSize: u16,
    version: fc.integer({ min: 0, max: 255 }),
    do: fc.boolean(),
    options: fc.array(option, { maxLength: 3 }),
  },
  plainRecord,
);
const question = fc.record({ name, type: u16.map(typeMnemonic), class: u16 }, plainRecord);
const message: fc.Arbitrary<Message> = fc
  .tuple(
    fc.record(
      {
        id: u16,
        flags,
        rcode: fc.integer({ min: 0, max: 15 }),
        question: fc.option(question, { nil: undefined }),
        answers: records,
        authorities: records,
        additionals: records,
      },
      plainRecord,
    ),
    fc.option(edns, { nil: undefined }),
    fc.integer({ min: 0, max: 255 }),
  )
  .map(([rest, opt, upper]) => (opt ? { ...rest, edns: opt, rcode: rest.rcode | (upper << 4) } : rest));

const withSpelling = (source: Message): Message =>
  source.question
    ? { ...source, question: { ...source.question, spelling: nameToWire(source.question.name) } }
    : source;

test('RDATA of every type comes back from its text', () => {
  fc.assert(
    fc.property(typed, ({ type, data }) => {
      assert.ok(isWellFormed(type, data));
      const text = rdataToText(type, data);
      assert.match(text, /^[\x20-\x7e]*$/);
      if (fieldsOf(type)) assert.doesNotMatch(text, /^\\#/);
      assert.deepEqual(rdataFromText(type, text, 'elsewhere.'), data);
    }),
    { numRuns: 1000 },
  );
});

test('any bytes as RDATA have a text, and it is read back or refused, never misread', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), bytes(0, 40), (type, data) => {
      const text = rdataToText(type, data);
      try {
        const lower = isWellFormed(type, data)
          ? rdataToText(type, rdataFromText(type, text, '.'))
          : undefined;
        if (lower !== undefined) assert.equal(lower, text);
        else assert.throws(() => rdataFromText(type, text, '.'), RdataError);
      } catch (error) {
        assert.ok(error instanceof RdataError);
      }
    }),
    { numRuns: 1000 },
  );
});

test('record sets come back from a zone file', () => {
  const sets = fc.uniqueArray(
    fc
      .tuple(name, fc.constantFrom(...TYPES), ttl, fc.array(typed, { minLength: 1, maxLength: 4 }))
      .map(([owner, , seconds, list]): RecordSet => {
        const { type } = list[0]!;
        const same = list.filter((each) => each.type === type).map(({ data }) => data);
        const data = same.filter(
          (each, index) => same.findIndex((other) => other.join() === each.join()) === index,
        );
        return { name: owner, type, ttl: seconds, data };
      }),
    { selector: (set) => `${set.name} ${set.type}`, maxLength: 8 },
  );
  fc.assert(
    fc.property(sets, name, (list, origin) => {
      assert.deepEqual(parseZoneFile(formatZoneFile(origin, list), { origin: 'elsewhere.' }), {
        ok: true,
        records: list,
      });
    }),
    { numRuns: 300 },
  );
});

test('a message comes back from its bytes', () => {
  fc.assert(
    fc.property(message, (source) => {
      const packet = encodeMessage(source);
      assert.deepEqual(decodeMessage(packet), withSpelling(source));
      assert.deepEqual(encodeMessage(decodeMessage(packet)!), packet);
    }),
    { numRuns: 500 },
  );
});

test('an independent decoder reads what we encode, and we read what it encodes', () => {
  const known = new Set('A AAAA CNAME DNAME DS MX NS PTR RP SOA SRV TLSA TXT'.split(' '));
  const plain = (source: Message): Message => {
    // dns-packet keeps names as text without escapes: a dot inside a label would come back as two labels.
    const isText = ({ name: owner, type, data }: ResourceRecord) =>
      !owner.includes('\\') && (type === 'TXT' || !rdataToText(type, data).includes('\\'));
    const keep = (list: ResourceRecord[]) =>
      list.filter((each) => known.has(each.type) && each.class === 1 && isText(each));
    return {
      ...source,
      answers: keep(source.answers),
      authorities: keep(source.authorities),
      additionals: keep(source.additionals),
    };
  };
  fc.assert(
    fc.property(message, (any) => {
      const { edns: _, question: __, ...rest } = plain(any);
      const source: Message = {
        ...rest,
        rcode: any.rcode & 15,
        question: { name: 'www.example.com.', type: 'A', class: 1 },
      };
      const packet = encodeMessage(source);
      const theirs = dnsPacket.decode(Buffer.from(packet));
      for (const section of ['answers', 'authorities', 'additionals'] as const) {
        const expected = source[section].map(({ name: owner, type, ttl: seconds }) => [owner, type, seconds]);
        const found = theirs[section]!.map((each) => {
          const { name: owner, type, ttl: seconds } = each as dnsPacket.StringAnswer;
          return [owner === '.' ? owner : `${owner}.`, type, seconds];
        });
        assert.deepEqual(found, expected);
      }
      assert.equal(theirs.id, source.id);
      const again = decodeMessage(dnsPacket.encode(theirs));
      for (const section of ['answers', 'authorities', 'additionals'] as const) {
        for (const [index, each] of source[section].entries()) {
          if (each.type === 'A' || each.type === 'AAAA' || each.type === 'TXT' || each.type === 'DS') {
            assert.deepEqual(again![section][index]!.data, each.data);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('no packet makes the decoder throw or take long: random bytes, and messages with bytes changed', () => {
  const random = bytes(0, 600);
  const mutated = fc
    .tuple(
      message,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
      fc.nat(),
    )
    .map(([source, changes, cut]) => {
      const packet = encodeMessage(source);
      for (const [at, value] of changes) packet[at % packet.length] = value;
      return cut % 3 === 0 ? packet.subarray(0, cut % (packet.length + 1)) : packet;
    });
  fc.assert(
    fc.property(fc.oneof(random, mutated), (packet) => {
      const decoded = decodeMessage(packet);
      if (decoded === undefined) return;
      // Compression may change the case of names once.
      const again = decodeMessage(encodeMessage(decoded))!;
      assert.deepEqual(decodeMessage(encodeMessage(again)), again);
      assert.equal(again.answers.length, decoded.answers.length);
    }),
    { numRuns: 2000 },
  );
});

test('no text makes the zone file reader throw', () => {
  const line = fc
    .array(
      fc.constantFrom(
        'a',
        '@',
        ' ',
        '\t',
        '60',
        '1h',
        'IN',
        'CH',
        'A',
        'TXT',
        'SOA',
        '10.0.0.1',
        '"',
        '(',
        ')',
        ';',
        '\\',
        '\\#',
        '4',
        '$TTL',
        '$ORIGIN',
        'x.',
        'é',
        '\0',
      ),
      { maxLength: 8 },
    )
    .map((words) => words.join(' '));
  const text = fc.oneof(
    fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (source) => {
      const file = parseZoneFile(source, { origin: 'example.com.', defaultTtl: 60 });
      const lines = source.split('\n');
      if (file.ok) for (const set of file.records) assert.ok(set.data.length > 0);
      else {
        for (const problem of file.problems) {
          assert.ok(problem.line >= 1 && problem.line <= lines.length);
          assert.ok(problem.column >= 1 && problem.column <= lines[problem.line - 1]!.length + 1);
          assert.notEqual(problem.message, '');
        }
      }
    }),
    { numRuns: 2000 },
  );
});
