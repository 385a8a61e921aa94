import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeExtendedError,
  decodeMessage,
  encodeQuery,
  NOERROR,
  NXDOMAIN,
  REFUSED,
  rdataFromText,
  SERVFAIL,
} from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import { topologyFromValue } from '@pointsman/core/topology';
import { openHostedZones } from '../route53/hosted-zones.ts';
import { playAuthority } from './authority.ts';
import type { Forwarded, Forwards } from './forwards.ts';
import { playVpcResolver } from './resolver.ts';
import { planWorld } from './world-plan.ts';
import { makeZoneSets } from './zone-sets.ts';

const { topology, plan } = readWorld();
const zoneSets = makeZoneSets(topology, openHostedZones(topology));

describe('the stand-in for an authority', () => {
  test('answers its own zones with AA', async () => {
    const answer = await askAuthority('db.corp.example.');
    assert.equal(answer.flags.aa, true);
    assert.deepEqual([...answer.answers[0]!.data], [192, 168, 4, 20]);
    const missing = await askAuthority('none.corp.example.');
    assert.deepEqual(
      [missing.rcode, missing.flags.aa, missing.authorities[0]!.type],
      [NXDOMAIN, true, 'SOA'],
    );
  });

  test('forwards what lies under a forwarded suffix, and the answer is not authoritative', async () => {
    const answer = await askAuthority('www.cloud.example.');
    assert.equal(answer.flags.aa, false);
    assert.deepEqual([...answer.answers[0]!.data], [10, 1, 4, 80]);
  });

  test('forwards a suffix inside a zone of its own, whatever that zone says', async () => {
    const answer = await askAuthority('hidden.inner.corp.example.');
    assert.deepEqual([...answer.answers[0]!.data], [10, 1, 4, 80]);
    const alias = await askAuthority('alias.corp.example.');
    assert.deepEqual(
      alias.answers.map(({ type }) => type),
      ['CNAME', 'A'],
    );
  });

  test('forwards a suffix inside a public zone: what is forwarded is not looked for in public DNS', async () => {
    const hidden = await askAuthority('db.inner.shop.example.');
    assert.deepEqual([...hidden.answers[0]!.data], [10, 1, 4, 80]);
    const known = await askAuthority('www.shop.example.');
    assert.deepEqual([...known.answers[0]!.data], [203, 0, 113, 8]);
  });

  test('follows an alias out of its zones, and keeps it where the rest fails', async () => {
    const answer = await askAuthority('intranet.corp.example.');
    assert.deepEqual(
      answer.answers.map(({ name, type }) => `${name} ${type}`),
      ['intranet.corp.example. CNAME', 'www.cloud.example. A'],
    );
    const failed = await askAuthority('intranet.corp.example.', {
      rcode: SERVFAIL,
      answers: [],
      authorities: [],
    });
    assert.deepEqual([failed.rcode, failed.answers.length], [SERVFAIL, 1]);
  });

  test('refers to whom its zone delegates to', async () => {
    const answer = await askAuthority('www.branch.corp.example.');
    assert.deepEqual([answer.rcode, answer.answers.length, answer.authorities[0]!.type], [NOERROR, 0, 'NS']);
  });

  test('refuses names that it knows nobody for, and says why', async () => {
    const answer = await askAuthority('www.example.org.');
    assert.equal(answer.rcode, REFUSED);
    assert.match(reasonOf(answer), /no public DNS/);
  });
});

describe('the stand-in for a VPC resolver', () => {
  const [resolver] = plan.resolvers;
  const handle = playVpcResolver(resolver!, zoneSets.ofResolver(resolver!));

  test('answers clients inside its VPC', async () => {
    const answer = await askResolver('www.cloud.example.', '127.1.7.7');
    assert.equal(answer.rcode, NOERROR);
    assert.equal(answer.flags.ra, true);
  });

  test('refuses everybody else, and says why', async () => {
    const answer = await askResolver('www.cloud.example.', '127.2.0.10');
    assert.equal(answer.rcode, REFUSED);
    assert.match(reasonOf(answer), /127\.2\.0\.10 is not in the VPC hub/);
  });

  test('knows no zone that is not associated with its VPC', async () => {
    assert.equal((await askResolver('db.corp.example.', '127.1.7.7')).rcode, REFUSED);
  });

  test('says that the root is there, to whoever asks by it whether public DNS is', async () => {
    const answer = await askResolver('.', '127.1.7.7');
    assert.deepEqual([answer.rcode, answer.answers], [NOERROR, []]);
  });

  async function askResolver(name: string, address: string) {
    return decodeMessage(
      (await handle(encodeQuery({ id: 1, name, type: 'A' }), { address, port: 9, transport: 'udp' }))!,
    )!;
  }
});

/** Everything that is forwarded gets one address, or the given answer. */
async function askAuthority(name: string, forwarded?: Forwarded) {
  const authority = plan.authorities[0]!;
  const data = rdataFromText('A', '10.1.4.80', '.');
  const forwards: Forwards = {
    ask: (question) => {
      if (!authority.forwards.some(({ suffix }) => question.name.endsWith(suffix))) return undefined;
      const answers = [{ name: question.name, type: 'A', class: 1, ttl: 60, data }];
      return Promise.resolve(forwarded ?? { rcode: NOERROR, answers, authorities: [] });
    },
  };
  const handle = playAuthority(zoneSets.ofAuthority(authority), forwards);
  const client = { address: '127.168.0.10', port: 9, transport: 'udp' as const };
  return decodeMessage((await handle(encodeQuery({ id: 1, name, type: 'A' }), client))!)!;
}

function reasonOf(message: NonNullable<ReturnType<typeof decodeMessage>>): string {
  return message.edns!.options.map((option) => decodeExtendedError(option)!.text).join();
}

function readWorld() {
  const result = topologyFromValue(
    {
      name: 'small',
      networks: {
        hub: {
          kind: 'vpc',
          region: 'eu-west-1',
          cidrs: ['10.1.0.0/16'],
          subnets: { a: { cidr: '10.1.1.0/24' } },
        },
        other: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.2.0.0/16'] },
        office: { kind: 'site', cidrs: ['192.168.0.0/16'] },
      },
      authorities: { dns: { network: 'office', addresses: ['192.168.0.53'], forwards: 'forwarders/main' } },
      zones: {
        'cloud.example': { kind: 'private', networks: ['hub'], records: { www: { A: ['10.1.4.80'] } } },
        'inner.corp.example': { kind: 'private', networks: ['hub'] },
        'inner.shop.example': { kind: 'private', networks: ['hub'] },
        'shop.example': { kind: 'public', records: { www: { A: ['203.0.113.8'] } } },
        'corp.example': {
          kind: 'external',
          authority: 'dns',
          records: {
            db: { A: ['192.168.4.20'] },
            intranet: { CNAME: ['www.cloud.example.'] },
            alias: { CNAME: ['hidden.inner'] },
            'hidden.inner': { A: ['192.168.99.99'] },
            branch: { NS: ['ns.elsewhere.example.'] },
          },
        },
      },
      forwarders: { main: { network: 'hub', members: [{ name: 'a', subnet: 'a', address: '10.1.1.53' }] } },
    },
    'small.ts',
    () => undefined,
  );
  assert.ok(result.ok, JSON.stringify(result));
  return {
    topology: result.topology,
    plan: planWorld(result.topology, planTopology(result.topology), 10053),
  };
}
