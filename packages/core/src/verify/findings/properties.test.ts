import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planTopology } from '../../plan/index.ts';
import { topologyFromValue } from '../../topology/index.ts';
import { buildModel } from '../model.ts';
import { FINDING_CODES, FINDING_RULES } from './codes.ts';
import { type Finding, type Findings, findFindings } from './index.ts';

const VPCS = ['v1', 'v2', 'v3'];
const SITES = ['s1', 's2'];
const NETWORKS = [...VPCS, ...SITES];
const domain = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 0, maxLength: 3 })
  .map((labels) => [...labels, 'example'].join('.'));
const owner = fc.constantFrom('@', 'a', 'b', 'a.b', '*.a', 'www');
const set = fc.oneof(
  fc.record({ A: fc.uniqueArray(fc.constantFrom('10.0.1.80', '10.1.1.255', '10.9.0.1'), { minLength: 1 }) }),
  fc.record({ A: fc.constant(['10.0.1.1']), ttl: fc.constantFrom(0, 60) }),
  domain.map((target) => ({ CNAME: [`www.${target}.`] })),
  fc.constant({ NS: ['ns.a.example.'] }),
);
/** Aliases and name servers stay away from the apex, where the parser refuses them. */
const records = fc
  .dictionary(owner, set, { maxKeys: 4 })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([name, each]) => name !== '@' || 'A' in each)))
  .map((all) =>
    Object.fromEntries(
      Object.entries(all).filter(([name, each]) => !name.startsWith('*') || !('NS' in each)),
    ),
  );

const zone = fc.oneof(
  fc.record({
    kind: fc.constant('private' as const),
    networks: fc.uniqueArray(fc.constantFrom(...VPCS), { minLength: 1 }),
    records,
  }),
  fc.record({ kind: fc.constant('external' as const), authority: fc.constantFrom('d1', 'd2'), records }),
  fc.record({ kind: fc.constant('public' as const), records }),
);
const rule = fc.record({
  suffix: domain,
  upstreams: fc.constantFrom<string | string[]>(
    'vpc-resolver',
    'authorities/d1',
    'forwarders/t2',
    ['authorities/d2', '192.0.2.9'],
    ['10.1.0.2'],
  ),
  policy: fc.constantFrom('fastest' as const, 'ordered' as const),
});
const rules = fc.uniqueArray(rule, { maxLength: 3, selector: ({ suffix }) => suffix });
const resolvers = fc.constantFrom<string | string[]>(
  'forwarders/t1',
  'forwarders/t2',
  ['forwarders/t1', '10.1.0.2'],
  'authorities/d1',
  ['192.0.2.53'],
  '10.0.9.9',
);
const link = fc.record({
  kind: fc.constantFrom('vpn' as const, 'transit-gateway' as const),
  between: fc.uniqueArray(fc.constantFrom(...NETWORKS), { minLength: 2, maxLength: 2 }),
  port53: fc.constantFrom<('udp' | 'tcp')[]>(['udp', 'tcp'], ['udp'], []),
  mtu: fc.constantFrom(1200, 1500),
});
const allow = fc.array(
  fc.record({ code: fc.constantFrom(...FINDING_CODES), reason: fc.constant('it is meant') }),
  {
    maxLength: 2,
  },
);

