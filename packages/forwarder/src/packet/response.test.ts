import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeMessage,
  encodeMessage,
  isAtOrBelow,
  type Message,
  type Name,
  NO_FLAGS,
  nameFromWire,
  nameToWire,
  type ResourceRecord,
  rdataFromText,
  typeNumber,
} from '@pointsman/core/dns';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { writeAnswer } from './compose.ts';
import { createResponse, MAX_NEGATIVE_LIFETIME, type Response, readResponse, readTtls } from './response.ts';
import { put16 } from './wire.ts';

const QNAME = 'db.corp.example.';
const RULE = 'corp.example.';

function rr(name: Name, type: string, text: string, ttl = 300): ResourceRecord {
  return { name, type, class: 1, ttl, data: rdataFromText(type, text, '.') };
}

const SOA = rr(RULE, 'SOA', 'ns.corp.example. admin.corp.example. 1 3600 600 86400 60', 900);

function responseOf(changes: Partial<Message> = {}, name: Name = QNAME, type = 'A'): Uint8Array {
  return encodeMessage({
    id: 1,
    flags: { ...NO_FLAGS, qr: true, rd: true, ra: true },
    rcode: 0,
    question: { name, type, class: 1 },
    answers: [],
    authorities: [],
    additionals: [],
    ...changes,
  });
}

const covers = (name: Uint8Array) => isAtOrBelow(nameFromWire(name)!.name, RULE);

/** Reads the packet where others lie around it; undefined where it is no answer to the question. */
function read(
  packet: Uint8Array,
  name: Name = QNAME,
  type = 'A',
): { response: Response; slab: Uint8Array } | undefined {
  const slab = new Uint8Array(packet.length + 200).fill(0xc0);
  slab.set(packet, 100);
  const response = createResponse();
  const wire = nameToWire(name);
  const ours = readResponse(response, slab, 100, packet.length, wire, wire.length, typeNumber(type)!, covers);
  return ours ? { response, slab } : undefined;
}

/** What a client gets of a response that is passed on as it is. */
function passOn(
  { response, slab }: { response: Response; slab: Uint8Array },
  name: Name,
  type: string,
): Uint8Array {
  const question = encodeMessage({
    ...decodeMessage(responseOf({}, name, type))!,
    flags: { ...NO_FLAGS, rd: true },
  });
  const asked = {
    bytes: question,
    offset: 0,
    id: 7,
    flags: 0x100,
    questionEnd: question.length,
    edns: false,
    dnssecOk: false,
  };
  const out = new Uint8Array(0x10000);
  const answer = {
    ...response,
    body: slab,
    flags: 0,
    tail: new Uint8Array(0),
    tailLength: 0,
    epoch: 0,
    identity: 0,
  };
  return out.slice(0, writeAnswer(out, 0, 0xffff, asked, false, answer));
}

