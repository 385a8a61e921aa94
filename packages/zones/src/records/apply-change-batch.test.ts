import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostedZone, RequestedChange, ResourceRecordSet } from '../store/model.ts';
import { Refusal } from '../store/refusal.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { applyChangeBatch, type ZoneView } from './apply-change-batch.ts';
import { formatRoute53Name, parseRoute53Name, sortKey } from './names.ts';
import { compareSets } from './record-sets.ts';

/** The rules of change batches, with AWS's words for what breaks them. */

const ZONE: HostedZone = {
  id: 'ZONE',
  name: 'z.example.',
  account: '1',
  callerReference: 'r',
  private: true,
  vpcs: [],
  authorizations: [],
  nameServers: [],
};
const APEX: ResourceRecordSet[] = [
  { name: 'z.example.', type: 'NS', ttl: 172_800, values: ['ns.'] },
  { name: 'z.example.', type: 'SOA', ttl: 900, values: ['ns. admin. 1 2 3 4 5'] },
];

function viewOf(sets: readonly ResourceRecordSet[]): ZoneView {
  const all = [...APEX, ...sets];
  return {
    zone: ZONE,
    recordSetCount: all.length,
    recordSetsAt: (name) => all.filter((set) => set.name === name).sort(compareSets),
    findZone: (id) =>
      id === 'ZONE' ? ZONE : id === 'OTHER' ? { ...ZONE, id, name: 'o.example.' } : undefined,
    hasHealthCheck: (id) => id === 'check',
  };
}

const create = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'CREATE', recordSet });
const upsert = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'UPSERT', recordSet });
const remove = (recordSet: ResourceRecordSet): RequestedChange => ({ action: 'DELETE', recordSet });
const set = (name: string, type = 'A', ...values: string[]): ResourceRecordSet => ({
  name,
  type,
  ttl: 60,
  values: values.length > 0 ? values : [type === 'A' ? '10.0.0.1' : 'x.example'],
});
const alias = (name: string, dnsName: string, hostedZoneId = 'ZONE', type = 'A'): ResourceRecordSet => ({
  name,
  type,
  alias: { hostedZoneId, dnsName, evaluateTargetHealth: false },
});
const weighted = (setIdentifier: string, weight = 1): ResourceRecordSet => ({
  ...set('w.z.example.'),
  setIdentifier,
  weight,
});

function messagesOf(changes: RequestedChange[], there: ResourceRecordSet[] = [], limits = {}) {
  try {
    applyChangeBatch(viewOf(there), changes, { ...AWS_LIMITS, ...limits });
    return [];
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return [error.code, ...error.messages];
  }
}

function accepts(changes: RequestedChange[], there: ResourceRecordSet[] = []) {
  assert.deepEqual(messagesOf(changes, there), []);
  return applyChangeBatch(viewOf(there), changes, AWS_LIMITS);
}

function refuses(
  changes: RequestedChange[],
  message: string | RegExp,
  there: ResourceRecordSet[] = [],
  limits = {},
) {
  const [code, ...messages] = messagesOf(changes, there, limits);
  assert.equal(code, 'InvalidChangeBatch');
  const found = messages.some((each) =>
    typeof message === 'string' ? each === message : message.test(each),
  );
  assert.ok(found, `${message} is not in ${JSON.stringify(messages)}`);
}

