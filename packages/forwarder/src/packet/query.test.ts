import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeMessage, encodeMessage, NO_FLAGS, nameFromWire, nameToWire } from '@pointsman/core/dns';
import fc from 'fast-check';
import {
  createQuery,
  DROP,
  finishKey,
  KEY_CAPACITY,
  KEY_CHECKING_DISABLED,
  KEY_DNSSEC_OK,
  type Query,
  readQuery,
  wantsAuthenticData,
} from './query.ts';
import { BADVERS, FORMERR, NOERROR, NOTIMP, put16, REFUSED } from './wire.ts';

type Changes = {
  name?: string;
  type?: string;
  rd?: boolean;
  ad?: boolean;
  cd?: boolean;
  do?: boolean;
  edns?: boolean;
};

function packetOf({
  name = 'db.corp.example.',
  type = 'A',
  edns = true,
  ...flags
}: Changes = {}): Uint8Array {
  return encodeMessage({
    id: 0xabcd,
    flags: { ...NO_FLAGS, rd: flags.rd ?? true, ad: flags.ad ?? false, cd: flags.cd ?? false },
    rcode: 0,
    question: { name, type, class: 1 },
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns ? { edns: { udpSize: 1232, version: 0, do: flags.do ?? false, options: [] } } : {}),
  });
}

/** Reads the packet where others lie around it. */
function read(packet: Uint8Array): { status: number; query: Query } {
  const slab = new Uint8Array(packet.length + 200).fill(0x41);
  slab.set(packet, 100);
  const query = createQuery();
  return { status: readQuery(query, slab, 100, packet.length), query };
}

function changed(change: (packet: Uint8Array) => void, changes?: Changes): Uint8Array {
  const packet = packetOf(changes);
  change(packet);
  return packet;
}

function put8(packet: Uint8Array, at: number, value: number): void {
  packet[at] = value;
}

function statusOf(packet: Uint8Array): number {
  return read(packet).status;
}