describe('a response', () => {
  it('is none where question, opcode or bytes do not fit', () => {
    const good = responseOf({ answers: [rr(QNAME, 'A', '10.0.0.1')] });
    assert.ok(read(good));
    assert.equal(read(good, 'dc.corp.example.'), undefined);
    assert.equal(read(good, QNAME, 'AAAA'), undefined);
    for (const change of [
      (packet: Uint8Array) => put16(packet, 2, 0x0100), // a query
      (packet: Uint8Array) => put16(packet, 2, 0xa800), // another opcode
      (packet: Uint8Array) => put16(packet, 4, 2), // two questions
      (packet: Uint8Array) => put16(packet, 6, 2), // an answer that is not there
      (packet: Uint8Array) => put16(packet, packet.length - 6, 5), // data that runs out
      (packet: Uint8Array) => put16(packet, packet.length - 6, 3), // an address of three bytes
    ]) {
      const packet = good.slice();
      change(packet);
      assert.equal(read(packet), undefined);
    }
    for (let length = 0; length < good.length; length++) assert.equal(read(good.slice(0, length)), undefined);
    assert.equal(read(Uint8Array.from([...good, 0])), undefined);
  });

  it('may repeat the question in another case', () => {
    const packet = responseOf({ answers: [rr(QNAME, 'A', '10.0.0.1')] });
    assert.equal(packet[13], 0x64);
    packet[13] = 0x44;
    assert.ok(read(packet));
  });

  it('with an answer lives as long as its shortest TTL', () => {
    const { response } = read(
      responseOf({ answers: [rr(QNAME, 'A', '10.0.0.1', 300), rr(QNAME, 'A', '10.0.0.2', 20)] }),
    )!;
    assert.deepEqual(
      [response.lifetime, response.rebuild, response.answers, response.ttlCount],
      [20, false, 2, 2],
    );
  });

  it('with a TTL that has its highest bit set is not cached (RFC 2181 §8)', () => {
    const packet = responseOf({ answers: [rr(QNAME, 'A', '10.0.0.1')] });
    packet[packet.length - 10] = 0x80;
    assert.equal(read(packet)!.response.lifetime, 0);
  });

  it('without an answer lives as RFC 2308 §5 says, and not at all without an SOA', () => {
    for (const rcode of [0, 3]) {
      assert.equal(read(responseOf({ rcode, authorities: [SOA] }))!.response.lifetime, 60);
      const short = { ...SOA, ttl: 7 };
      assert.equal(read(responseOf({ rcode, authorities: [short] }))!.response.lifetime, 7);
      const long = rr(RULE, 'SOA', 'ns.corp.example. a.corp.example. 1 3600 600 86400 999999', 999_999);
      assert.equal(
        read(responseOf({ rcode, authorities: [long] }))!.response.lifetime,
        MAX_NEGATIVE_LIFETIME,
      );
      assert.equal(read(responseOf({ rcode }))!.response.lifetime, 0);
      const foreign = { ...SOA, name: 'other.example.' };
      assert.equal(read(responseOf({ rcode, authorities: [foreign] }))!.response.lifetime, 0);
    }
  });

  it('without an answer lives no longer than a proof before its SOA', () => {
    const proof = rr('a.corp.example.', 'NSEC', '\\# 4 00000140', 5);
    assert.equal(read(responseOf({ authorities: [proof, SOA] }))!.response.lifetime, 5);
    assert.equal(read(responseOf({ authorities: [SOA, proof] }))!.response.lifetime, 5);
  });

  it('that is a failure is not cached', () => {
    assert.equal(read(responseOf({ rcode: 2, authorities: [SOA] }))!.response.lifetime, 0);
  });

  it('of name servers alone is a referral', () => {
    const referral = responseOf({ authorities: [rr(RULE, 'NS', 'ns.corp.example.')] });
    assert.equal(read(referral)!.response.referral, true);
    assert.equal(
      read(responseOf({ authorities: [rr(RULE, 'NS', 'ns.corp.example.'), SOA] }))!.response.referral,
      false,
    );
  });

  it('is passed on as it is where a chain of CNAMEs stays in the rule, and is rebuilt where it leaves', () => {
    const inside = [rr(QNAME, 'CNAME', 'a.corp.example.'), rr('a.corp.example.', 'A', '10.0.0.1')];
    assert.equal(read(responseOf({ answers: inside }))!.response.rebuild, false);
    const outside = [rr(QNAME, 'CNAME', 'a.cloud.example.'), rr('a.cloud.example.', 'A', '10.0.0.1')];
    assert.equal(read(responseOf({ answers: outside }))!.response.rebuild, true);
    assert.equal(read(responseOf({ answers: inside.slice(0, 1) }))!.response.rebuild, true);
    assert.equal(
      read(responseOf({ answers: [...inside, rr('b.corp.example.', 'A', '10.0.0.9')] }))!.response.rebuild,
      true,
    );
  });

  it('with a broken owner name is none, even where it is a signature’s', () => {
    const packet = responseOf({
      answers: [rr(QNAME, 'A', '10.0.0.1'), rr('sig.corp.example.', 'RRSIG', '\\# 1 00')],
    });
    const owner = packet.length - 1 - 10 - 6;
    assert.equal(packet[owner], 3);
    assert.ok(read(packet));
    // A label, and then a pointer to itself.
    put16(packet, owner + 4, 0xc000 | (owner + 4));
    assert.equal(read(packet), undefined);
  });

  it('with a name of more than 127 pointers is none', () => {
    const base = responseOf({}, '.', 'A');
    const withPointers = (count: number) => {
      const data = new Uint8Array(count * 2);
      const start = base.length + 1 + 10;
      for (let index = 0; index < count; index++) {
        put16(data, index * 2, 0xc000 | (index === 0 ? 12 : start + index * 2 - 2));
      }
      const packet = Uint8Array.from([
        ...base,
        ...[0, 0xff, 0, 0, 1, 0, 0, 0, 9, 0, 0],
        ...data,
        ...[
          0xc0 | ((start + count * 2 - 2) >> 8),
          (start + count * 2 - 2) & 0xff,
          0,
          1,
          0,
          1,
          0,
          0,
          0,
          9,
          0,
          4,
          1,
          2,
          3,
          4,
        ],
      ]);
      put16(packet, start - 2, data.length);
      put16(packet, 6, 2);
      return packet;
    };
    assert.ok(read(withPointers(100), '.'));
    assert.equal(read(withPointers(130), '.'), undefined);
  });

  it('that we encoded is not cached without an answer and without an SOA', () => {
    const lifetimeOf = (changes: Partial<Message>) => {
      const response = createResponse();
      const bytes = responseOf(changes);
      readTtls(response, bytes, bytes.length);
      return response.lifetime;
    };
    assert.equal(lifetimeOf({}), 0);
    assert.equal(lifetimeOf({ answers: [rr(QNAME, 'CNAME', 'a.example.', 100)] }), 0);
    assert.equal(lifetimeOf({ answers: [rr(QNAME, 'CNAME', 'a.example.', 100)], authorities: [SOA] }), 60);
    assert.equal(
      lifetimeOf({ answers: [rr(QNAME, 'CNAME', 'a.example.', 100), rr('a.example.', 'A', '10.0.0.1', 9)] }),
      9,
    );
  });
});