function malformed(recordSet: ResourceRecordSet, message: RegExp) {
  const [code, text] = messagesOf([create(recordSet)]);
  assert.equal(code, 'InvalidInput');
  assert.match(text!, message);
}

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
    assert.equal(sortKey('a.b.example.'), 'example.b.a.');
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

  test('may take the place of another type in one batch', () => {
    accepts([remove(set('x.z.example')), create(set('x.z.example', 'CNAME'))], [set('x.z.example.')]);
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
      create(set('x.z.example', 'TXT', '"a\\"b" "\\101"', `${long} ${long}`, `"${'\\101'.repeat(255)}"`)),
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

describe('an alias', () => {
  test('needs a record set of its type in the zone, which may come with the same batch', () => {
    refuses(
      [create(alias('z.example', 'x.z.example'))],
      'Tried to create an alias that targets x.z.example., type A in zone ZONE, but that target was not found',
    );
    refuses([create(alias('z.example', 'x.z.example'))], /was not found/, [
      set('x.z.example.', 'TXT', '"t"'),
    ]);
    accepts([create(alias('z.example', 'x.z.example')), create(set('x.z.example'))]);
    refuses([create(alias('x.z.example', 'x.z.example'))], /was not found/);
  });

  test('leads nowhere but into its own zone, or to an AWS resource', () => {
    refuses([create(alias('z.example', 'x.o.example', 'OTHER'))], /is in another zone/);
    refuses([create(alias('z.example', 'x.o.example'))], /does not lie within the target zone/);
    accepts([create(alias('z.example', 'lb.elb.amazonaws.com', 'Z32O12XQLNTSW2'))]);
    refuses(
      [create(alias('x.z.example', 'lb.elb.amazonaws.com', 'Z32O12XQLNTSW2', 'MX'))],
      /not supported by the target/,
    );
  });

  test('carries no TTL, and is not allowed at the apex to a CNAME', () => {
    malformed({ ...alias('z.example', 'x.z.example'), ttl: 60 }, /found more than one/);
    refuses([create(alias('z.example', 'x.z.example', 'ZONE', 'CNAME'))], /not permitted at apex/, [
      set('x.z.example.', 'CNAME'),
    ]);
  });
});

describe('routing policies', () => {
  test('one policy at a name and type', () => {
    const other = { ...set('w.z.example.'), setIdentifier: 'b', region: 'eu-west-1' };
    refuses(
      [create(other)],
      /type A, SetIdentifier b cannot be created as other RRSets exist with the same name and type\.$/,
      [weighted('a')],
    );
    refuses(
      [create(set('w.z.example'))],
      'RRSet with DNS name w.z.example., type A cannot be created as other RRSets exist with the same name and type.',
      [weighted('a')],
    );
    refuses([create(weighted('a'))], /cannot be created as/, [set('w.z.example.')]);
    accepts([remove(weighted('a')), create(set('w.z.example'))], [weighted('a')]);
  });

  test('the set identifier is unique in the group, and needs a policy as a policy needs it', () => {
    refuses(
      [create(weighted('a'))],
      "Tried to create resource record set [name='w.z.example.', type='A', set-identifier='a'] but it already exists",
      [weighted('a')],
    );
    malformed({ ...weighted('a'), setIdentifier: undefined }, /Missing field 'SetIdentifier'/);
    malformed({ ...weighted('a'), weight: undefined }, /but found none/);
    malformed({ ...weighted('a'), region: 'eu-west-1' }, /but found more than one/);
  });

  test('weights are 0 to 255, biases -99 to 99', () => {
    malformed(weighted('a', 256), /Weight must be between 0 and 255/);
    malformed(weighted('a', -1), /Weight must be/);
    const near = (bias: number): ResourceRecordSet => ({
      ...set('g.z.example'),
      setIdentifier: 'a',
      geoProximity: { awsRegion: 'eu-west-1', bias },
    });
    accepts([create(weighted('a', 0)), create(weighted('b', 255)), create(near(-99))]);
    malformed(near(100), /Bias must be between -99 and 99/);
  });

  test('non-simple policies: not NS, SOA, DS; multivalue: also not CNAME', () => {
    for (const type of ['NS', 'SOA', 'DS'])
      malformed(
        { ...set('x.z.example', type), setIdentifier: 'a', weight: 1 },
        /can't have a routing policy/,
      );
    malformed(
      { ...set('x.z.example', 'CNAME'), setIdentifier: 'a', multiValueAnswer: true },
      /can't have MultiValueAnswer/,
    );
    accepts([create({ ...set('x.z.example', 'CNAME'), setIdentifier: 'a', weight: 1 })]);
  });

  test('a region, a failover role and an area are there once in a group', () => {
    const cases: Partial<ResourceRecordSet>[] = [
      { region: 'eu-west-1' },
      { failover: 'PRIMARY' },
      { geoLocation: { countryCode: 'DE' } },
    ];
    for (const policy of cases) {
      const one = { ...set('x.z.example.'), setIdentifier: 'one', ...policy };
      refuses([create({ ...one, setIdentifier: 'two' })], /another RRSet exists/, [one]);
    }
  });

  test('a geolocation is a continent, a country or a state', () => {
    const area = (geoLocation: ResourceRecordSet['geoLocation']): ResourceRecordSet => ({
      ...set('x.z.example'),
      setIdentifier: 'a',
      geoLocation,
    });
    accepts([create(area({ countryCode: '*' }))]);
    accepts([create(area({ countryCode: 'US', subdivisionCode: 'OR' }))]);
    malformed(area({}), /exactly one of ContinentCode and CountryCode/);
    malformed(area({ continentCode: 'XX' }), /not a continent code/);
    malformed(area({ countryCode: 'Germany' }), /not a country code/);
    malformed(area({ countryCode: 'DE', subdivisionCode: 'BY' }), /SubdivisionCode needs/);
  });

  test('IP-based record sets may be created', () => {
    accepts([
      create({
        ...set('x.z.example'),
        setIdentifier: 'a',
        cidrRouting: { collectionId: 'c', locationName: '*' },
      }),
    ]);
  });

  test('a health check has to be there', () => {
    accepts([create({ ...weighted('a'), healthCheckId: 'check' })]);
    assert.equal(messagesOf([create({ ...weighted('a'), healthCheckId: 'none' })])[0], 'NoSuchHealthCheck');
  });
});

describe('a batch', () => {
  test('lists every message', () => {
    const [, ...messages] = messagesOf([
      create(set('a.z.example', 'A', 'x')),
      create(set('b.z.example', 'A', 'y')),
      remove(set('c.z.example')),
    ]);
    assert.equal(messages.length, 3);
    assert.equal(
      messages[2],
      "Tried to delete resource record set [name='c.z.example.', type='A'] but it was not found",
    );
  });

  test('deletes what matches exactly, its values in any order', () => {
    const there = [{ ...set('x.z.example.', 'A', '10.0.0.1', '10.0.0.2') }];
    accepts([remove(set('X.z.example', 'A', '10.0.0.2', '10.0.0.1'))], there);
    const tried =
      "Tried to delete resource record set [name='x.z.example.', type='A'] but the values provided do not match the current values";
    refuses([remove(set('x.z.example', 'A', '10.0.0.1'))], tried, there);
    refuses([remove({ ...there[0]!, ttl: 61 })], tried, there);
    refuses([remove({ ...weighted('a', 2) })], /do not match/, [weighted('a', 1)]);
  });

  test('with the same record twice is an error, but for a DELETE before a CREATE', () => {
    const message =
      "The request contains an invalid set of changes for a resource record set 'A x.z.example.'";
    const one = set('x.z.example');
    refuses([create(one), create(one)], message);
    refuses([upsert(one), remove(one)], message, [set('x.z.example.')]);
    accepts([remove(one), create({ ...one, ttl: 1 })], [set('x.z.example.')]);
  });

  test('UPSERT makes what is not there and replaces what is', () => {
    const after = accepts(
      [upsert({ ...set('x.z.example'), ttl: 5 }), upsert(set('y.z.example'))],
      [set('x.z.example.')],
    );
    assert.deepEqual(after.names.get('x.z.example.'), [{ ...set('x.z.example.'), ttl: 5 }]);
    assert.equal(after.recordSetCount, 4);
  });

  test('has at most 1,000 records and 32,000 value characters, UPSERT counting double', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => set(`n${index}.z.example`));
    accepts(many(1000).map(create));
    refuses(many(1001).map(create), 'Number of records limit of 1000 exceeded.');
    accepts(many(500).map(upsert));
    refuses(many(501).map(upsert), 'Number of records limit of 1000 exceeded.');
    const text = `"${'x'.repeat(198)}"`;
    const texts = (count: number) =>
      Array.from({ length: count }, (_, index) => set(`n${index}.z.example`, 'TXT', text));
    accepts(texts(160).map(create));
    refuses(texts(161).map(create), 'Number of characters limit of 32000 exceeded.');
    refuses(texts(81).map(upsert), 'Number of characters limit of 32000 exceeded.');
  });

  test('keeps the quotas: 10,000 records a zone, 400 values a record, 100 records of one name and type', () => {
    const full = { ...viewOf([]), recordSetCount: 10_000 };
    assert.throws(
      () => applyChangeBatch(full, [create(set('x.z.example'))], AWS_LIMITS),
      /limit of 10000 exceeded/,
    );
    const values = Array.from({ length: 401 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    refuses([create(set('x.z.example', 'A', ...values))], 'Number of values limit of 400 exceeded.');
    const hundred = Array.from({ length: 100 }, (_, index) => weighted(`n${index}`));
    accepts(hundred.map(create));
    refuses([create(weighted('one more'))], /at most 100 RRSets/, hundred);
  });
});
