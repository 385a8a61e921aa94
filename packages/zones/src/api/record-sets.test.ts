import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { refused, startTestService, type TestService, vpc } from './test-service.ts';

let service: TestService;
let zone: string;
let zones = 0;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());
beforeEach(async () => {
  const { HostedZone } = await service.owner.send(
    new aws.CreateHostedZoneCommand({ Name: 'z.example', CallerReference: `z${zones++}` }),
  );
  zone = HostedZone!.Id!;
});

type Change = [action: aws.ChangeAction, set: aws.ResourceRecordSet];
function change(...changes: Change[]) {
  const Changes = changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }));
  return service.owner.send(
    new aws.ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Comment: 'why', Changes } }),
  );
}
const record = (Name: string, Type: aws.RRType = 'A', ...values: string[]): aws.ResourceRecordSet => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: (values.length > 0 ? values : ['192.0.2.1']).map((Value) => ({ Value })),
});
const list = (input: Partial<aws.ListResourceRecordSetsCommandInput> = {}) =>
  service.owner.send(new aws.ListResourceRecordSetsCommand({ HostedZoneId: zone, ...input }));
async function listed(input = {}) {
  const { ResourceRecordSets } = await list(input);
  return ResourceRecordSets!.map(({ Name, Type, SetIdentifier }) =>
    [Name, Type, SetIdentifier].filter((part) => part !== undefined).join(' '),
  );
}

