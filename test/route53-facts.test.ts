import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from './system/command.ts';

/**
 * The facts of Route 53 that everything here is built on, and the test that shows each. A test that is renamed or taken away is missed here.
 *
 * Not here, since nothing of ours has to do with it: Resolver endpoints and rules, of which Pointsman knows none (README.md); the defaults of a VPC's
 * attributes, which EC2's API gives; five API requests a second, as the service answers as fast as it can; prices.
 */

const ZONES = 'packages/zones/src';
const DIRECTORY = `${ZONES}/zone-directory.test.ts`;
const RESOLVE = `${ZONES}/resolve.test.ts`;
const STORE = `${ZONES}/store/store.contract.ts`;
const BATCH = `${ZONES}/records/apply-change-batch.test.ts`;
const SETS = `${ZONES}/records/set-rules.test.ts`;
const POLICIES = `${ZONES}/routing/policies.test.ts`;
const ALIASES = `${ZONES}/routing/routed-set.test.ts`;
const HOSTED = `${ZONES}/api/hosted-zones.test.ts`;
const VPCS = `${ZONES}/api/vpc-associations.test.ts`;
const RECORDS = `${ZONES}/api/record-sets.test.ts`;
const HEALTH = `${ZONES}/health/run-health-checks.test.ts`;
const PROBE = `${ZONES}/health/probe.test.ts`;
const PLAN = 'packages/core/src/plan/plan-topology.test.ts';
const VERIFY = 'packages/core/src/verify/verify.test.ts';
const SCENARIOS = 'packages/core/src/verify/findings/scenarios.test.ts';

type Fact = readonly [rule: string, ...tests: (readonly [file: string, name: string])[]];

