import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeExtendedError,
  decodeMessage,
  encodeQuery,
  type Message,
  type Name,
  parseZoneFile,
  type ResourceRecord,
  rcodeName,
  rdataToText,
} from '@pointsman/core/dns';
import { type AnswerContext, answerQuery } from './answer-query.ts';
import { compileZone, type ZoneKind } from './compile-zone.ts';
import { createZoneSet, type ZoneSet } from './zone-set.ts';

const RESOLVER: AnswerContext = { authoritative: false, transport: 'udp', random: () => 0 };
const AUTHORITY: AnswerContext = { authoritative: true, transport: 'udp', random: () => 0 };
const SOA = 'ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400';

function zoneSet(kind: ZoneKind, files: Record<Name, string>): ZoneSet {
  const zones = Object.entries(files).map(([name, text]) => {
    const file = parseZoneFile(text, { origin: name, defaultTtl: 300 });
    assert.ok(file.ok, JSON.stringify(file));
    return compileZone({ name, kind, records: file.records });
  });
  return createZoneSet(zones);
}

const show = (records: readonly ResourceRecord[]) =>
  records.map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${rdataToText(type, data)}`);

function sections(response: Message) {
  return {
    rcode: rcodeName(response.rcode),
    answers: show(response.answers),
    authorities: show(response.authorities),
  };
}

/** The response to `name type`, decoded. */
function ask(zones: ZoneSet, question: string, context = RESOLVER): Message {
  const [name, type] = question.split(' ') as [string, string];
  const answer = answerQuery(zones, encodeQuery({ id: 9, name, type }), context);
  assert.ok(answer.kind === 'answer' || answer.kind === 'open', answer.kind);
  return decodeMessage(answer.response)!;
}

const CLOUD = zoneSet('private', {
  'cloud.example.': `$TTL 300
www 60 A 10.0.0.1
    60 A 10.0.0.2
    60 A 10.0.0.3
