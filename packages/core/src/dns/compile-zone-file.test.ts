import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findCommand, skipWithout } from '../../../../test/system/packages.ts';
import { formatZoneFile } from './format-zone-file.ts';
import { parseZoneFile } from './parse-zone-file.ts';
import type { RecordSet } from './record-set.ts';

const ORIGIN = 'example.com.';

const ZONE = `$TTL 1h30m
@ IN SOA ns1 admin\\.mail (
  2026010100 ; serial
  2h 15m 2w 1d )
  IN NS ns1
  NS ns2.other.example.
ns1 300 IN A 10.0.0.1
    300 IN A 10.0.0.2
www IN 60 CNAME ns1
Mixed.Case AAAA fd00::1
*.wild A 10.0.0.3
a\\.b A 10.0.0.4
\\032\\255 A 10.0.0.5
t TXT plain "two words; (and)" "quo\\"te\\\\" \\200
 CAA 0 issue "ca.example.net; account=1"
mx MX 10 mail.@
d DNAME corp.example.
ds NS ns.ds
ns.ds A 10.0.0.6
ds DS 60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118
h HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=10.0.0.1,10.0.0.2 ipv6hint=fd00::1
s SVCB 16 ns1 mandatory=alpn,port alpn=h2 port=443 no-default-alpn key667="a b"
n NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .
_sip._tcp SRV 0 5 5060 ns1
p PTR www
sp SPF "v=spf1 -all"
fp SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
_443._tcp TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
g TYPE65280 \\# 4 0a000001
g2 TYPE1 \\# 4 0a000001
r RP admin t
af AFSDB 1 ns1
hi HINFO "PC" "Linux"
$ORIGIN sub.example.com.
@ A 10.0.0.7
x 1w2d3h4m5s A 10.0.0.8
$TTL 5
y A 10.0.0.9
`;

/** What named-compilezone, BIND's own reader and writer of zone files, makes of a zone file. */
function compile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'zone-'));
  try {
    writeFileSync(join(folder, 'in'), text);
    execFileSync(findCommand('named-compilezone')!, [
      '-k',
      'ignore',
      '-i',
      'none',
      '-o',
      join(folder, 'out'),
      ORIGIN,
      join(folder, 'in'),
    ]);
    return readFileSync(join(folder, 'out'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(text: string): RecordSet[] {
  const file = parseZoneFile(text, { origin: ORIGIN });
  assert.ok(file.ok, JSON.stringify(file));
  const sets = file.records.map((set) => ({ ...set, data: set.data.toSorted(Buffer.compare) }));
  return sets.sort((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1));
}

test('BIND reads the same records from a zone file as we do', {
  skip: skipWithout('named-compilezone'),
}, () => {
  assert.deepEqual(read(compile(ZONE)), read(ZONE));
});

test('BIND reads the same records from the zone files that we write', {
  skip: skipWithout('named-compilezone'),
}, () => {
  const ours = formatZoneFile(ORIGIN, read(ZONE));
  assert.deepEqual(read(compile(ours)), read(ZONE));
});
