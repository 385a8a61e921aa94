import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from '@pointsman/core/address';
import {
  decodeMessage,
  encodeQuery,
  type RecordSet,
  rcodeName,
  rdataFromText,
  rdataToText,
} from '@pointsman/core/dns';
import type { Querier } from './routing/querier.ts';
import { handleForVpcs } from './serve-store.ts';
import { createMemoryStore } from './store/memory-store.ts';
import type { ResourceRecordSet, Vpc } from './store/model.ts';
import { AWS_LIMITS, type Store } from './store/store.ts';
import { openZoneDirectory } from './zone-directory.ts';

/** The rules of which zone answers, and what, from the store to the packet. */

function vpc(id: string, cidr: string, attributes: Partial<Vpc> = {}): Vpc {
  const [support, hostnames] = [true, true];
  return {
    id,
    region: 'eu-west-1',
    account: '1',
    cidrs: [parseCidr(cidr)!],
    enableDnsSupport: support,
    enableDnsHostnames: hostnames,
    ...attributes,
  };
}
const VPCS = [
  vpc('vpc-a', '10.1.0.0/16'),
  vpc('vpc-b', '10.2.0.0/16'),
  vpc('vpc-inner', '10.1.128.0/17'),
  vpc('vpc-deaf', '10.3.0.0/16', { enableDnsSupport: false }),
  vpc('vpc-nameless', '10.4.0.0/16', { enableDnsHostnames: false }),
];
const BALANCER: RecordSet = {
  name: 'lb.elb.amazonaws.com.',
  type: 'A',
  ttl: 60,
  data: [rdataFromText('A', '10.9.9.9', '.')],
};

function start(querier: Partial<Querier> = {}) {
  const store = createMemoryStore({
    findVpc: (id) => VPCS.find((each) => each.id === id),
    limits: AWS_LIMITS,
    now: () => 0,
  });
  const directory = openZoneDirectory(store, {
    isHealthy: () => true,
    findTarget: () => undefined,
    ...querier,
  });
  const handle = handleForVpcs(
    directory,
    () => VPCS,
    () => 0,
  );
  /** `NOERROR 10.0.0.1`, or the RCODE and the SOA of a negative answer. */
  const ask = (name: string, type = 'A', address = '10.1.0.9'): string => {
    const packet = encodeQuery({ id: 1, name, type });
    const response = handle(packet, { address, port: 1, transport: 'udp' }) as Uint8Array;
    const { rcode, answers, authorities } = decodeMessage(response)!;
    const values = answers.map((each) => rdataToText(each.type, each.data));
    const soas = authorities.map((each) => `${each.type} ${each.name} ${each.ttl}`);
    return [rcodeName(rcode), ...values, ...soas].join(' ');
  };
  return { store, directory, ask };
}

let references = 0;
async function zone(store: Store, name: string, ...ids: string[]): Promise<string> {
  const [first, ...more] = ids.map((id) => ({ id, region: 'eu-west-1' }));
  const { value } = await store.createZone({
    account: '1',
    name,
    callerReference: `${references++}`,
    vpc: first,
  });
  for (const each of more) await store.associateVpc(value.id, each, '1');
  return value.id;
}

function put(store: Store, zoneId: string, ...sets: ResourceRecordSet[]) {
  return store.changeRecordSets(
    zoneId,
    sets.map((recordSet) => ({ action: 'UPSERT' as const, recordSet })),
  );
}

function a(name: string, ...values: string[]): ResourceRecordSet {
  return { name, type: 'A', ttl: 60, values };
}

test('among the zones of the VPC the most specific answers, and nothing it lacks is looked for in a parent or a public zone', async () => {
  const { store, ask } = start();
  const outer = await zone(store, 'example', 'vpc-a');
  const inner = await zone(store, 'in.example', 'vpc-a');
  const open = await zone(store, 'example');
  await put(store, outer, a('x.in.example', '10.0.0.1'), a('x.example', '10.0.0.2'));
  await put(store, open, a('www.example', '192.0.2.1'));
  await put(store, inner, { name: 't.in.example', type: 'TXT', ttl: 1, values: ['"t"'] });
  assert.equal(ask('x.example.'), 'NOERROR 10.0.0.2');
  assert.equal(ask('x.in.example.'), 'NXDOMAIN SOA in.example. 900');
  assert.equal(ask('t.in.example.'), 'NOERROR SOA in.example. 900');
  assert.equal(ask('www.example.'), 'NXDOMAIN SOA example. 900');
});

