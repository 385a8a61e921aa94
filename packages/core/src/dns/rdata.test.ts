import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameError } from './name.ts';
import { RdataError } from './presentation.ts';
import { rdataFromText } from './rdata-from-text.ts';
import { rdataToText } from './rdata-to-text.ts';

const ORIGIN = 'example.com.';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('each type reads its text, with names relative to the origin, and writes it back in one canonical way', () => {
  const sha1 = '0123456789abcdef0123456789abcdef01234567';
  for (const [type, text, canonical] of [
    ['A', '10.10.1.20', '10.10.1.20'],
    ['AAAA', 'FD00:0::20', 'fd00::20'],
    ['CAA', '128 issue "ca.example.net; account=1"', '128 issue "ca.example.net; account=1"'],
    ['CNAME', 'WWW', 'www.example.com.'],
    ['CNAME', '@', 'example.com.'],
    ['DNAME', 'corp.example.', 'corp.example.'],
    ['DS', `60485 5 1 ${sha1.toUpperCase()}`, `60485 5 1 ${sha1}`],
    ['DS', `60485 5 1 ${sha1.slice(0, 12)} ${sha1.slice(12)}`, `60485 5 1 ${sha1}`],
    ['HTTPS', '0 pool', '0 pool.example.com.'],
    ['HTTPS', '1 . port=8443 alpn=h2,h3', '1 . alpn="h2,h3" port=8443'],
    ['MX', '10 mail', '10 mail.example.com.'],
    ['NAPTR', '100 10 u E2U+sip "!^.*$!sip:a@b!" .', '100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .'],
    ['NS', 'ns1', 'ns1.example.com.'],
    ['PTR', 'db.corp.example.', 'db.corp.example.'],
    ['SOA', 'ns1 admin 1 2h 15m 2w 1d', 'ns1.example.com. admin.example.com. 1 7200 900 1209600 86400'],
    ['SPF', '"v=spf1 -all"', '"v=spf1 -all"'],
    ['SRV', '0 5 5060 sip', '0 5 5060 sip.example.com.'],
    ['SSHFP', `4 1 ${sha1}`, `4 1 ${sha1}`],
    [
      'SVCB',
      '16 foo ipv6hint=fd00::1,fd00::2 ipv4hint=10.0.0.1',
      '16 foo.example.com. ipv4hint=10.0.0.1 ipv6hint=fd00::1,fd00::2',
    ],
    ['TLSA', '3 1 0 d2abde240d7cd3ee6b4b28c54df034b9', '3 1 0 d2abde240d7cd3ee6b4b28c54df034b9'],
    ['TXT', 'plain "two words" "quo\\"te" \\255', '"plain" "two words" "quo\\"te" "\\255"'],
    ['TXT', '""', '""'],
    ['TXT', '"é"', '"\\195\\169"'],
    ['TYPE65280', '\\# 4 0a 000001', '\\# 4 0a000001'],
    ['TYPE65280', '\\# 0', '\\# 0'],
    ['A', '\\# 4 0a000001', '10.0.0.1'],
    ['TYPE1', '10.0.0.1', '10.0.0.1'],
  ] as const) {
    const data = rdataFromText(type, text, ORIGIN);
    assert.equal(rdataToText(type, data), canonical, `${type} ${text}`);
    assert.deepEqual(rdataFromText(type, canonical, '.'), data);
  }
});

// The vectors of RFC 9460 appendix D.
test('SVCB parameters have the wire form of the examples of RFC 9460', () => {
  for (const [text, wire] of [
    ['0 foo.example.com.', '000003666f6f076578616d706c6503636f6d00'],
    ['1 .', '000100'],
    ['16 foo.example.com. port=53', '001003666f6f076578616d706c6503636f6d00000300020035'],
    ['1 foo.example.com. key667=hello', '000103666f6f076578616d706c6503636f6d00029b000568656c6c6f'],
    [
      '1 foo.example.com. key667="hello\\210qoo"',
      '000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f',
    ],
    [
      '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
      '000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db8000000000000000000530001',
    ],
    [
      '16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
      '001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d3139000400' + '04c0000201',
    ],
    [
      '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
      '001003666f6f076578616d706c65036f72670000010' + '00c08665c6f6f2c626172026832',
    ],
  ] as const) {
    assert.equal(hex(rdataFromText('SVCB', text, '.')), wire, text);
  }
});

