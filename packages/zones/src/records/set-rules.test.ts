import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseName } from '@pointsman/core/dns';
import { APEX, accepts, create, malformed, refuses, remove, set, upsert } from './batches.fixture.ts';
import { formatRoute53Name, parseRoute53Name, sortKey } from './names.ts';

/** The rules of single record sets in a zone, with AWS's words for what breaks them. */

describe('names', () => {
  test('have 63 bytes a label and 255 in all, and are lowercased', () => {
    const { names } = accepts([create(set('WWW.Z.Example'))]);
    assert.deepEqual([...names.keys()], ['www.z.example.']);
    refuses([create(set(`${'a'.repeat(64)}.z.example`))], /DomainLabelTooLong/);
    refuses([create(set(`${'a.'.repeat(124)}z.example`))], /DomainNameTooLong/);
    refuses([create(set('a..z.example'))], /^FATAL problem: DomainLabelEmpty \(Domain label is empty\)/);
  });

  test('come back with bytes outside a-z 0-9 - _ as octal escapes, the asterisk as \\052', () => {
    for (const [written, shown] of [
      ['*.Example', '\\052.example.'],
      ['\\052.example.', '\\052.example.'],
      ['a\\040b\\056c.example', 'a\\040b\\056c.example.'],
      ['_x-1.example', '_x-1.example.'],
    ] as const) {
      assert.equal(formatRoute53Name(parseRoute53Name(written)), shown);
    }
  });

  test('are ordered by the bytes of their labels from the right', () => {
    assert.equal(sortKey('a.b.example.'), 'example.b.a.');
    const ordered = String.raw`*.z 0.z _.z a-b.z a.z !.a.z b.a.z a\.b.z c.a.z \200.z`.split(' ');
    const keys = ordered.map((name) => sortKey(parseName(name)));
    assert.deepEqual(keys.toSorted(), keys);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('lie in the zone', () => {
    refuses([create(set('x.other.'))], 'RRSet with DNS name x.other. is not permitted in zone z.example.');
    refuses([create(set('xz.example'))], /is not permitted in zone/);
  });
});

describe('a CNAME', () => {
  test('is not permitted at the apex', () => {
    refuses(
      [create(set('z.example', 'CNAME'))],
      'RRSet of type CNAME with DNS name z.example. is not permitted at apex in zone z.example.',
    );
  });

  test('stands alone at its name, whichever comes first', () => {
    refuses(
      [create(set('x.z.example', 'CNAME'))],
      'RRSet of type CNAME with DNS name x.z.example. is not permitted as it conflicts with other records with the same DNS name in zone z.example.',
      [set('x.z.example.')],
    );
    refuses(
      [create(set('x.z.example'))],
      'RRSet of type A with DNS name x.z.example. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone z.example.',
      [set('x.z.example.', 'CNAME')],
    );
  });

  test('may take the place of another type in one batch, once that is gone', () => {
    const there = [set('x.z.example.')];
    accepts([remove(set('x.z.example')), create(set('x.z.example', 'CNAME'))], there);
    refuses(
      [create(set('x.z.example', 'CNAME')), remove(set('x.z.example'))],
      /conflicts with other records/,
      there,
    );
    refuses(
      [create(set('x.z.example')), remove(set('x.z.example', 'CNAME'))],
      /a conflicting RRSet of type CNAME with the same DNS name already exists/,
      [set('x.z.example.', 'CNAME')],
    );
  });

  test('has one value', () => {
    refuses([create(set('x.z.example', 'CNAME', 'a.', 'b.'))], /must have exactly one/);
  });
});

describe('the apex', () => {
  test('keeps its SOA and NS, which may be edited', () => {
    refuses([remove(APEX[1]!)], 'A HostedZone must contain exactly one SOA record.');
    refuses([remove(APEX[0]!)], 'A HostedZone must contain at least one NS record for the zone itself.');
    accepts([upsert({ ...APEX[0]!, ttl: 60 }), upsert({ ...APEX[1]!, ttl: 60 })]);
  });

  test('has the only SOA', () => {
    refuses([create({ ...APEX[1]!, name: 'x.z.example.' })], /only permitted at apex/);
  });
});

test('a wildcard is not for NS', () => {
  refuses([create(set('*.z.example', 'NS'))], /wildcards are not supported/);
  accepts([create(set('*.z.example', 'A'))]);
});

describe('values', () => {
  const cases: [type: string, value: string, expected: string][] = [
    ['A', '10.0.0.256', 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)'],
    ['AAAA', '10.0.0.1', 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)'],
    ['CNAME', 'two names', 'RRDATANotSingleField (Value contains spaces)'],
    ['MX', 'mail.example', "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"],
    ['SRV', '1 2 host.example', "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"],
    ['TXT', 'bare', 'InvalidCharacterString (Value should be enclosed in quotation marks)'],
    ['TXT', '"a"b"c"', 'InvalidCharacterString (Value should be enclosed in quotation marks)'],
    ['TXT', '"open', 'InvalidCharacterString (Value should be enclosed in quotation marks)'],
    ['TXT', `"${'x'.repeat(256)}"`, 'CharacterStringTooLong (Value is too long)'],
    ['TXT', '"ä"', 'UnsupportedCharacter (Value contains unsupported characters)'],
  ];
  for (const [type, value, expected] of cases) {
    test(`of ${type}: ${value.slice(0, 20)} is ${expected}`, () => {
      const message = `Invalid Resource Record: 'FATAL problem: ${expected} encountered with '${value}''`;
      refuses([create(set('x.z.example', type, value))], message);
    });
  }

  test('of TXT are quoted strings of up to 255 characters with \\" and octal escapes, 4,000 in all', () => {
    const long = `"${'x'.repeat(255)}"`;
    accepts([
      create(
        set('x.z.example', 'TXT', '"a\\"b" "\\101"', '"a""b"', `${long} ${long}`, `"${'\\101'.repeat(255)}"`),
      ),
    ]);
    const most = Array(16).fill(long).join(' ');
    malformed(set('x.z.example', 'TXT', most), /at most 4000/);
  });

  test('of every type but the listed ones are refused, as are none and the generic form', () => {
    malformed(set('x.z.example', 'HINFO', '"a" "b"'), /failed to satisfy constraint/);
    malformed({ name: 'x.z.example', type: 'A', ttl: 60, values: [] }, /Missing field 'ResourceRecords'/);
    malformed(
      { name: 'x.z.example', type: 'A' },
      /but found none in Change with \[Action=CREATE, Name=x\.z\.example, Type=A, SetIdentifier=null\]/,
    );
    malformed({ ...set('x.z.example'), ttl: -1 }, /TTL must be between/);
    refuses([create(set('x.z.example', 'TXT', '\\# 2 0161'))], /InvalidCharacterString/);
    refuses([create(set('x.z.example', 'A', '\\# 4 0a000001'))], /IllegalIPv4/);
  });

  test('are there once', () => {
    refuses(
      [create(set('x.z.example', 'A', '10.0.0.1', '10.0.0.1'))],
      "Duplicate Resource Record: '10.0.0.1'",
    );
  });
});