test('a zone answers the VPCs it is associated with, by the address of the client, and nobody else', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  await put(store, id, a('x.example', '10.0.0.1'));
  assert.equal(ask('x.example.', 'A', '10.2.0.9'), 'REFUSED');
  assert.equal(ask('x.example.', 'A', '192.0.2.1'), 'REFUSED');
  assert.equal(ask('x.example.', 'A', '10.1.200.9'), 'REFUSED');
  await store.associateVpc(id, { id: 'vpc-b', region: 'eu-west-1' }, '1');
  assert.equal(ask('x.example.', 'A', '10.2.0.9'), 'NOERROR 10.0.0.1');
  await store.disassociateVpc(id, { id: 'vpc-a', region: 'eu-west-1' });
  assert.equal(ask('x.example.'), 'REFUSED');
});

test('private zones answer only where enableDnsSupport and enableDnsHostnames are both on', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a', 'vpc-deaf', 'vpc-nameless');
  await put(store, id, a('x.example', '10.0.0.1'));
  const answers = ['10.1.0.9', '10.3.0.9', '10.4.0.9'].map((address) => ask('x.example.', 'A', address));
  assert.deepEqual(answers, ['NOERROR 10.0.0.1', 'REFUSED', 'REFUSED']);
});

test('a write is answered before it is acknowledged: a new name, a changed one, one that is gone, a deleted zone', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  const seen: string[] = [];
  store.watch(() => seen.push(ask('a.b.example.')));
  await put(store, id, a('a.b.example', '10.0.0.1'));
  await put(store, id, a('a.b.example', '10.0.0.2'));
  assert.equal(ask('b.example.'), 'NOERROR SOA example. 900');
  await store.changeRecordSets(id, [{ action: 'DELETE', recordSet: a('a.b.example', '10.0.0.2') }]);
  assert.equal(ask('b.example.'), 'NXDOMAIN SOA example. 900');
  await store.deleteZone(id);
  assert.deepEqual(seen, ['NOERROR 10.0.0.1', 'NOERROR 10.0.0.2', 'NXDOMAIN SOA example. 900', 'REFUSED']);
});

test('a wildcard covers all depths below it and yields to specific names', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  await put(store, id, a('\\052.example', '10.0.0.1'), a('x.example', '10.0.0.2'));
  assert.equal(ask('any.example.'), 'NOERROR 10.0.0.1');
  assert.equal(ask('very.deep.example.'), 'NOERROR 10.0.0.1');
  assert.equal(ask('x.example.'), 'NOERROR 10.0.0.2');
});

test('the SOA and NS of a private zone are answered; an edited SOA gives the new negative TTL', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  assert.match(ask('example.', 'NS'), /^NOERROR ns-0\.awsdns-00\.com\. ns-512\.awsdns-00\.net\./);
  assert.match(ask('example.', 'SOA'), /ns-1536\.awsdns-00\.co\.uk\. .* 1 7200 900 1209600 86400$/);
  const soa = 'ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 30';
  await put(store, id, { name: 'example', type: 'SOA', ttl: 900, values: [soa] });
  assert.equal(ask('no.example.'), 'NXDOMAIN SOA example. 30');
});

test("an alias is answered as its own type with the target's TTL, at the apex too", async () => {
  const { store, directory } = start();
  const id = await zone(store, 'example', 'vpc-a');
  const alias = { hostedZoneId: id, dnsName: 'x.example', evaluateTargetHealth: false };
  await put(store, id, { ...a('x.example', '10.0.0.1'), ttl: 77 });
  await put(store, id, { name: 'example', type: 'A', alias });
  const handle = handleForVpcs(
    directory,
    () => VPCS,
    () => 0,
  );
  const packet = encodeQuery({ id: 1, name: 'example.', type: 'A' });
  const response = handle(packet, { address: '10.1.0.9', port: 1, transport: 'udp' }) as Uint8Array;
  const [record] = decodeMessage(response)!.answers;
  assert.deepEqual([record!.name, record!.type, record!.ttl], ['example.', 'A', 77]);
});

test('an alias to a load balancer is answered by the resolver that the caller passes in', async () => {
  const { store, ask } = start({
    findTarget: ({ dnsName }) => (dnsName === BALANCER.name ? { set: BALANCER, healthy: true } : undefined),
  });
  const id = await zone(store, 'example', 'vpc-a');
  const target = (dnsName: string) => ({
    hostedZoneId: 'Z32O12XQLNTSW2',
    dnsName,
    evaluateTargetHealth: true,
  });
  await put(
    store,
    id,
    { name: 'example', type: 'A', alias: target('lb.elb.amazonaws.com') },
    { name: 'gone.example', type: 'A', alias: target('gone.elb.amazonaws.com') },
  );
  assert.equal(ask('example.'), 'NOERROR 10.9.9.9');
  assert.equal(ask('gone.example.'), 'NOERROR SOA example. 900');
});