test('a mistake names what is wrong and what would be right', () => {
  for (const [type, text, message] of [
    ['A', '10.0.0', '"10.0.0" is not an IPv4 address, such as 10.10.1.20'],
    ['A', '010.0.0.1', '"010.0.0.1" is not an IPv4 address, such as 10.10.1.20'],
    ['A', '', 'A lacks an IPv4 address, such as 10.10.1.20'],
    ['A', '10.0.0.1 10.0.0.2', '"10.0.0.2" is too much: A takes an IPv4 address, such as 10.10.1.20'],
    ['AAAA', '10.0.0.1', '"10.0.0.1" is not an IPv6 address, such as fd00::20'],
    ['MX', 'mail', '"mail" in MX is not a number from 0 to 65535'],
    ['MX', '10', 'MX lacks a domain name'],
    ['MX', '70000 mail', '"70000" in MX is not a number from 0 to 65535'],
    ['CNAME', 'a..b', '"a..b.example.com." has an empty label'],
    ['CNAME', 'a\\', 'a backslash at the end of a line escapes nothing'],
    ['SOA', 'a b 1 2 3 4', 'SOA lacks its fifth number (minimum)'],
    ['SOA', 'a', 'SOA lacks its second name (the mailbox)'],
    ['SOA', 'a b 1 2 3 4 1y', '"1y" in SOA is not seconds, or a time such as 1h30m'],
    ['TXT', `"${'a'.repeat(256)}"`, 'a string of 256 bytes: at most 255, cut it into several quoted strings'],
    ['TXT', '"abc', 'this quoted string does not end on its line'],
    ['TXT', '\\300', '"\\300" has a bad escape: use \\DDD with 000 to 255, or \\ and a character'],
    ['TXT', 'v=DKIM1; k=rsa', 'a semicolon starts a comment: put quotes around the text it is in'],
    ['TXT', 'a\nb', 'the value of a record is on one line'],
    ['CAA', '0 is-sue x', '"is-sue" is not a tag of letters and digits, such as issue'],
    ['DS', '1 5 1 abcd', 'DS with digest type 1 has a digest of 20 bytes, and this one has 2'],
    ['DS', '1 5 9 abc', '3 hexadecimal digits: a byte takes two'],
    ['DS', '1 5 9 xyz', '"xyz" is not hexadecimal digits, two a byte'],
    ['HTTPS', '1 . port=x', '"port=x": port takes a number from 0 to 65535'],
    ['HTTPS', '1 . port=1 port=2', 'port is there twice'],
    [
      'HTTPS',
      '1 . mandatory=mandatory',
      '"mandatory=mandatory": mandatory takes a list of other parameters, each once, such as mandatory=alpn,port',
    ],
    ['HTTPS', '1 . ech=a', '"ech=a": ech takes base64'],
    ['HTTPS', '1 . alpn=', '"alpn=": alpn takes a list of protocols of 1 to 255 bytes, such as alpn=h2,h3'],
    ['RRSIG', 'A 5 3', 'write RRSIG in the generic form of RFC 3597, such as \\# 4 0a000001'],
    ['ANY', '', 'ANY is a type for questions: no record has it'],
    ['NOPE', 'x', 'NOPE is not a record type'],
    ['TYPE65280', '\\# 3 0a000001', '\\# announces 3 bytes and 4 follow'],
    [
      'TYPE65280',
      '\\# x',
      'after \\# comes the number of bytes, from 0 to 65535, then the bytes in hexadecimal',
    ],
    ['A', '\\# 3 0a0000', 'these bytes are no A record'],
  ] as const) {
    assert.throws(
      () => rdataFromText(type, text, ORIGIN),
      (error) => error instanceof RdataError && !(error instanceof NameError) && error.message === message,
      `${type} ${text}: ${message}`,
    );
  }
});

test('long data is refused or read, and never overflows', () => {
  assert.throws(() => rdataFromText('TXT', '"a" '.repeat(40_000), ORIGIN), /80000 bytes: 65535 at most/);
  assert.throws(() => rdataFromText('TXT', `\\${'a'.repeat(1_000_000)}`, ORIGIN), /at most 255/);
  assert.throws(() => rdataFromText('HTTPS', `1 . key9=${'a'.repeat(70_000)}`, ORIGIN), /65535 at most/);
  assert.equal(rdataFromText('TXT', '"a" '.repeat(30_000), ORIGIN).length, 60_000);
});

test('bytes that are no record of their type are written in the generic form', () => {
  for (const [type, wire] of [
    ['A', '0a0000'],
    ['A', '0a00000101'],
    ['MX', '000a'],
    ['MX', '000ac000'],
    ['TXT', ''],
    ['TXT', '0261'],
    ['CAA', '0000'],
    ['CAA', '00012d61'],
    ['HTTPS', '000100000300010000'],
    ['HTTPS', '00010000030002003500010000'],
    ['OPENPGPKEY', 'abcd'],
  ] as const) {
    const data = Uint8Array.from(Buffer.from(wire, 'hex'));
    assert.equal(rdataToText(type, data), wire === '' ? '\\# 0' : `\\# ${data.length} ${wire}`);
  }
});
