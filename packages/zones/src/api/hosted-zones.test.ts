import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { AWS_LIMITS } from '../store/store.ts';
import { OWNER, REGION, refused, startTestService, type TestService, vpc } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

let references = 0;
async function create(
  name: string,
  input: Partial<aws.CreateHostedZoneCommandInput> = {},
  client = service.owner,
) {
  const command = new aws.CreateHostedZoneCommand({
    Name: name,
    CallerReference: `r${references++}`,
    ...input,
  });
  const output = await client.send(command);
  return { ...output, id: output.HostedZone!.Id! };
}

describe('a hosted zone', () => {
  test('is made private by its VPC, and has no delegation set then', async () => {
    const made = await create('Private.Example', {
      VPC: vpc('vpc-main'),
      HostedZoneConfig: { Comment: 'x' },
    });
    assert.equal(made.$metadata.httpStatusCode, 201);
    assert.match(made.id, /^\/hostedzone\/Z[0-9A-Z]+$/);
    assert.equal(made.Location, `https://route53.amazonaws.com/2013-04-01${made.id}`);
    assert.equal(made.ChangeInfo!.Status, 'PENDING');
    assert.equal(made.DelegationSet, undefined);
    const got = await service.owner.send(new aws.GetHostedZoneCommand({ Id: made.id }));
    assert.equal(got.HostedZone!.Name, 'private.example.');
    assert.deepEqual(got.HostedZone!.Config, { Comment: 'x', PrivateZone: true });
    assert.equal(got.HostedZone!.ResourceRecordSetCount, 2);
    assert.deepEqual(got.VPCs, [vpc('vpc-main')]);
    assert.equal(got.DelegationSet, undefined);
  });

  test('is made public without one, with four name servers', async () => {
    const { id, DelegationSet } = await create('public.example');
    assert.equal(DelegationSet!.NameServers!.length, 4);
    assert.equal(DelegationSet!.Id, undefined);
    const got = await service.owner.send(new aws.GetHostedZoneCommand({ Id: id }));
    assert.deepEqual(got.DelegationSet, DelegationSet);
    assert.equal(got.HostedZone!.Config!.PrivateZone, false);
    assert.equal(got.VPCs?.length ?? 0, 0);
  });

  test('has its change pending in the reply, and in sync whenever one asks', async () => {
    const { ChangeInfo } = await create('change.example');
    const got = await service.owner.send(new aws.GetChangeCommand({ Id: ChangeInfo!.Id }));
    assert.deepEqual(got.ChangeInfo, { ...ChangeInfo, Status: 'INSYNC' });
    await aws.waitUntilResourceRecordSetsChanged(
      { client: service.owner, maxWaitTime: 60 },
      { Id: ChangeInfo!.Id },
    );
  });

  test('is made once for one caller reference', async () => {
    await create('once.example', { CallerReference: 'once' });
    await assert.rejects(
      create('once.example', { CallerReference: 'once' }),
      refused('HostedZoneAlreadyExists', 409),
    );
  });

  test('is not made for a VPC that is not there, or has one of that name already', async () => {
    await assert.rejects(create('novpc.example', { VPC: vpc('vpc-none') }), refused('InvalidVPCId', 400));
    await create('taken.example', { VPC: vpc('vpc-main') });
    await assert.rejects(
      create('taken.example', { VPC: vpc('vpc-main') }),
      refused('ConflictingDomainExists', 400),
    );
  });

  test('is not made private without a VPC, nor with half of one', async () => {
    const config = { HostedZoneConfig: { PrivateZone: true } };
    await assert.rejects(create('half.example', config), refused('InvalidInput', 400));
    await assert.rejects(
      create('half.example', { VPC: { VPCId: 'vpc-main' } }),
      refused('InvalidInput', 400),
    );
  });

  test('is not made of what is no domain name', async () => {
    for (const name of ['a..b', `${'x'.repeat(64)}.example`, '.']) {
      await assert.rejects(create(name), refused('InvalidDomainName', 400));
    }
  });

  test('has a comment that can be changed, and taken away', async () => {
    const { id } = await create('comment.example', { HostedZoneConfig: { Comment: 'old' } });
    const update = (Comment?: string) =>
      service.owner.send(new aws.UpdateHostedZoneCommentCommand({ Id: id, Comment }));
    assert.equal((await update('<new> & "better"')).HostedZone!.Config!.Comment, '<new> & "better"');
    assert.equal((await update()).HostedZone!.Config!.Comment, undefined);
  });

  test('is deleted when it has no records of its own, and is gone then', async () => {
    const { id } = await create('gone.example');
    const record = {
      Name: 'a.gone.example',
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.1' }],
    } as const;
    const change = (Action: aws.ChangeAction) =>
      service.owner.send(
        new aws.ChangeResourceRecordSetsCommand({
          HostedZoneId: id,
          ChangeBatch: {
            Changes: [
              { Action, ResourceRecordSet: { ...record, ResourceRecords: [...record.ResourceRecords] } },
            ],
          },
        }),
      );
    const remove = () => service.owner.send(new aws.DeleteHostedZoneCommand({ Id: id }));
    await change('CREATE');
    await assert.rejects(
      remove(),
      refused(
        'HostedZoneNotEmpty',
        400,
        'The specified hosted zone contains non-required resource record sets  and so cannot be deleted.',
      ),
    );
    await change('DELETE');
    assert.equal((await remove()).ChangeInfo!.Status, 'PENDING');
    await assert.rejects(
      service.owner.send(new aws.GetHostedZoneCommand({ Id: id })),
      refused('NoSuchHostedZone', 404, /^No hosted zone found with ID: Z/),
    );
  });

  test('is nothing that another account may see or change', async () => {
    const { id } = await create('mine.example');
    for (const command of [
      new aws.GetHostedZoneCommand({ Id: id }),
      new aws.DeleteHostedZoneCommand({ Id: id }),
      new aws.ListResourceRecordSetsCommand({ HostedZoneId: id }),
    ]) {
      await assert.rejects(
        service.guest.send(command as aws.GetHostedZoneCommand),
        refused('AccessDenied', 403),
      );
    }
    const theirs = await service.guest.send(new aws.ListHostedZonesCommand({}));
    assert.deepEqual(theirs.HostedZones, []);
  });

  test('is not signed, which tools ask before they delete it', async () => {
    const { id } = await create('unsigned.example');
    const got = await service.owner.send(new aws.GetDNSSECCommand({ HostedZoneId: id }));
    assert.equal(got.Status!.ServeSignature, 'NOT_SIGNING');
    const hidden = await create('unsigned-private.example', { VPC: vpc('vpc-main') });
    await assert.rejects(
      service.owner.send(new aws.GetDNSSECCommand({ HostedZoneId: hidden.id })),
      refused('InvalidArgument', 400),
    );
  });
});