test('aliases that were made to lead to each other give no answer, and no endless search', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  const alias = (dnsName: string) => ({ hostedZoneId: id, dnsName, evaluateTargetHealth: true });
  await put(store, id, a('x.example', '10.0.0.1'));
  await put(store, id, { name: 'y.example', type: 'A', alias: alias('x.example') });
  await put(store, id, { name: 'x.example', type: 'A', alias: alias('y.example') });
  assert.equal(ask('x.example.'), 'NOERROR SOA example. 900');
});

test('every type of record set is answered as it was written', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'example', 'vpc-a');
  const values: Record<string, string> = {
    A: '10.0.0.1',
    AAAA: 'fd00::1',
    CAA: '0 issue "ca.example.net"',
    DS: '12345 3 1 123456789abcdef67890123456789abcdef67890',
    HTTPS: '1 . alpn="h2"',
    MX: '10 mail.example.',
    NAPTR: '10 20 "u" "sip" "!a!b!" .',
    NS: 'ns.example.',
    PTR: 'host.example.',
    SPF: '"v=spf1 -all"',
    SRV: '1 2 3 host.example.',
    SSHFP: '1 1 123456789abcdef67890123456789abcdef67890',
    SVCB: '1 svc.example. port=8443',
    TLSA: '3 1 1 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
    TXT: '"a b" "c\\"d"',
  };
  for (const [type, value] of Object.entries(values)) {
    await put(store, id, { name: `${type}.example`, type, ttl: 60, values: [value] });
    assert.equal(ask(`${type.toLowerCase()}.example.`, type), `NOERROR ${value}`, type);
  }
  await put(store, id, { name: 'c.example', type: 'CNAME', ttl: 60, values: ['a.example'] });
  assert.equal(ask('c.example.'), 'NOERROR a.example. 10.0.0.1');
  await put(store, id, { name: 'octal.example', type: 'TXT', ttl: 60, values: ['"\\101\\042"'] });
  assert.equal(ask('octal.example.', 'TXT'), 'NOERROR "A\\""');
});

test('a public zone refers to the servers of a part of it; a private zone does not delegate', async () => {
  const { store, ask } = start();
  const open = await zone(store, 'open.test');
  await put(store, open, { name: 'sub.open.test', type: 'NS', ttl: 60, values: ['ns.elsewhere.test'] });
  const closed = await zone(store, 'closed.test', 'vpc-a');
  await put(store, closed, { name: 'sub.closed.test', type: 'NS', ttl: 60, values: ['ns.elsewhere.test'] });
  assert.equal(ask('x.sub.open.test.'), 'REFUSED');
  assert.equal(ask('x.sub.open.test.', 'A', '192.0.2.1'), 'NOERROR NS sub.open.test. 60');
  assert.equal(ask('x.sub.closed.test.'), 'NXDOMAIN SOA closed.test. 900');
});

test('of two public zones of a name the first answers, and the second once that is deleted', async () => {
  const { store, ask } = start();
  const [first, second] = [await zone(store, 'twice.test'), await zone(store, 'twice.test')];
  await put(store, first, a('x.twice.test', '192.0.2.1'));
  await put(store, second, a('x.twice.test', '192.0.2.2'));
  assert.equal(ask('x.twice.test.'), 'NOERROR 192.0.2.1');
  await store.setZoneComment(first, 'still the first');
  assert.equal(ask('x.twice.test.'), 'NOERROR 192.0.2.1');
  await store.changeRecordSets(first, [{ action: 'DELETE', recordSet: a('x.twice.test', '192.0.2.1') }]);
  await store.deleteZone(first);
  assert.equal(ask('x.twice.test.'), 'NOERROR 192.0.2.2');
});

test('the target of a CNAME may lie in another private zone of the VPC', async () => {
  const { store, ask } = start();
  const one = await zone(store, 'one.test', 'vpc-a');
  const two = await zone(store, 'two.test', 'vpc-a');
  await put(store, one, { name: 'c.one.test', type: 'CNAME', ttl: 60, values: ['x.two.test'] });
  await put(store, two, a('x.two.test', '10.0.0.7'));
  assert.equal(ask('c.one.test.'), 'NOERROR x.two.test. 10.0.0.7');
});