const name = fc.constantFrom(
  QNAME,
  'a.corp.example.',
  RULE,
  'example.',
  '.',
  'evil.example.',
  'cloud.test.',
  'b.a.corp.example.',
);
const record = fc.oneof(
  fc.tuple(name, fc.nat(1000)).map(([owner, ttl]) => rr(owner, 'A', '10.0.0.1', ttl)),
  fc.tuple(name, name).map(([owner, target]) => rr(owner, 'CNAME', target)),
  fc.tuple(name, name).map(([owner, target]) => rr(owner, 'NS', target)),
  fc.tuple(name, name).map(([owner, target]) => rr(owner, 'MX', `10 ${target}`)),
  fc.tuple(name, name).map(([owner, target]) => rr(owner, 'SRV', `1 2 53 ${target}`)),
  fc.tuple(name, name).map(([owner, target]) => rr(owner, 'SOA', `${target} ${target} 1 2 3 4 5`)),
  name.map((owner) => rr(owner, 'TXT', '"a text" "and more"')),
);
const message = fc.record({
  question: fc.tuple(name, fc.constantFrom('A', 'MX', 'SRV', 'SOA', 'CNAME', 'NS')),
  rcode: fc.constantFrom(0, 0, 0, 3, 2),
  answers: fc.array(record, { maxLength: 4 }),
  authorities: fc.array(record, { maxLength: 3 }),
  additionals: fc.array(record, { maxLength: 2 }),
});
const mutations = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 5 });

/** A response as it would be passed on, with who asked; undefined where it would not. */
function passed(
  made: { question: [Name, string] } & Partial<Omit<Message, 'question'>>,
  changes: [number, number][],
) {
  const { question, ...sections } = made;
  const packet = responseOf(sections, ...question);
  for (const [at, value] of changes) if (at >= 2 && at < packet.length) packet[at] = value;
  const taken = read(packet, ...question);
  if (!taken || taken.response.rebuild || taken.response.truncated) return undefined;
  return { taken, bytes: passOn(taken, ...question) };
}

describe('what is passed on as it came', () => {
  it('is well-formed, and speaks only of names that the rule covers', () => {
    let seen = 0;
    fc.assert(
      fc.property(message, mutations, (made, changes) => {
        const result = passed(made, changes);
        if (!result) return;
        seen++;
        const { taken, bytes } = result;
        const decoded = decodeMessage(bytes);
        assert.ok(decoded, 'decodes');
        assert.equal(decoded.answers.length, taken.response.answers);
        assert.equal(decoded.authorities.length, taken.response.authorities);
        const [qname] = made.question;
        for (const { name: owner } of decoded.answers) {
          assert.ok(owner === qname || isAtOrBelow(owner, RULE), `${owner} in an answer to ${qname}`);
        }
        for (const { type } of decoded.authorities)
          assert.ok(['SOA', 'NSEC', 'NSEC3', 'RRSIG'].includes(type), type);
        assert.ok(taken.response.lifetime <= Math.min(86_400, ...decoded.answers.map(({ ttl }) => ttl)));
      }),
      { numRuns: 4000 },
    );
    assert.ok(seen > 200, `${seen}`);
  });

  it('is read in the same way by dns-packet', () => {
    fc.assert(
      fc.property(message, (made) => {
        const result = passed(made, []);
        if (!result) return;
        const decoded = decodeMessage(result.bytes)!;
        const theirs = dnsPacket.decode(Buffer.from(result.bytes));
        const shown = (owner: string, type: string, ttl: number) =>
          `${owner.replace(/\.$/, '')} ${type} ${ttl}`;
        assert.deepEqual(
          [...theirs.answers!, ...theirs.authorities!].map((entry) =>
            shown(entry.name, entry.type, (entry as { ttl: number }).ttl),
          ),
          [...decoded.answers, ...decoded.authorities].map((entry) =>
            shown(entry.name, entry.type, entry.ttl),
          ),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('has each of its TTLs noted', () => {
    fc.assert(
      fc.property(message, (made) => {
        const result = passed(made, []);
        if (!result) return;
        const { response, slab } = result.taken;
        const ttls = Array.from(response.ttlOffsets.subarray(0, response.ttlCount), (offset) =>
          new DataView(slab.buffer).getUint32(response.bodyStart + offset),
        );
        const decoded = decodeMessage(result.bytes)!;
        assert.deepEqual(
          ttls,
          [...decoded.answers, ...decoded.authorities].map(({ ttl }) => ttl),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('never comes of arbitrary bytes, which never throw', () => {
    const header = responseOf().slice(2);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(8), (bytes, counts) => {
        const packet = Uint8Array.from([0, 1, ...header, ...bytes]);
        packet[7] = counts & 3;
        packet[9] = counts >> 2;
        const taken = read(packet);
        if (taken && !taken.response.rebuild) assert.ok(decodeMessage(passOn(taken, QNAME, 'A')));
        read(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});