const FACTS: Readonly<Record<string, readonly Fact[]>> = {
  'which zone answers': [
    [
      'the most specific of the zones of the VPC wins; no fallback to a parent zone, a public zone or recursion',
      [
        DIRECTORY,
        'among the zones of the VPC the most specific answers, and nothing it lacks is looked for in a parent or a public zone',
      ],
      [RESOLVE, 'the most specific zone answers, and what it lacks is not looked for in its parent'],
      [RESOLVE, 'a private zone hides a public one below it, which answers all other names'],
    ],
    [
      'a name that is not there is NXDOMAIN, one without the type NODATA',
      [RESOLVE, 'NXDOMAIN and NODATA carry the SOA with the negative TTL'],
    ],
    [
      'no zone matches: public recursion, which is not ours',
      [`${ZONES}/serve-zones.test.ts`, 'names outside of all zones are refused with the reason'],
    ],
    [
      'the same name twice on one VPC: ConflictingDomainExists, at creation and at association',
      [
        STORE,
        'the same name twice on one VPC is refused at creation and at association: ConflictingDomainExists',
      ],
      [VPCS, 'have one zone of a name'],
    ],
  ],
  VPCs: [
    [
      'answers need enableDnsSupport and enableDnsHostnames',
      [DIRECTORY, 'private zones answer only where enableDnsSupport and enableDnsHostnames are both on'],
    ],
    [
      'one VPC at creation, more by association',
      [VPCS, 'are added and taken away by its owner, but not the last'],
    ],
    [
      'an unknown VPC: InvalidVPCId',
      [STORE, 'an unknown VPC, and one of another region, is an InvalidVPCId'],
    ],
    [
      'private zones show no delegation set',
      [HOSTED, 'is made private by its VPC, and has no delegation set then'],
    ],
    [
      'across accounts: the zone’s owner authorises, the VPC’s owner associates, else NotAuthorizedException',
      [
        STORE,
        "cross-account: the zone's owner authorises, the VPC's owner associates, else NotAuthorizedException",
      ],
      [VPCS, 'of another account are added by that account, once the owner of the zone has authorised it'],
      ['test/route53-cli.test.ts', 'joins a VPC of another account to a zone, by both accounts'],
    ],
    [
      'LastVPCAssociation, PublicZoneVPCAssociation, VPCAssociationNotFound; a public zone stays public',
      [STORE, 'LastVPCAssociation, VPCAssociationNotFound and PublicZoneVPCAssociation'],
    ],
    [
      'the VPC resolver at base plus two, for its own VPC alone',
      [
        PLAN,
        'a VPC resolver answers its private zones with both attributes on, public names without, and is not there without support',
      ],
      [VERIFY, 'a VPC resolver answers nobody outside its VPC'],
    ],
    [
      '1,024 packets a second from each network interface',
      [PLAN, 'every VPC resolver that is asked has a budget, one for all its addresses, and nobody else'],
      [
        'packages/forwarder/src/behaviour/budget.test.ts',
        'no second has more than … packets, also with … worker(s); what is held back is counted and asked later',
      ],
    ],
    [
      'the resolver answers reverse zones of private addresses, unless a zone or rule takes over',
      [VERIFY, 'the reverse names of private addresses do not leave for public DNS from a VPC resolver'],
      [VERIFY, 'where the autodefined reverse rules are off, they do'],
    ],
  ],
  'SOA, NS and TTLs': [
    [
      'NS with TTL 172800 and SOA with TTL 900, as Route 53 makes them',
      [STORE, 'a new private zone has the SOA and NS sets of Route 53 with TTLs 900 and 172800'],
      [RESOLVE, 'a private zone has the SOA and NS records of Route 53'],
    ],
    [
      'the negative TTL is the lesser of the SOA’s TTL and minimum',
      [DIRECTORY, 'the SOA and NS of a private zone are answered; an edited SOA gives the new negative TTL'],
    ],
    [
      'the serial does not move by itself',
      [DIRECTORY, 'the serial of the SOA stays as it is, whatever is changed'],
    ],
  ],
  records: [
    [
      'all types',
      [DIRECTORY, 'every type of record set is answered as it was written'],
      [SETS, 'of every type but the listed ones are refused, as are none and the generic form'],
    ],
    [
      'policies: not for NS, SOA, DS; multivalue: also not for CNAME',
      [BATCH, 'non-simple policies: not NS, SOA, DS; multivalue: also not CNAME'],
    ],
    [
      '63 bytes a label, 255 in all, lower case',
      [SETS, 'have 63 bytes a label and 255 in all, and are lowercased'],
    ],
    [
      'other bytes come back as octal escapes',
      [SETS, 'come back with bytes outside a-z 0-9 - _ as octal escapes, the asterisk as \\\\052'],
    ],
    [
      'a wildcard covers all depths and yields to specific names',
      [DIRECTORY, 'a wildcard covers all depths below it and yields to specific names'],
    ],
    [
      'a wildcard is the whole leftmost label',
      [DIRECTORY, 'an asterisk that is not the whole leftmost label is a character like any other'],
    ],
    ['no wildcard for NS', [SETS, 'a wildcard is not for NS']],
    ['no CNAME at the apex', [SETS, 'is not permitted at the apex']],
    ['a CNAME stands alone', [SETS, 'stands alone at its name, whichever comes first']],
    [
      'TXT: quoted, 255 a string, 4,000 a value, escapes',
      [SETS, 'of TXT are quoted strings of up to 255 characters with \\\\" and octal escapes, 4,000 in all'],
    ],
    [
      'an alias leads to a record of its zone and type, or to an AWS resource',
      [BATCH, 'leads nowhere but into its own zone, or to an AWS resource'],
      [DIRECTORY, 'an alias to a load balancer is answered by the resolver that the caller passes in'],
    ],
    [
      'an alias is allowed at the apex, but not to a CNAME; it has no TTL',
      [BATCH, 'carries no TTL, and is not allowed at the apex to a CNAME'],
    ],
    [
      'an alias is answered as its own type with the target’s TTL',
      [DIRECTORY, "an alias is answered as its own type with the target's TTL, at the apex too"],
    ],
    [
      'a missing target is refused',
      [BATCH, 'needs a record set of its type in the zone, which may come before it in the same batch'],
    ],
  ],
  'routing policies': [
    [
      'simple: all values in random order, no health',
      [RESOLVE, 'records of a set come in an order that turns at random'],
      [POLICIES, 'simple: no health'],
    ],
    [
      'weighted: weight over sum',
      [POLICIES, 'each answers by its weight over the sum: chi-squared over 100,000 answers (seed …)'],
    ],
    [
      'weight 0 is never chosen unless all are 0',
      [POLICIES, '0 is never chosen unless all are 0, and then all are alike'],
    ],
    [
      'weight 0 counts when all others are unhealthy',
      [POLICIES, 'those of weight 0 count only when all others are unhealthy'],
    ],
    [
      'latency: by the region of the VPC',
      [POLICIES, "latency: the querying VPC's region, else the nearest healthy one"],
    ],
    [
      'geolocation: smallest area first, then larger, then *, else no answer',
      [POLICIES, "by the VPC's region: smallest area first, then larger, then *"],
      [POLICIES, 'no area around the region, and no *: no answer'],
    ],
    [
      'failover',
      [POLICIES, 'failover: primary if healthy, else secondary if healthy, both unhealthy: primary'],
    ],
    [
      'multivalue: up to 8 healthy ones; all unhealthy: up to 8',
      [POLICIES, 'multivalue: up to 8 healthy ones; all unhealthy: up to 8'],
    ],
    [
      'geoproximity: bias ±99',
      [POLICIES, 'geoproximity: the nearest place, by a distance that the bias shrinks or stretches'],
      [BATCH, 'weights are 0 to 255, biases -99 to 99'],
    ],
    [
      'IP-based: may be created in, not used by, private zones',
      [
        DIRECTORY,
        'IP-based record sets answer by the address of the client in public zones, and never in private ones',
      ],
    ],
    ['one policy at a name and type', [BATCH, 'one policy at a name and type']],
    [
      'set identifiers are unique in the group',
      [BATCH, 'the set identifier is unique in the group, and needs a policy as a policy needs it'],
    ],
    [
      'EDNS client subnet is ignored',
      [DIRECTORY, 'EDNS client subnet is ignored: the region of the VPC decides'],
    ],
    [
      'no health check means healthy; all unhealthy means all are treated as healthy',
      [POLICIES, 'all unhealthy means all are treated as healthy'],
    ],
    ['EvaluateTargetHealth: healthy if any target is', [ALIASES, 'an alias is healthy if any target is']],
    [
      'FailureThreshold 1 to 10, 3 by default',
      [HEALTH, 'turns after FailureThreshold results in a row, 3 by default, either way'],
    ],
    [
      'interval 10 or 30 seconds',
      [HEALTH, 'are run every 30 seconds, or every 10, less a jitter of up to a tenth'],
    ],
    [
      'ours reach private addresses',
      [PROBE, 'an endpoint that takes connections is healthy, one that refuses them is not'],
    ],
    [
      'all of it together',
      [
        `${ZONES}/routing/compared-routing.test.ts`,
        'answers of random … zones are among those that the rules allow',
      ],
    ],
  ],
  'changes and lists': [
    [
      'a batch is all or nothing',
      [STORE, 'a batch is all or nothing'],
      ['test/route53-cli.test.ts', 'does nothing of a batch in which one change is bad, and shows why'],
    ],
    ['DELETE must match exactly', [BATCH, 'deletes what matches exactly, its values in any order']],
    [
      'the same record twice is an error',
      [BATCH, 'with the same record twice is an error, but for a DELETE before a CREATE'],
    ],
    ['PENDING, then INSYNC', [HOSTED, 'has its change pending in the reply, and in sync whenever one asks']],
    [
      '1,000 records and 32,000 characters a request, UPSERT counting double',
      [BATCH, 'has at most 1,000 records and 32,000 value characters, UPSERT counting double'],
    ],
    ['300 a page', [RECORDS, 'has 300 on a page at most']],
    [
      'names in reversed-label order',
      [RECORDS, 'goes by reversed labels, type and set identifier'],
      [STORE, 'zones are listed by reversed labels, then ID'],
    ],
    ['a start type needs a start name', [RECORDS, 'is refused for a start that says too little or nothing']],
    [
      'a zone with records is not deleted, with two spaces',
      [STORE, 'a zone with records is not deleted, in the words of Route 53 (two spaces)'],
    ],
    [
      'a CallerReference seen before',
      [STORE, 'CreateHostedZone with a CallerReference seen before: HostedZoneAlreadyExists'],
    ],
    [
      'TestDNSAnswer, here for private zones too',
      [RECORDS, 'is asked as from the VPC that the resolver is in'],
    ],
  ],
  quotas: [
    ['500 zones an account', [STORE, 'an account has at most 500 zones, or what the limits say']],
    [
      '10,000 records a zone, 400 values a record, 100 of one name and type',
      [
        BATCH,
        'keeps the quotas: 10,000 records a zone, 400 values a record, 100 records of one name and type',
      ],
    ],
    [
      '300 VPCs a zone, 200 health checks',
      [STORE, 'a zone has at most 300 VPCs and an account 200 health checks, or what the limits say'],
    ],
    ['all of them as AWS states them', [STORE, 'the quotas of AWS are the ones of its documentation']],
    ['check knows them (scenarios/verify/quota)', [SCENARIOS, '…/…: …']],
  ],
};

describe('each fact of Route 53 has a test', () => {
  for (const [topic, facts] of Object.entries(FACTS)) {
    for (const [rule, ...tests] of facts) {
      test(`${topic}: ${rule}`, () => {
        assert.ok(tests.length > 0);
        for (const [file, name] of tests) assert.ok(hasTest(file, name), `${file} has no test ‘${name}’`);
      });
    }
  }
});

/** True for a test whose name stands in the source as it stands here; `…` is a part that is filled in. */
function hasTest(file: string, name: string): boolean {
  const text = readFileSync(resolve(ROOT, file), 'utf8');
  return ["'", '"', '`'].some((quote) =>
    new RegExp(`test\\(\\s*${literally(quote + name + quote)}`).test(text),
  );
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '\\$\\{[^}]*\\}');
}