describe('lists of hosted zones', () => {
  let lists: TestService;
  const names = ['example', 'a.example', 'b.example', 'a-b.example', 'a.a.example'];
  before(async () => {
    lists = await startTestService();
    for (const name of [...names, 'b.example']) await create(name, {}, lists.owner);
    await create('private.example', { VPC: vpc('vpc-main') }, lists.owner);
  });
  after(() => lists.stop());

  test('come in pages, each zone once', async () => {
    const seen: string[] = [];
    for await (const page of aws.paginateListHostedZones({ client: lists.owner, pageSize: 2 }, {})) {
      assert.ok(page.HostedZones!.length <= 2);
      seen.push(...page.HostedZones!.map(({ Id }) => Id!));
    }
    assert.equal(new Set(seen).size, 7);
    assert.equal(seen.length, 7);
  });

  test('can be of private zones only, or of a delegation set', async () => {
    const hidden = await lists.owner.send(
      new aws.ListHostedZonesCommand({ HostedZoneType: 'PrivateHostedZone' }),
    );
    assert.deepEqual(
      hidden.HostedZones!.map(({ Name }) => Name),
      ['private.example.'],
    );
    const none = await lists.owner.send(new aws.ListHostedZonesCommand({ DelegationSetId: 'N1' }));
    assert.deepEqual(none.HostedZones, []);
  });

  test('by name go by reversed labels, with a dot at the end', async () => {
    const { HostedZones } = await lists.owner.send(new aws.ListHostedZonesByNameCommand({}));
    assert.deepEqual(
      HostedZones!.map(({ Name }) => Name),
      [
        'example.',
        'a-b.example.',
        'a.example.',
        'a.a.example.',
        'b.example.',
        'b.example.',
        'private.example.',
      ],
    );
  });

  test('by name begin at the name given, and go on where the last page ended', async () => {
    const list = (input: aws.ListHostedZonesByNameCommandInput) =>
      lists.owner.send(new aws.ListHostedZonesByNameCommand(input));
    const first = await list({ DNSName: 'a.a.example', MaxItems: 2 });
    assert.deepEqual(
      first.HostedZones!.map(({ Name }) => Name),
      ['a.a.example.', 'b.example.'],
    );
    assert.equal(first.IsTruncated, true);
    assert.equal(first.NextDNSName, 'b.example.');
    const { NextDNSName: DNSName, NextHostedZoneId: HostedZoneId } = first;
    const second = await list({ DNSName, HostedZoneId });
    assert.deepEqual(
      second.HostedZones!.map(({ Name }) => Name),
      ['b.example.', 'private.example.'],
    );
    assert.equal(second.HostedZones![0]!.Id, `/hostedzone/${HostedZoneId}`);
    assert.equal(second.IsTruncated, false);
    assert.equal(second.NextDNSName, undefined);
    await assert.rejects(list({ HostedZoneId: 'Z1' }), refused('InvalidInput', 400));
    await assert.rejects(list({ DNSName: 'a..b' }), refused('InvalidDomainName', 400));
  });

  test('have a size that is at least one, and at most the most', async () => {
    for (const MaxItems of [0, -1, 1.5]) {
      await assert.rejects(
        lists.owner.send(new aws.ListHostedZonesCommand({ MaxItems })),
        refused('InvalidInput', 400),
      );
    }
    assert.equal((await lists.owner.send(new aws.ListHostedZonesCommand({ MaxItems: 5000 }))).MaxItems, 100);
  });

  test('of a VPC tell who owns each zone, whoever that is, to the owner of the VPC', async () => {
    const list = (client: aws.Route53Client, input = {}) =>
      client.send(new aws.ListHostedZonesByVPCCommand({ ...vpc('vpc-main'), ...input }));
    const { HostedZoneSummaries } = await list(lists.owner);
    assert.equal(HostedZoneSummaries!.length, 1);
    assert.equal(HostedZoneSummaries![0]!.Name, 'private.example.');
    assert.deepEqual(HostedZoneSummaries![0]!.Owner, { OwningAccount: OWNER.account });
    await assert.rejects(list(lists.guest), refused('AccessDenied', 403));
    await assert.rejects(list(lists.owner, { VPCRegion: 'us-east-1' }), refused('InvalidVPCId', 400));
    await assert.rejects(list(lists.owner, { NextToken: '?' }), refused('InvalidPaginationToken', 400));
  });

  test('of a VPC come in pages', async () => {
    await create('private2.example', { VPC: vpc('vpc-main') }, lists.owner);
    const list = (NextToken?: string) =>
      lists.owner.send(
        new aws.ListHostedZonesByVPCCommand({ VPCId: 'vpc-main', VPCRegion: REGION, MaxItems: 1, NextToken }),
      );
    const first = await list();
    const second = await list(first.NextToken);
    assert.notEqual(
      first.HostedZoneSummaries![0]!.HostedZoneId,
      second.HostedZoneSummaries![0]!.HostedZoneId,
    );
    assert.equal(second.NextToken, undefined);
  });

  test('have a count, of the account alone', async () => {
    const count = async (client: aws.Route53Client) =>
      (await client.send(new aws.GetHostedZoneCountCommand({}))).HostedZoneCount;
    assert.equal(await count(lists.owner), 8);
    assert.equal(await count(lists.guest), 0);
  });

  test('end where the account has as many as it may', async (t) => {
    const small = await startTestService({ limits: { ...AWS_LIMITS, zonesPerAccount: 1 } });
    t.after(small.stop);
    await create('a.example', {}, small.owner);
    await assert.rejects(create('b.example', {}, small.owner), refused('TooManyHostedZones', 400));
  });
});
