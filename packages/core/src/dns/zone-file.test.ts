import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatZoneFile } from './format-zone-file.ts';
import { parseZoneFile } from './parse-zone-file.ts';
import { rdataToText } from './rdata-to-text.ts';
import { parseTtl } from './ttl.ts';

const origin = 'example.com.';

/** `name ttl type value` of every record; throws with the problems. */
function linesOf(text: string, defaultTtl?: number): string[] {
  const file = parseZoneFile(text, { origin, ...(defaultTtl !== undefined && { defaultTtl }) });
  assert.ok(file.ok, JSON.stringify(file));
  return file.records.flatMap(({ name, ttl, type, data }) =>
    data.map((rdata) => `${name} ${ttl} ${type} ${rdataToText(type, rdata)}`),
  );
}

function problemsOf(text: string): string[] {
  const file = parseZoneFile(text, { origin, defaultTtl: 300 });
  assert.ok(!file.ok);
  return file.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('owner, TTL and class may be left out or stand in either order', () => {
  const text = `$TTL 600
@      IN SOA ns1 admin 1 2 3 4 5
       IN NS  ns1.other.example.
www    60 IN A 10.0.0.1
       IN 60 A 10.0.0.2
       60 A 10.0.0.3
mail   in MX 10 www
a.b.   1h AAAA fd00::1
`;
  assert.deepEqual(linesOf(text), [
    'example.com. 600 SOA ns1.example.com. admin.example.com. 1 2 3 4 5',
    'example.com. 600 NS ns1.other.example.',
    'www.example.com. 60 A 10.0.0.1',
    'www.example.com. 60 A 10.0.0.2',
    'www.example.com. 60 A 10.0.0.3',
    'mail.example.com. 600 MX 10 www.example.com.',
    'a.b. 3600 AAAA fd00::1',
  ]);
});

test('parentheses join lines, semicolons start comments, quotes hold both', () => {
  const text = `@ 60 SOA ns1 admin ( 1 ; serial
    1h ; refresh
    15m
    1w 1d ) ; minimum
; a comment
  ; another
t 60 TXT "a;b" (
  "c (d)" ) ; e
`;
  assert.deepEqual(linesOf(text), [
    'example.com. 60 SOA ns1.example.com. admin.example.com. 1 3600 900 604800 86400',
    't.example.com. 60 TXT "a;b" "c (d)"',
  ]);
});

test('$ORIGIN changes what names are relative to, and may itself be relative', () => {
  const text = `$TTL 60
$ORIGIN sub
@ A 10.0.0.1
$ORIGIN other.example.
a CNAME @
$ORIGIN .
b CNAME c
`;
  assert.deepEqual(linesOf(text), [
    'sub.example.com. 60 A 10.0.0.1',
    'a.other.example. 60 CNAME other.example.',
    'b. 60 CNAME c.',
  ]);
});

test('a TTL comes from the record, $TTL, the record before, the SOA, the caller, in this order', () => {
  const soa = '@ SOA ns admin 1 2 3 4 77';
  assert.deepEqual(linesOf('$TTL 5\na 9 A 10.0.0.1\nb A 10.0.0.1'), [
    'a.example.com. 9 A 10.0.0.1',
    'b.example.com. 5 A 10.0.0.1',
  ]);
  assert.deepEqual(linesOf('a 9 A 10.0.0.1\nb A 10.0.0.1', 3), [
    'a.example.com. 9 A 10.0.0.1',
    'b.example.com. 9 A 10.0.0.1',
  ]);
  assert.match(linesOf(`${soa}\nb A 10.0.0.1`, 3).join(), /example.com. 77 SOA .*b.example.com. 77 A/);
  assert.match(linesOf(`$TTL 5\n${soa}\nb A 10.0.0.1`, 3).join(), /example.com. 5 SOA .*b.example.com. 5 A/);
  assert.deepEqual(linesOf('b A 10.0.0.1', 3), ['b.example.com. 3 A 10.0.0.1']);
  const none = parseZoneFile('b A 10.0.0.1', { origin });
  assert.ok(!none.ok);
  assert.match(none.problems[0]!.message, /has no TTL/);
});

test('a TTL is seconds or has units, up to 2^31 - 1', () => {
  for (const [text, seconds] of [
    ['0', 0],
    ['300', 300],
    ['1h30m', 5400],
    ['1W2D3H4M5S', 788_645],
    ['2147483647', 2_147_483_647],
    ['2147483648', undefined],
    ['99999999999', undefined],
    ['10000w', undefined],
    ['1m1h', undefined],
    ['1h1h', undefined],
    ['h', undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
  ] as const) {
    assert.equal(parseTtl(text), seconds, text);
  }
});

test('names may have escapes, and wildcards and underscores are nothing special', () => {
  const text = `$TTL 60
*.w A 10.0.0.1
_sip._tcp SRV 0 0 5060 sip
a\\.b A 10.0.0.1
\\@ A 10.0.0.1
\\032x A 10.0.0.1
\\$TTL A 10.0.0.1
q\\"\\;\\( A 10.0.0.1
`;
  assert.deepEqual(
    linesOf(text).map((line) => line.split(' ')[0]),
    [
      '*.w.example.com.',
      '_sip._tcp.example.com.',
      'a\\.b.example.com.',
      '@.example.com.',
      '\\032x.example.com.',
      '$ttl.example.com.',
      'q";(.example.com.',
    ],
  );
  const file = parseZoneFile(text, { origin });
  assert.ok(file.ok);
  assert.deepEqual(parseZoneFile(formatZoneFile(origin, file.records), { origin: '.' }), file);
});

test('a record that is there twice counts once', () => {
  assert.deepEqual(linesOf('$TTL 5\na A 10.0.0.1\nA.example.com. A 10.0.0.1\na A 10.0.0.2'), [
    'a.example.com. 5 A 10.0.0.1',
    'a.example.com. 5 A 10.0.0.2',
  ]);
});

test('line ends of other systems, a byte order mark and a missing last line end do no harm', () => {
  assert.deepEqual(linesOf('\ufeff$TTL 5\r\n\r\na A 10.0.0.1\r\n  A 10.0.0.2'), [
    'a.example.com. 5 A 10.0.0.1',
    'a.example.com. 5 A 10.0.0.2',
  ]);
  assert.deepEqual(linesOf(''), []);
});

test('all problems of a file are reported at once, each where it is', () => {
  const text = `$TTL soon
$INCLUDE other.zone
$GENERATE 1-9 a$ A 10.0.0.$
$FOO 1
$ORIGIN
www CH A 10.0.0.1
www A 10.0.0
www A 10.0.0.1 10.0.0.2
a..b A 10.0.0.1
    A 10.0.0.3
www B 10.0.0.1
www
t TXT "open
t TXT )
t TXT ( (
www 60x A 10.0.0.1
v 60 A 10.0.0.1
v 61 A 10.0.0.2
end ( A
 10.0.0.1
`;
  assert.deepEqual(problemsOf(text), [
    '1:6 "soon" is not a TTL: write seconds from 0 to 2147483647, or a time such as 1h30m',
    '2:1 $INCLUDE is not supported: put the records into this file',
    '3:1 $GENERATE is not supported: write the records out',
    '4:1 $FOO is not a directive: there are $ORIGIN and $TTL',
    '5:1 $ORIGIN lacks its domain name',
    '6:5 class CH is not served: only IN is',
    '7:7 "10.0.0" is not an IPv4 address, such as 10.10.1.20',
    '8:16 "10.0.0.2" is too much: A takes an IPv4 address, such as 10.10.1.20',
    '9:1 "a..b.example.com." has an empty label',
    '11:5 "B" is not a record type, such as A',
    '12:1 a record type is missing, such as A',
    '13:7 this quoted string does not end on its line',
    '14:7 a closing parenthesis without an opening one',
    '15:9 a parenthesis inside parentheses: one pair joins all the lines it spans',
    '16:5 "60x" is not a TTL: write seconds from 0 to 2147483647, or a time such as 1h30m',
    '18:6 v.example.com. A has records with TTL 60 and TTL 61: a record set has one TTL',
    '19:5 this parenthesis is never closed',
  ]);
});

test('an owner is missing, or there is nothing but a mistake', () => {
  assert.deepEqual(problemsOf('\n)\n)'), [
    '2:1 a closing parenthesis without an opening one',
    '3:1 a closing parenthesis without an opening one',
  ]);
  assert.deepEqual(problemsOf('  A 10.0.0.1'), ['1:3 the first record lacks its owner name']);
});

test('the time to read a file is in proportion to its size', () => {
  const records = Array.from(
    { length: 20_000 },
    (_, index) => `n${index} A 10.0.${index >> 8}.${index & 255}`,
  );
  assert.equal(linesOf(`$TTL 5\n${records.join('\n')}`).length, 20_000);
  assert.equal(linesOf(`$TTL 5\n${'one TXT '.repeat(1)}${'"x" '.repeat(20_000)}`).length, 1);
  assert.equal(problemsOf('('.repeat(100_000)).length, 1);
  assert.equal(problemsOf(`${'"'.repeat(100_001)}`).length, 1);
  assert.equal(problemsOf(`a TXT ${'\\'.repeat(100_001)}`).length, 1);
});