test('EDNS client subnet is ignored: the region of the VPC decides', async () => {
  const { store, directory } = start();
  const id = await zone(store, 'example', 'vpc-a');
  const regions = ['eu-west-1', 'ap-southeast-2'].map((region, index) => ({
    ...a('x.example', `10.0.0.${index + 1}`),
    setIdentifier: region,
    region,
  }));
  await put(store, id, ...regions);
  // RFC 7871 §6: family IPv4, a source prefix of 24 bits, 203.0.113.0.
  const subnet = { code: 8, data: Uint8Array.of(0, 1, 24, 0, 203, 0, 113) };
  const edns = { udpSize: 1232, version: 0, do: false, options: [subnet] };
  const packet = encodeQuery({ id: 1, name: 'x.example.', type: 'A', edns });
  const handle = handleForVpcs(
    directory,
    () => VPCS,
    () => 0,
  );
  const response = handle(packet, { address: '10.1.0.9', port: 1, transport: 'udp' }) as Uint8Array;
  const { answers, edns: answered } = decodeMessage(response)!;
  assert.deepEqual(
    answers.map((each) => rdataToText(each.type, each.data)),
    ['10.0.0.1'],
  );
  assert.deepEqual(answered!.options, []);
});

test('IP-based record sets answer by the address of the client in public zones, and never in private ones', async () => {
  const { store, ask } = start();
  const { value: collection } = await store.createCidrCollection({
    account: '1',
    name: 'offices',
    callerReference: 'c',
  });
  const blocks = { near: ['192.0.0.0/16', '2001:db8::/32'], nearer: ['192.0.2.0/24'] };
  await store.changeCidrCollection(
    collection.id,
    Object.entries(blocks).map(([locationName, cidrs]) => ({ action: 'PUT' as const, locationName, cidrs })),
    1,
  );
  const at = (name: string, locationName: string, value: string): ResourceRecordSet => ({
    ...a(name, value),
    setIdentifier: locationName,
    cidrRouting: { collectionId: collection.id, locationName },
  });
  const sets = (name: string) => [
    at(name, 'near', '10.0.0.1'),
    at(name, 'nearer', '10.0.0.2'),
    at(name, '*', '10.0.0.3'),
  ];
  const open = await zone(store, 'open.example');
  await put(store, open, ...sets('www.open.example'));
  const hidden = await zone(store, 'hidden.example', 'vpc-a');
  await put(store, hidden, ...sets('www.hidden.example'));
  assert.equal(ask('www.open.example.', 'A', '192.0.7.1'), 'NOERROR 10.0.0.1');
  assert.equal(ask('www.open.example.', 'A', '192.0.2.1'), 'NOERROR 10.0.0.2');
  assert.equal(ask('www.open.example.', 'A', '2001:db8::1'), 'NOERROR 10.0.0.1');
  assert.equal(ask('www.open.example.', 'A', '198.51.100.1'), 'NOERROR 10.0.0.3');
  assert.equal(ask('www.open.example.', 'A', '10.1.0.9'), 'NOERROR 10.0.0.3', 'a VPC’s resolver asks for it');
  assert.equal(ask('www.hidden.example.'), 'NOERROR SOA hidden.example. 900');
  await store.changeCidrCollection(
    collection.id,
    [
      { action: 'DELETE_IF_EXISTS', locationName: 'nearer', cidrs: ['192.0.2.0/24'] },
      { action: 'PUT', locationName: 'near', cidrs: ['192.0.2.0/24'] },
    ],
    undefined,
  );
  assert.equal(ask('www.open.example.', 'A', '192.0.2.1'), 'NOERROR 10.0.0.1');
});

test('an asterisk that is not the whole leftmost label is a character like any other', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'z.example', 'vpc-a');
  await put(store, id, a('a*.z.example', '10.0.0.1'));
  assert.equal(ask('a*.z.example.'), 'NOERROR 10.0.0.1');
  assert.equal(ask('ab.z.example.'), 'NXDOMAIN SOA z.example. 900');
  await put(store, id, a('b.*.z.example', '10.0.0.2'));
  assert.equal(ask('b.*.z.example.'), 'NOERROR 10.0.0.2');
  assert.equal(ask('b.c.z.example.'), 'NOERROR SOA z.example. 900', 'of `*.z.example`, which is empty');
});

test('the serial of the SOA stays as it is, whatever is changed', async () => {
  const { store, ask } = start();
  const id = await zone(store, 'z.example', 'vpc-a');
  const before = ask('z.example.', 'SOA');
  await put(store, id, a('a.z.example', '10.0.0.1'));
  assert.match(before, / 1 7200 900 1209600 86400$/);
  assert.equal(ask('z.example.', 'SOA'), before);
});