lb CNAME alb
alb CNAME WWW
dangling CNAME missing
loop CNAME pool
pool CNAME loop
self CNAME self
other CNAME db.orders.cloud.example.
out CNAME db.corp.example.
out2 CNAME out
*.apps A 10.1.0.1
one.apps A 10.1.0.2
a.two.apps A 10.1.0.3
t.apps TXT "t"
*.alias CNAME www
*.text TXT "t"
*.text NS ns.other.example.
deep.er.name A 10.0.0.9
sub NS ns1.other.example.
x.sub A 10.0.0.8
`,
  'orders.cloud.example.': 'db A 10.2.0.1\n',
});
const NEGATIVE = [`cloud.example. 900 SOA ${SOA}`];

test('a name and type that are there are answered with all their records', () => {
  const response = ask(CLOUD, 'www.cloud.example. A');
  assert.deepEqual(sections(response), {
    rcode: 'NOERROR',
    answers: [
      'www.cloud.example. 60 A 10.0.0.1',
      'www.cloud.example. 60 A 10.0.0.2',
      'www.cloud.example. 60 A 10.0.0.3',
    ],
    authorities: [],
  });
});

test('records of a set come in an order that turns at random', () => {
  for (const [random, first] of [
    [0, '10.0.0.1'],
    [0.34, '10.0.0.2'],
    [0.99, '10.0.0.3'],
  ] as const) {
    const { answers } = ask(CLOUD, 'www.cloud.example. A', { ...RESOLVER, random: () => random });
    assert.equal(rdataToText('A', answers[0]!.data), first);
    assert.equal(answers.length, 3);
  }
});

test('NXDOMAIN and NODATA carry the SOA with the negative TTL', () => {
  for (const [question, rcode] of [
    ['nope.cloud.example. A', 'NXDOMAIN'],
    ['www.cloud.example. AAAA', 'NOERROR'],
    ['er.name.cloud.example. A', 'NOERROR'],
    ['name.cloud.example. A', 'NOERROR'],
    ['cloud.example. A', 'NOERROR'],
    ['a.www.cloud.example. A', 'NXDOMAIN'],
  ] as const) {
    assert.deepEqual(sections(ask(CLOUD, question)), { rcode, answers: [], authorities: NEGATIVE }, question);
  }
});

test('a private zone has the SOA and NS records of Route 53', () => {
  assert.deepEqual(show(ask(CLOUD, 'cloud.example. SOA').answers), NEGATIVE);
  assert.deepEqual(show(ask(CLOUD, 'cloud.example. NS').answers), [
    'cloud.example. 172800 NS ns-0.awsdns-00.com.',
    'cloud.example. 172800 NS ns-512.awsdns-00.net.',
    'cloud.example. 172800 NS ns-1024.awsdns-00.org.',
    'cloud.example. 172800 NS ns-1536.awsdns-00.co.uk.',
  ]);
});

test('a zone keeps an SOA and NS of its own, and the SOA’s minimum bounds the negative TTL', () => {
  const zones = zoneSet('external', {
    'a.example.': '@ 7200 SOA ns admin 5 1 1 1 60\n@ 60 NS ns.a.example.\n',
  });
  assert.deepEqual(show(ask(zones, 'a.example. SOA').answers), [
    'a.example. 7200 SOA ns.a.example. admin.a.example. 5 1 1 1 60',
  ]);
  assert.deepEqual(show(ask(zones, 'b.a.example. A').authorities), [
    'a.example. 60 SOA ns.a.example. admin.a.example. 5 1 1 1 60',
  ]);
  assert.deepEqual(show(ask(zones, 'a.example. NS').answers), ['a.example. 60 NS ns.a.example.']);
});

test('the most specific zone answers, and what it lacks is not looked for in its parent', () => {
  const zones = zoneSet('private', {
    'example.': 'a.b A 10.0.0.1\nb A 10.0.0.2',
    'b.example.': 'c A 10.0.0.3',
  });
  assert.equal(rcodeName(ask(zones, 'a.b.example. A').rcode), 'NXDOMAIN');
  assert.deepEqual(show(ask(zones, 'c.b.example. A').answers), ['c.b.example. 300 A 10.0.0.3']);
  assert.deepEqual(sections(ask(zones, 'b.example. A')).answers, []);
});

test('a private zone hides a public one below it, which answers all other names', () => {
  const zone = (kind: ZoneKind, name: Name, text: string) => {
    const file = parseZoneFile(text, { origin: name, defaultTtl: 300 });
    assert.ok(file.ok);
    return compileZone({ name, kind, records: file.records });
  };
  const zones = createZoneSet([
    zone('public', 'example.', 'www A 192.0.2.1'),
    zone('public', 'b.a.example.', 'www A 192.0.2.2'),
    zone('private', 'a.example.', 'www A 10.0.0.1\nout CNAME www.example.'),
  ]);
  assert.equal(rcodeName(ask(zones, 'www.b.a.example. A').rcode), 'NXDOMAIN');
  assert.deepEqual(show(ask(zones, 'out.a.example. A').answers), [
    'out.a.example. 300 CNAME www.example.',
    'www.example. 300 A 192.0.2.1',
  ]);
});

test('aliases are followed, also into other zones of the set, up to an answer, NODATA or NXDOMAIN', () => {
  const chain = [
    'lb.cloud.example. 300 CNAME alb.cloud.example.',
    'alb.cloud.example. 300 CNAME www.cloud.example.',
  ];
  const { answers } = ask(CLOUD, 'lb.cloud.example. A');
  assert.deepEqual(show(answers.slice(0, 3)), [...chain, 'www.cloud.example. 60 A 10.0.0.1']);
  assert.deepEqual(sections(ask(CLOUD, 'lb.cloud.example. AAAA')), {
    rcode: 'NOERROR',
    answers: chain,
    authorities: NEGATIVE,
  });
  assert.deepEqual(show(ask(CLOUD, 'lb.cloud.example. CNAME').answers), chain.slice(0, 1));
  assert.deepEqual(sections(ask(CLOUD, 'dangling.cloud.example. A')), {
    rcode: 'NXDOMAIN',
    answers: ['dangling.cloud.example. 300 CNAME missing.cloud.example.'],
    authorities: NEGATIVE,
  });
  assert.deepEqual(show(ask(CLOUD, 'other.cloud.example. A').answers), [
    'other.cloud.example. 300 CNAME db.orders.cloud.example.',
    'db.orders.cloud.example. 300 A 10.2.0.1',
  ]);
});

test('an alias out of the set is answered as far as it goes, and the caller is told where it leads', () => {
  const answer = answerQuery(CLOUD, encodeQuery({ id: 1, name: 'out2.cloud.example.', type: 'A' }), RESOLVER);
  assert.ok(answer.kind === 'open');
  assert.equal(answer.next, 'db.corp.example.');
  const chain = [
    'out2.cloud.example. 300 CNAME out.cloud.example.',
    'out.cloud.example. 300 CNAME db.corp.example.',
  ];
  assert.deepEqual(sections(answer.message), { rcode: 'NOERROR', answers: chain, authorities: [] });
  assert.deepEqual(sections(decodeMessage(answer.response)!), sections(answer.message));
});

test('aliases in a circle, and more than 11 of them, are SERVFAIL with the reason', () => {
  const long = Array.from({ length: 20 }, (_, index) => `n${index} CNAME n${index + 1}`);
  const zones = zoneSet('private', { 'a.': `${long.join('\n')}\nn20 A 10.0.0.1` });
  for (const context of [RESOLVER, AUTHORITY]) {
    for (const [set, question] of [
      [CLOUD, 'loop.cloud.example. A'],
      [CLOUD, 'self.cloud.example. A'],
      [zones, 'n8.a. A'],
    ] as const) {
      const response = ask(set, question, context);
      assert.deepEqual(sections(response), { rcode: 'SERVFAIL', answers: [], authorities: [] });
      assert.match(decodeExtendedError(response.edns!.options[0]!)!.text, /lead nowhere/);
    }
    assert.equal(ask(zones, 'n9.a. A', context).answers.length, 12);
  }
});

test('a wildcard answers for all names below its parent that do not exist, and for no others', () => {
  for (const [question, expected] of [
    ['x.apps.cloud.example. A', 'x.apps.cloud.example. 300 A 10.1.0.1'],
    ['y.x.apps.cloud.example. A', 'y.x.apps.cloud.example. 300 A 10.1.0.1'],
    ['one.apps.cloud.example. A', 'one.apps.cloud.example. 300 A 10.1.0.2'],
    ['*.apps.cloud.example. A', '*.apps.cloud.example. 300 A 10.1.0.1'],
    ['x.apps.cloud.example. AAAA', 'NOERROR'],
    ['t.apps.cloud.example. A', 'NOERROR'],
    ['two.apps.cloud.example. A', 'NOERROR'],
    ['x.two.apps.cloud.example. A', 'NXDOMAIN'],
    ['x.one.apps.cloud.example. A', 'NXDOMAIN'],
    ['x.*.apps.cloud.example. A', 'NXDOMAIN'],
    ['apps.cloud.example. A', 'NOERROR'],
    ['x.text.cloud.example. NS', 'NOERROR'],
  ] as const) {
    const { rcode, answers } = sections(ask(CLOUD, question));
    assert.equal(answers[0] ?? rcode, expected, question);
  }
  assert.deepEqual(show(ask(CLOUD, 'x.alias.cloud.example. A').answers.slice(0, 2)), [
    'x.alias.cloud.example. 300 CNAME www.cloud.example.',
    'www.cloud.example. 60 A 10.0.0.1',
  ]);
});

test('an NS set below the apex of a private zone delegates nothing', () => {
  assert.deepEqual(show(ask(CLOUD, 'sub.cloud.example. NS').answers), [
    'sub.cloud.example. 300 NS ns1.other.example.',
  ]);
  assert.deepEqual(show(ask(CLOUD, 'x.sub.cloud.example. A').answers), [
    'x.sub.cloud.example. 300 A 10.0.0.8',
  ]);
  assert.equal(rcodeName(ask(CLOUD, 'y.sub.cloud.example. A').rcode), 'NXDOMAIN');
});

const CORP = zoneSet('external', {
  'corp.example.': `