describe('the header decides first', () => {
  const cases: [what: string, packet: Uint8Array, status: number][] = [
    ['a query is taken', packetOf(), NOERROR],
    ['nothing is dropped', new Uint8Array(0), DROP],
    ['less than a header is dropped', packetOf().slice(0, 11), DROP],
    [
      'a response is dropped, whatever follows',
      changed((packet) => put8(packet, 2, 0x80)).slice(0, 12),
      DROP,
    ],
    ['an update is not implemented', changed((packet) => put16(packet, 2, 5 << 11)), NOTIMP],
    [
      'a notification is not implemented, malformed or not',
      changed((packet) => put16(packet, 2, 4 << 11)).slice(0, 12),
      NOTIMP,
    ],
    ['no question', changed((packet) => put16(packet, 4, 0)), FORMERR],
    ['two questions', changed((packet) => put16(packet, 4, 2)), FORMERR],
    ['an answer', changed((packet) => put16(packet, 6, 1)), FORMERR],
    ['an authority', changed((packet) => put16(packet, 8, 1)), FORMERR],
    ['two additional records', changed((packet) => put16(packet, 10, 2)), FORMERR],
    [
      'an additional record that is not there',
      changed((packet) => put16(packet, 10, 1), { edns: false }),
      FORMERR,
    ],
    ['bytes behind the message', changed((packet) => put16(packet, 10, 0)), FORMERR],
    [
      'an additional record that is no OPT',
      changed((packet) => put16(packet, 12 + 17 + 4 + 1, 250)),
      FORMERR,
    ],
    ['an OPT that is not the root’s', changed((packet) => put8(packet, 12 + 17 + 4, 1)), FORMERR],
    ['an OPT that runs out', changed((packet) => put16(packet, packet.length - 2, 4)), FORMERR],
    ['another version of EDNS', changed((packet) => put8(packet, packet.length - 5, 1)), BADVERS],
    ['a compressed name', changed((packet) => put16(packet, 12, 0xc00c)), FORMERR],
    ['a label of 64 bytes', changed((packet) => put8(packet, 12, 64)), FORMERR],
    ['a name that runs out', changed((packet) => put8(packet, 12, 63)), FORMERR],
    ['a class that is not IN', changed((packet) => put16(packet, 12 + 17 + 2, 3)), REFUSED],
    ['a transfer', packetOf({ type: 'AXFR' }), REFUSED],
    ['an incremental transfer', packetOf({ type: 'IXFR' }), REFUSED],
    ['a question for OPT', packetOf({ type: 'TYPE41' }), FORMERR],
    ['type 0', packetOf({ type: 'TYPE0' }), REFUSED],
    ['a question for all there is is taken', packetOf({ type: 'ANY' }), NOERROR],
    ['recursion that is not desired', packetOf({ rd: false }), REFUSED],
    ['the root is taken', packetOf({ name: '.' }), NOERROR],
  ];
  for (const [what, packet, status] of cases) it(what, () => assert.equal(statusOf(packet), status));

  it('a name of 255 bytes is taken, one of 256 is not', () => {
    const longest = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`;
    const packet = packetOf({ name: longest, edns: false });
    assert.equal(statusOf(packet), NOERROR);
    const lastLabel = 12 + 3 * 64;
    const longer = Uint8Array.from([...packet.slice(0, lastLabel), 62, 0x62, ...packet.slice(lastLabel + 1)]);
    assert.equal(statusOf(longer), FORMERR);
  });
});

describe('a query', () => {
  it('gives its size, flags and key', () => {
    const { query } = read(packetOf({ name: 'DB.corp.example.', do: true, cd: true }));
    assert.deepEqual(
      [query.id, query.type, query.edns, query.dnssecOk, query.udpSize],
      [0xabcd, 1, true, true, 1232],
    );
    finishKey(query, 7);
    const name = nameToWire('db.corp.example.');
    assert.deepEqual(Array.from(query.key.subarray(0, query.keyLength)), [
      ...name,
      0,
      1,
      KEY_DNSSEC_OK | KEY_CHECKING_DISABLED,
      7,
    ]);
  });

  it('takes 512 bytes at least', () => {
    assert.equal(read(packetOf({ edns: false })).query.udpSize, 512);
    assert.equal(read(changed((packet) => put16(packet, packet.length - 8, 100))).query.udpSize, 512);
    assert.equal(read(changed((packet) => put16(packet, packet.length - 8, 4096))).query.udpSize, 4096);
  });

  it('wants the AD bit where it says DO or AD', () => {
    assert.equal(wantsAuthenticData(read(packetOf()).query), false);
    assert.equal(wantsAuthenticData(read(packetOf({ ad: true })).query), true);
    assert.equal(wantsAuthenticData(read(packetOf({ do: true })).query), true);
  });

  it('has the same key for the same question in any case, and another for any other', () => {
    const keyOf = (changes: Changes, view = 0) => {
      const { query, status } = read(packetOf(changes));
      assert.equal(status, NOERROR);
      finishKey(query, view);
      return { key: Buffer.from(query.key.subarray(0, query.keyLength)).toString('hex'), hash: query.hash };
    };
    assert.deepEqual(keyOf({ name: 'A.Example.' }), keyOf({ name: 'a.example.', edns: false }));
    const all = [
      keyOf({}),
      keyOf({ name: 'db.corp.exampl.' }),
      keyOf({ type: 'AAAA' }),
      keyOf({ do: true }),
      keyOf({ cd: true }),
      keyOf({}, 1),
      keyOf({}, 255),
    ];
    assert.equal(new Set(all.map(({ key }) => key)).size, all.length);
    assert.equal(new Set(all.map(({ hash }) => hash)).size, all.length);
  });

  it('leaves nothing of itself in the key of the next', () => {
    const packets = [
      packetOf({ name: 'a-rather-long-name.corp.example.', do: true }),
      packetOf({ name: 'x.', edns: false }),
    ];
    const reused = createQuery();
    for (const packet of packets) {
      readQuery(reused, packet, 0, packet.length);
      finishKey(reused, 3);
    }
    const { query } = read(packets[1]!);
    finishKey(query, 3);
    assert.deepEqual([reused.hash, reused.keyLength, reused.dnssecOk], [query.hash, query.keyLength, false]);
  });
});

/** Bytes that fail when anything outside the packet is read. */
function guarded(packet: Uint8Array): Uint8Array {
  return new Proxy(packet, {
    get(target, property) {
      if (typeof property === 'string' && /^\d+$/.test(property)) {
        assert.ok(Number(property) < target.length, `read at ${property} of ${target.length}`);
      }
      return Reflect.get(target, property, target);
    },
  });
}

describe('whatever arrives', () => {
  const packet = fc
    .record({ name: fc.constantFrom('.', 'a.', 'db.corp.example.'), edns: fc.boolean(), do: fc.boolean() })
    .map(packetOf);
  const mutated = fc
    .tuple(
      packet,
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(60),
    )
    .map(([bytes, changes, cut]) => {
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return cut < 50 ? bytes : bytes.slice(0, cut);
    });
  const known = new Set([DROP, NOERROR, FORMERR, NOTIMP, REFUSED, BADVERS]);

  it('gets a verdict, and nothing outside of it is read', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const query = createQuery();
        const status = readQuery(query, guarded(bytes), 0, bytes.length);
        assert.ok(known.has(status));
        if (status === DROP) return;
        assert.ok(query.questionEnd >= 12 && query.questionEnd <= bytes.length);
        finishKey(query, 0);
        assert.ok(query.keyLength <= KEY_CAPACITY);
      }),
      { numRuns: 3000 },
    );
  });

  it('is taken only where it decodes to the same question', () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        const { status, query } = read(bytes);
        if (status !== NOERROR) return;
        const decoded = decodeMessage(bytes);
        // OPT data is not looked at: options of clients are not ours.
        if (!decoded) return assert.ok(query.edns);
        finishKey(query, 0);
        assert.equal(decoded.question?.name, nameFromWire(query.key)!.name);
        assert.equal(decoded.edns !== undefined, query.edns);
        assert.equal(decoded.edns?.do ?? false, query.dnssecOk);
        assert.equal(decoded.flags.rd, true);
      }),
      { numRuns: 2000 },
    );
  });
});