const input = fc
  .record({
    zones: fc.dictionary(domain, zone, { maxKeys: 8 }),
    reverse: fc.dictionary(
      fc.constantFrom('10.0.0.0/8', '10.1.0.0/16'),
      fc.constant({ '80.1': { PTR: ['www.a.example.'] } }),
    ),
    resolvers: fc.array(resolvers, { minLength: 5, maxLength: 5 }),
    cidrs: fc.constantFrom('10.1.0.0/24', '10.1.0.0/16', '192.168.0.0/16'),
    tiers: fc.array(rules, { minLength: 2, maxLength: 2 }),
    forwards: fc.constantFrom('forwarders/t1', 'forwarders/t2/x', undefined),
    hostnames: fc.boolean(),
    links: fc.array(link, { maxLength: 6 }),
    allow,
  })
  .map((parts) => ({
    name: 'any',
    networks: Object.fromEntries([
      ...VPCS.map((name, index) => [
        name,
        {
          kind: 'vpc',
          region: 'eu-west-1',
          cidrs: [`10.${index}.0.0/16`],
          subnets: { a: { cidr: `10.${index}.1.0/24`, availabilityZone: `eu-west-1${'abc'[index]}` } },
          resolvers: parts.resolvers[index]!,
          dnsHostnames: parts.hostnames,
          load: { queriesPerSecond: 4000, cacheHitRate: 0.5 },
        },
      ]),
      ['s1', { kind: 'site', cidrs: ['172.16.0.0/16'], resolvers: parts.resolvers[3]! }],
      ['s2', { kind: 'site', cidrs: [parts.cidrs] }],
    ]),
    links: parts.links,
    authorities: {
      d1: {
        network: 's1',
        addresses: ['172.16.0.53'],
        ...(parts.forwards ? { forwards: parts.forwards } : {}),
      },
      d2: { network: 's1', addresses: ['172.16.0.54', '172.16.0.55'] },
    },
    zones: {
      ...parts.zones,
      ...Object.fromEntries(
        Object.entries(parts.reverse).map(([name, each]) => [
          name,
          { kind: 'external', authority: 'd1', records: each },
        ]),
      ),
    },
    forwarders: Object.fromEntries(
      parts.tiers.map((own, index) => [
        `t${index + 1}`,
        {
          network: VPCS[index]!,
          members: ['x', 'y'].map((name, at) => ({ name, subnet: 'a', address: `10.${index}.1.5${at}` })),
          rules: own.filter(({ upstreams }) => upstreams !== `forwarders/t${index + 1}`),
          capacity: 1000,
        },
      ]),
    ),
    allow: parts.allow,
  }));

/** Undefined where the parser refuses it: a zone on two VPCs with another one, an alias beside other records. */
function found(value: unknown): Findings | undefined {
  const result = topologyFromValue(value, 'any.ts', () => undefined);
  if (!result.ok) return undefined;
  return findFindings(buildModel(result.topology, planTopology(result.topology)));
}

test('whatever a valid topology is, its findings are whole, sorted by severity, and of the closed set', () => {
  let valid = 0;
  const seen = new Set<string>();
  fc.assert(
    fc.property(input, (value) => {
      const result = found(value);
      if (!result) return;
      valid++;
      const ranks = result.findings.map(({ severity }) => ['error', 'warning', 'notice'].indexOf(severity));
      assert.deepEqual(ranks, ranks.toSorted());
      for (const { code, subject, evidence, remedy } of [...result.findings, ...result.allowed]) {
        seen.add(code);
        assert.ok(FINDING_RULES[code] && subject && evidence.text && remedy);
        assert.ok(evidence.at.length > 0, code);
        assert.doesNotMatch(`${evidence.text} ${remedy}`, /undefined|NaN|\[object/);
      }
      const allowed = new Set((value.allow ?? []).map(({ code }) => code));
      assert.ok(result.findings.every(({ code }) => code === 'unused-allow' || !allowed.has(code)));
    }),
    { numRuns: 300 },
  );
  assert.ok(valid > 100, `${valid} were valid`);
  assert.ok(seen.size > 20, [...seen].join());
});

test('the order of the file changes no finding', () => {
  const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(input, randoms, (value, stream) => {
      const before = found(value);
      if (!before) return;
      const after = found(shuffled(value, () => stream.next().value!));
      assert.deepEqual(essence(after!), essence(before));
    }),
  );
});

/** What does not name a place in a list. */
function essence({ findings, allowed }: Findings) {
  const one = ({ code, severity, subject, evidence }: Finding) => [
    code,
    severity,
    subject,
    evidence.text,
    evidence.without,
  ];
  return [findings.map(one), allowed.map(one)];
}

function shuffled(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [random(), key, shuffled(each, random)] as const,
  );
  return Object.fromEntries(entries.sort((a, b) => a[0] - b[0]).map(([, key, each]) => [key, each]));
}