describe('a change batch', () => {
  test('creates, replaces and deletes record sets, and says so as AWS does', async () => {
    const { ChangeInfo } = await change(['CREATE', record('A.z.example')], ['UPSERT', record('b.z.example')]);
    assert.equal(ChangeInfo!.Comment, 'why');
    assert.deepEqual(await listed({ StartRecordName: 'a.z.example' }), ['a.z.example. A', 'b.z.example. A']);
    await change(['UPSERT', record('a.z.example', 'A', '192.0.2.2')], ['DELETE', record('b.z.example')]);
    const { ResourceRecordSets } = await list({ StartRecordName: 'a.z.example' });
    assert.deepEqual(ResourceRecordSets, [record('a.z.example.', 'A', '192.0.2.2')]);
  });

  test('is done whole or not at all, and says all that is wrong with it', async () => {
    await change(['CREATE', record('a.z.example')]);
    const before = await list();
    await assert.rejects(
      change(
        ['CREATE', record('new.z.example')],
        ['CREATE', record('a.z.example')],
        ['DELETE', record('none.z.example')],
      ),
      refused(
        'InvalidChangeBatch',
        400,
        "[Tried to create resource record set [name='a.z.example.', type='A'] but it already exists, Tried to delete resource record set [name='none.z.example.', type='A'] but it was not found]",
      ),
    );
    const { $metadata: _before, ...was } = before;
    const { $metadata: _after, ...is } = await list();
    assert.deepEqual(is, was);
  });

  test('is refused for changes that are none', async () => {
    await assert.rejects(change(), refused('InvalidInput', 400));
    await assert.rejects(
      change(['RENAME' as aws.ChangeAction, record('a.z.example')]),
      refused('InvalidInput', 400, /changes\.1\.member\.action/),
    );
    await assert.rejects(
      change(['CREATE', { Name: 'a.z.example', Type: 'A' }]),
      refused('InvalidInput', 400),
    );
    await assert.rejects(
      change(['CREATE', { ...record('a.z.example'), TrafficPolicyInstanceId: 'x' }]),
      refused('InvalidInput', 400),
    );
    await assert.rejects(
      change(['CREATE', { ...record('a.z.example'), HealthCheckId: 'none' }]),
      refused('NoSuchHealthCheck', 404),
    );
    zone = 'Z0';
    await assert.rejects(change(['CREATE', record('a.z.example')]), refused('NoSuchHostedZone', 404));
  });

  test('keeps every field of every routing policy', async () => {
    const SetIdentifier = 'one';
    const policies: aws.ResourceRecordSet[] = [
      { ...record('weighted.z.example.'), SetIdentifier, Weight: 0 },
      { ...record('latency.z.example.'), SetIdentifier, Region: 'eu-west-1' },
      { ...record('failover.z.example.'), SetIdentifier, Failover: 'PRIMARY' },
      {
        ...record('geo.z.example.'),
        SetIdentifier,
        GeoLocation: { CountryCode: 'US', SubdivisionCode: 'NY' },
      },
      { ...record('continent.z.example.'), SetIdentifier, GeoLocation: { ContinentCode: 'EU' } },
      {
        ...record('near.z.example.'),
        SetIdentifier,
        GeoProximityLocation: { Coordinates: { Latitude: '49.22', Longitude: '-74.01' }, Bias: -10 },
      },
      { ...record('many.z.example.'), SetIdentifier, MultiValueAnswer: true },
      {
        Name: 'alias.z.example.',
        Type: 'A',
        AliasTarget: {
          HostedZoneId: zone.replace(/.*\//, ''),
          DNSName: 'many.z.example.',
          EvaluateTargetHealth: true,
        },
      },
    ];
    await change(...policies.map((set): Change => ['CREATE', set]));
    const { ResourceRecordSets } = await list({ StartRecordName: 'a.z.example' });
    const byName = (sets: aws.ResourceRecordSet[]) => new Map(sets.map((set) => [set.Name, set]));
    assert.deepEqual(byName(ResourceRecordSets!), byName(policies));
    await change(...policies.toReversed().map((set): Change => ['DELETE', set]));
    assert.deepEqual(await listed(), ['z.example. NS', 'z.example. SOA']);
  });

  test('keeps what names and values have in them, whatever XML makes of it', async () => {
    const value = String.raw`"a <b> & \"c\" \374 ]]>" "  two  "`;
    await change(['CREATE', record('*.z.example', 'TXT', value)]);
    const { ResourceRecordSets } = await list({ StartRecordName: '*.z.example' });
    assert.equal(ResourceRecordSets![0]!.Name, String.raw`\052.z.example.`);
    assert.equal(ResourceRecordSets![0]!.ResourceRecords![0]!.Value, value);
    await change(['DELETE', record(String.raw`\052.z.example`, 'TXT', value)]);
  });
});

describe('a list of record sets', () => {
  beforeEach(() =>
    change(
      ['CREATE', record('a.z.example')],
      ['CREATE', record('a.z.example', 'TXT', '"t"')],
      ['CREATE', record('a-b.z.example')],
      ['CREATE', record('b.a.z.example')],
      ['CREATE', { ...record('w.z.example'), SetIdentifier: '2', Weight: 1 }],
      ['CREATE', { ...record('w.z.example'), SetIdentifier: '1', Weight: 1 }],
    ),
  );

  const ALL = [
    'z.example. NS',
    'z.example. SOA',
    'a-b.z.example. A',
    'a.z.example. A',
    'a.z.example. TXT',
    'b.a.z.example. A',
    'w.z.example. A 1',
    'w.z.example. A 2',
  ];

  test('goes by reversed labels, type and set identifier', async () => {
    assert.deepEqual(await listed(), ALL);
  });

  test('begins at the name and type given, or at what would come after them', async () => {
    assert.deepEqual(await listed({ StartRecordName: 'a.z.example' }), ALL.slice(3));
    assert.deepEqual(await listed({ StartRecordName: 'A.z.example.', StartRecordType: 'MX' }), ALL.slice(4));
    assert.deepEqual(await listed({ StartRecordName: 'aa.z.example' }), ALL.slice(6));
    assert.deepEqual(
      await listed({ StartRecordName: 'w.z.example', StartRecordType: 'A', StartRecordIdentifier: '2' }),
      ALL.slice(7),
    );
    assert.deepEqual(await listed({ StartRecordName: 'zz.z.example' }), []);
  });

  test('comes in pages of any size, each record set once', async () => {
    for (const MaxItems of [1, 2, 3, 7, 8]) {
      const seen: string[] = [];
      let start: Partial<aws.ListResourceRecordSetsCommandInput> = {};
      for (;;) {
        const page = await list({ ...start, MaxItems });
        assert.ok(page.ResourceRecordSets!.length <= MaxItems);
        assert.equal(page.MaxItems, MaxItems);
        seen.push(
          ...page.ResourceRecordSets!.map(({ Name, Type, SetIdentifier = '' }) =>
            `${Name} ${Type} ${SetIdentifier}`.trim(),
          ),
        );
        if (!page.IsTruncated) break;
        start = {
          StartRecordName: page.NextRecordName,
          StartRecordType: page.NextRecordType,
          StartRecordIdentifier: page.NextRecordIdentifier,
        };
      }
      assert.deepEqual(seen, ALL);
    }
  });

  test('has 300 on a page at most', async () => {
    for (let batch = 0; batch < 4; batch++) {
      await change(
        ...Array.from(
          { length: 100 },
          (_, index): Change => ['CREATE', record(`n${batch}-${index}.z.example`)],
        ),
      );
    }
    const { ResourceRecordSets, IsTruncated, MaxItems } = await list({ MaxItems: 1000 });
    assert.equal(ResourceRecordSets!.length, 300);
    assert.equal(MaxItems, 300);
    assert.equal(IsTruncated, true);
  });

  test('is refused for a start that says too little or nothing', async () => {
    await assert.rejects(list({ StartRecordType: 'A' }), refused('InvalidInput', 400));
    await assert.rejects(
      list({ StartRecordName: 'a.z.example', StartRecordIdentifier: '1' }),
      refused('InvalidInput', 400),
    );
    await assert.rejects(
      list({ StartRecordName: 'a.z.example', StartRecordType: 'NONE' as aws.RRType }),
      refused('InvalidInput', 400),
    );
    await assert.rejects(list({ StartRecordName: 'a..b' }), refused('InvalidInput', 400));
    await assert.rejects(list({ MaxItems: 0 }), refused('InvalidInput', 400));
  });
});

describe('a test of an answer', () => {
  test('is asked as from the VPC that the resolver is in', async (t) => {
    const asked: unknown[] = [];
    const other = await startTestService({
      answerTest: ({ zone, name, type, vpc }) => {
        asked.push([zone.name, name, type, vpc?.id]);
        return { responseCode: 'NXDOMAIN', recordData: [] };
      },
    });
    t.after(other.stop);
    const { HostedZone } = await other.owner.send(
      new aws.CreateHostedZoneCommand({ Name: 'p.example', CallerReference: '1', VPC: vpc('vpc-main') }),
    );
    const HostedZoneId = HostedZone!.Id!;
    await other.owner.send(
      new aws.AssociateVPCWithHostedZoneCommand({ HostedZoneId, VPC: vpc('vpc-second') }),
    );
    const ask = (input: Partial<aws.TestDNSAnswerCommandInput> = {}) =>
      other.owner.send(
        new aws.TestDNSAnswerCommand({ HostedZoneId, RecordName: 'A.p.example', RecordType: 'A', ...input }),
      );
    const { $metadata: _, ...answer } = await ask({ ResolverIP: '10.11.0.2' });
    assert.deepEqual(answer, {
      Nameserver: 'ns-0.awsdns-00.com',
      RecordName: 'a.p.example.',
      RecordType: 'A',
      RecordData: [],
      ResponseCode: 'NXDOMAIN',
      Protocol: 'UDP',
    });
    await ask();
    assert.deepEqual(asked, [
      ['p.example.', 'a.p.example.', 'A', 'vpc-second'],
      ['p.example.', 'a.p.example.', 'A', 'vpc-main'],
    ]);
    await assert.rejects(ask({ ResolverIP: '192.0.2.1' }), refused('InvalidInput', 400));
    await assert.rejects(ask({ ResolverIP: 'x' }), refused('InvalidInput', 400));
    await assert.rejects(ask({ RecordName: 'a..b' }), refused('InvalidInput', 400));
    await assert.rejects(ask({ RecordType: 'NONE' as aws.RRType }), refused('InvalidInput', 400));
  });
});