www A 10.0.0.1
sub NS ns.sub
sub NS ns.else.example.
ns.sub A 10.0.0.2
ns.sub AAAA fd00::2
sub DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
under.sub A 10.0.0.3
alias CNAME x.sub
moved DNAME new
a.new A 10.0.0.4
hidden.moved A 10.0.0.5
far DNAME elsewhere.of.a.longer.example.
*.w NS ns.else.example.
`,
  'child.corp.example.': 'www A 10.0.0.6\n',
});

test('an authority refers to the servers of a zone cut, with glue, and answers DS itself', () => {
  for (const question of [
    'x.sub.corp.example. A',
    'under.sub.corp.example. A',
    'sub.corp.example. NS',
    'ns.sub.corp.example. A',
  ]) {
    const response = ask(CORP, question, AUTHORITY);
    assert.equal(response.flags.aa, false);
    assert.deepEqual(sections(response), {
      rcode: 'NOERROR',
      answers: [],
      authorities: [
        'sub.corp.example. 300 NS ns.sub.corp.example.',
        'sub.corp.example. 300 NS ns.else.example.',
      ],
    });
    assert.deepEqual(show(response.additionals), [
      'ns.sub.corp.example. 300 A 10.0.0.2',
      'ns.sub.corp.example. 300 AAAA fd00::2',
    ]);
  }
  const ds = ask(CORP, 'sub.corp.example. DS', AUTHORITY);
  assert.deepEqual([ds.flags.aa, ds.answers.length], [true, 1]);
  const alias = ask(CORP, 'alias.corp.example. A', AUTHORITY);
  assert.deepEqual([alias.flags.aa, alias.answers.length, alias.authorities.length], [true, 1, 2]);
});

test('the DS of a zone is asked of its parent zone, where the authority has it', () => {
  assert.match(show(ask(CORP, 'child.corp.example. DS', AUTHORITY).authorities)[0]!, /^corp\.example\. /);
  assert.match(show(ask(CORP, 'corp.example. DS', AUTHORITY).authorities)[0]!, /^corp\.example\. /);
});

test('for a resolver, a name below a zone cut is outside of its zones', () => {
  const query = (name: Name) => answerQuery(CORP, encodeQuery({ id: 1, name, type: 'A' }), RESOLVER);
  assert.equal(query('x.sub.corp.example.').kind, 'outside');
  const open = query('alias.corp.example.');
  assert.ok(open.kind === 'open');
  assert.deepEqual([open.next, open.message.authorities.length], ['x.sub.corp.example.', 0]);
});

test('DNAME moves all names below it, and not its own', () => {
  assert.deepEqual(show(ask(CORP, 'a.moved.corp.example. A').answers), [
    'moved.corp.example. 300 DNAME new.corp.example.',
    'a.moved.corp.example. 300 CNAME a.new.corp.example.',
    'a.new.corp.example. 300 A 10.0.0.4',
  ]);
  assert.equal(rcodeName(ask(CORP, 'hidden.moved.corp.example. A').rcode), 'NXDOMAIN');
  assert.equal(ask(CORP, 'a.moved.corp.example. CNAME').answers.length, 2);
  assert.equal(ask(CORP, 'moved.corp.example. DNAME').answers.length, 1);
  assert.equal(sections(ask(CORP, 'moved.corp.example. A')).rcode, 'NOERROR');
  const long = `${`${'a'.repeat(60)}.`.repeat(3)}${'a'.repeat(45)}.far.corp.example.`;
  assert.equal(rcodeName(ask(CORP, `${long} A`).rcode), 'YXDOMAIN');
});

test('ANY is answered with one of the record sets', () => {
  const zones = zoneSet('external', { 'a.': 'x A 10.0.0.1\nx A 10.0.0.2\nx TXT "t"\nc CNAME x\n' });
  assert.equal(ask(zones, 'x.a. ANY').answers.length, 2);
  assert.deepEqual(show(ask(zones, 'c.a. ANY').answers), ['c.a. 300 CNAME x.a.']);
  assert.equal(rcodeName(ask(zones, 'n.a. ANY').rcode), 'NXDOMAIN');
});
