import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { parseCidr } from '@pointsman/core/address';
import {
  decodeExtendedError,
  decodeMessage,
  encodeQuery,
  parseZoneFile,
  rcodeName,
} from '@pointsman/core/dns';
import fc from 'fast-check';
import { findCommand, skipWithout } from '../../../test/system/packages.ts';
import { compileZone } from './compile-zone.ts';
import { answerClient, serveZones, type ZoneService } from './serve-zones.ts';
import { createZoneSet } from './zone-set.ts';

const ZONE = `$TTL 300
www A 10.0.0.1
www A 10.0.0.2
alias CNAME www
big TXT ${`"${'x'.repeat(200)}" `.repeat(10)}
sub NS ns.sub
ns.sub A 10.0.0.3
`;

function service(authoritative: boolean): ZoneService {
  const file = parseZoneFile(ZONE, { origin: 'corp.example.' });
  assert.ok(file.ok);
  const kind = authoritative ? 'external' : 'private';
  const zones = createZoneSet([compileZone({ name: 'corp.example.', kind, records: file.records })]);
  return {
    zones,
    authoritative,
    clients: [parseCidr('127.0.0.0/24')!, parseCidr('fd00::/8')!],
    random: () => 0,
  };
}

const query = (name: string, type = 'A') => encodeQuery({ id: 1, name, type });

test('clients inside the CIDRs are answered, others are refused with the reason', () => {
  const own = service(true);
  for (const [address, expected] of [
    ['127.0.0.5', 'NOERROR'],
    ['fd00::5', 'NOERROR'],
    ['127.0.1.5', 'REFUSED'],
    ['fe80::1%lo', 'REFUSED'],
    ['', 'REFUSED'],
  ] as const) {
    const packet = answerClient(own, query('www.corp.example.'), { address, port: 5, transport: 'udp' })!;
    const { rcode, edns } = decodeMessage(packet)!;
    assert.equal(rcodeName(rcode), expected, address);
    const reason = edns!.options.map((option) => decodeExtendedError(option)!);
    assert.deepEqual(
      reason,
      expected === 'REFUSED' ? [{ code: 18, text: `${address} may not ask here` }] : [],
    );
  }
  const stranger = { address: '10.0.0.1', port: 5, transport: 'udp' } as const;
  assert.equal(answerClient(own, new Uint8Array(5), stranger), undefined);
});

test('names outside of all zones are refused with the reason', () => {
  const client = { address: '127.0.0.1', port: 5, transport: 'udp' } as const;
  const { rcode, edns } = decodeMessage(answerClient(service(false), query('other.example.'), client)!)!;
  assert.equal(rcodeName(rcode), 'REFUSED');
  const reason = decodeExtendedError(edns!.options[0]!);
  assert.deepEqual(reason, { code: 20, text: 'no zone here covers other.example.' });
});

test('no packet makes the service throw or answer a response: random bytes, and queries with bytes changed', () => {
  const services = [service(true), service(false)];
  const names = ['www', 'alias', 'big', 'x.sub', 'nope'].map((name) => query(`${name}.corp.example.`));
  const mutated = fc
    .tuple(fc.constantFrom(...names), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat(60))
    .map(([source, changes, extra]) => {
      const packet = new Uint8Array(source.length + (extra > 50 ? extra : 0));
      packet.set(source);
      for (const [at, value] of changes) packet[at % packet.length] = value;
      return packet;
    });
  const packets = fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated);
  const transports = fc.constantFrom('udp' as const, 'tcp' as const);
  fc.assert(
    fc.property(packets, transports, fc.constantFrom(...services), (packet, transport, own) => {
      const response = answerClient(own, packet, { address: '127.0.0.1', port: 5, transport });
      if (packet.length < 12 || packet[2]! >= 0x80) assert.equal(response, undefined);
      else {
        assert.ok(response!.length <= (transport === 'udp' ? 1232 : 0xffff));
        const decoded = decodeMessage(response!)!;
        assert.ok(decoded.flags.qr);
        assert.equal(decoded.id, (packet[0]! << 8) | packet[1]!);
      }
    }),
    { numRuns: 3000 },
  );
});

test('dig gets what the zone says, over UDP and TCP', { skip: skipWithout('dig') }, async () => {
  const server = await serveZones({ address: '127.0.0.1', port: 0, ...service(true) });
  after(() => server.stop());
  const dig = async (...words: string[]) => {
    const options = ['@127.0.0.1', '-p', String(server.port), '+norecurse', '+tries=1', '+time=10'];
    const { stdout } = await promisify(execFile)(findCommand('dig')!, [...options, ...words]);
    return stdout;
  };
  assert.equal(await dig('+short', 'alias.corp.example'), 'www.corp.example.\n10.0.0.1\n10.0.0.2\n');
  assert.equal(await dig('+short', '+tcp', 'WWW.corp.example'), '10.0.0.1\n10.0.0.2\n');
  const big = await dig('big.corp.example', 'TXT');
  assert.match(big, /Truncated, retrying in TCP mode/);
  assert.match(big, /flags: qr aa;.* ANSWER: 1,/s);
  assert.match(
    await dig('nope.corp.example'),
    /status: NXDOMAIN.*flags: qr aa;.*SOA\tcorp\.example\. nobody\.invalid\./s,
  );
  assert.match(
    await dig('x.sub.corp.example'),
    /flags: qr;.*sub\.corp\.example\.\s+300\tIN\tNS\tns\.sub.*10\.0\.0\.3/s,
  );
  assert.match(
    await dig('other.example'),
    /status: REFUSED.*EDE: 20 \(Not Authoritative\): \(no zone here covers other.example.\)/s,
  );
  assert.match(
    await dig('-b', '127.0.1.1', 'www.corp.example'),
    /status: REFUSED.*EDE: 18 \(Prohibited\): \(127.0.1.1 may not ask here\)/s,
  );
});
