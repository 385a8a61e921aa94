import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { refused, startTestService, type TestService, vpc } from './test-service.ts';

let service: TestService;
const checkedTime = Date.UTC(2026, 0, 2, 3, 4, 5);
before(async () => {
  service = await startTestService({
    health: {
      status: () => ({ status: 'Success: HTTP Status Code 200, OK', checkedTime }),
      lastFailure: () => undefined,
    },
  });
});
after(() => service.stop());

let references = 0;
const HTTP: aws.HealthCheckConfig = { Type: 'HTTP', IPAddress: '10.10.0.5', ResourcePath: '/health' };
async function check(HealthCheckConfig = HTTP, CallerReference = `c${references++}`, client = service.owner) {
  const output = await client.send(new aws.CreateHealthCheckCommand({ CallerReference, HealthCheckConfig }));
  return { ...output.HealthCheck!, output };
}

describe('a health check', () => {
  test('is made with the values that its fields have where they are not given', async () => {
    const { Id, HealthCheckConfig, HealthCheckVersion, output } = await check();
    assert.equal(output.$metadata.httpStatusCode, 201);
    assert.equal(output.Location, `https://route53.amazonaws.com/2013-04-01/healthcheck/${Id}`);
    assert.equal(HealthCheckVersion, 1);
    assert.deepEqual(HealthCheckConfig, {
      ...HTTP,
      Port: 80,
      RequestInterval: 30,
      FailureThreshold: 3,
      MeasureLatency: false,
      Inverted: false,
      Disabled: false,
      EnableSNI: false,
    });
    const got = await service.owner.send(new aws.GetHealthCheckCommand({ HealthCheckId: Id }));
    assert.deepEqual(got.HealthCheck!.HealthCheckConfig, HealthCheckConfig);
  });

  test('can be calculated from others', async () => {
    const child = await check();
    const calculated = await check({
      Type: 'CALCULATED',
      ChildHealthChecks: [child.Id!],
      HealthThreshold: 1,
    });
    assert.deepEqual(calculated.HealthCheckConfig!.ChildHealthChecks, [child.Id]);
    await assert.rejects(
      check({ Type: 'CALCULATED', ChildHealthChecks: ['none'], HealthThreshold: 1 }),
      refused('InvalidInput', 400),
    );
  });

  test('is the same one for the same request again, and refused for another', async () => {
    const first = await check(HTTP, 'again');
    assert.equal((await check(HTTP, 'again')).Id, first.Id);
    await assert.rejects(check({ ...HTTP, Port: 81 }, 'again'), refused('HealthCheckAlreadyExists', 409));
  });

  test('is updated field by field, from the version that was seen last', async () => {
    const { Id } = await check();
    const update = (input: Partial<aws.UpdateHealthCheckCommandInput>) =>
      service.owner.send(new aws.UpdateHealthCheckCommand({ HealthCheckId: Id, ...input }));
    const { HealthCheck } = await update({ Port: 8080, HealthCheckVersion: 1 });
    assert.equal(HealthCheck!.HealthCheckVersion, 2);
    assert.equal(HealthCheck!.HealthCheckConfig!.Port, 8080);
    assert.equal(HealthCheck!.HealthCheckConfig!.ResourcePath, '/health');
    await assert.rejects(
      update({ Port: 1, HealthCheckVersion: 1 }),
      refused('HealthCheckVersionMismatch', 409),
    );
    await assert.rejects(update({ FailureThreshold: 11 }), refused('InvalidInput', 400));
    await assert.rejects(update({ ResetElements: ['ResourcePath'] }), refused('NotImplemented', 501));
  });

  test('tells what its checker saw last, and nothing where nothing was seen', async () => {
    const { Id: HealthCheckId } = await check();
    const { HealthCheckObservations: last } = await service.owner.send(
      new aws.GetHealthCheckStatusCommand({ HealthCheckId }),
    );
    assert.deepEqual(last, [
      { StatusReport: { Status: 'Success: HTTP Status Code 200, OK', CheckedTime: new Date(checkedTime) } },
    ]);
    const { HealthCheckObservations: failures } = await service.owner.send(
      new aws.GetHealthCheckLastFailureReasonCommand({ HealthCheckId }),
    );
    assert.deepEqual(failures, []);
  });

  test('is listed in pages and counted, and nobody else sees it', async () => {
    const { HealthCheckCount } = await service.owner.send(new aws.GetHealthCheckCountCommand({}));
    const seen = new Set<string>();
    for await (const page of aws.paginateListHealthChecks({ client: service.owner, pageSize: 2 }, {})) {
      for (const { Id } of page.HealthChecks!) seen.add(Id!);
    }
    assert.equal(seen.size, HealthCheckCount);
    const theirs = await service.guest.send(new aws.ListHealthChecksCommand({}));
    assert.deepEqual(theirs.HealthChecks, []);
    const { Id: HealthCheckId } = await check();
    await assert.rejects(
      service.guest.send(new aws.DeleteHealthCheckCommand({ HealthCheckId })),
      refused('AccessDenied', 403),
    );
  });

  test('is deleted', async () => {
    const { Id: HealthCheckId } = await check();
    await service.owner.send(new aws.DeleteHealthCheckCommand({ HealthCheckId }));
    await assert.rejects(
      service.owner.send(new aws.GetHealthCheckCommand({ HealthCheckId })),
      refused('NoSuchHealthCheck', 404),
    );
  });
});

describe('tags', () => {
  test('are added, replaced and removed, of zones and of health checks', async () => {
    const { Id } = await check();
    const zone = await service.owner.send(
      new aws.CreateHostedZoneCommand({ Name: 'tags.example', CallerReference: 'tags' }),
    );
    const resources = [
      ['healthcheck', Id!],
      ['hostedzone', zone.HostedZone!.Id!.replace(/.*\//, '')],
    ] as const;
    for (const [ResourceType, ResourceId] of resources) {
      const resource = { ResourceType, ResourceId };
      const put = (input: object) =>
        service.owner.send(new aws.ChangeTagsForResourceCommand({ ...resource, ...input }));
      await put({
        AddTags: [
          { Key: 'Name', Value: 'a' },
          { Key: 'constructor', Value: '' },
        ],
      });
      await put({ AddTags: [{ Key: 'Name', Value: 'b' }], RemoveTagKeys: ['constructor'] });
      const { ResourceTagSet } = await service.owner.send(new aws.ListTagsForResourceCommand(resource));
      assert.deepEqual(ResourceTagSet, { ...resource, Tags: [{ Key: 'Name', Value: 'b' }] });
      const { ResourceTagSets } = await service.owner.send(
        new aws.ListTagsForResourcesCommand({ ResourceType, ResourceIds: [ResourceId] }),
      );
      assert.deepEqual(ResourceTagSets, [ResourceTagSet]);
      await assert.rejects(put({}), refused('InvalidInput', 400));
      await assert.rejects(
        put({ AddTags: [{ Key: 'x'.repeat(129), Value: '' }] }),
        refused('InvalidInput', 400),
      );
    }
    const unknown = { ResourceType: 'vpc' as aws.TagResourceType, ResourceId: 'x' };
    await assert.rejects(
      service.owner.send(new aws.ListTagsForResourceCommand(unknown)),
      refused('InvalidInput', 400),
    );
  });
});

describe('limits', () => {
  test('of an account are told with what is used of them', async () => {
    const get = (Type: aws.AccountLimitType) => service.owner.send(new aws.GetAccountLimitCommand({ Type }));
    const { HealthCheckCount } = await service.owner.send(new aws.GetHealthCheckCountCommand({}));
    const { Limit, Count } = await get('MAX_HEALTH_CHECKS_BY_OWNER');
    assert.deepEqual(Limit, { Type: 'MAX_HEALTH_CHECKS_BY_OWNER', Value: 200 });
    assert.equal(Count, HealthCheckCount);
    assert.equal((await get('MAX_HOSTED_ZONES_BY_OWNER')).Limit!.Value, 500);
    await assert.rejects(get('toString' as aws.AccountLimitType), refused('InvalidInput', 400));
  });

  test('of a zone are told with what is used of them', async () => {
    const { HostedZone } = await service.owner.send(
      new aws.CreateHostedZoneCommand({
        Name: 'limits.example',
        CallerReference: 'limits',
        VPC: vpc('vpc-main'),
      }),
    );
    const get = (Type: string, HostedZoneId = HostedZone!.Id!) =>
      service.owner.send(
        new aws.GetHostedZoneLimitCommand({ HostedZoneId, Type: Type as aws.HostedZoneLimitType }),
      );
    assert.equal((await get('MAX_RRSETS_BY_ZONE')).Count, 2);
    assert.equal((await get('MAX_VPCS_ASSOCIATED_BY_ZONE')).Count, 1);
    await assert.rejects(get('NONE'), refused('InvalidInput', 400));
    const open = await service.owner.send(
      new aws.CreateHostedZoneCommand({ Name: 'limits.example', CallerReference: 'limits2' }),
    );
    await assert.rejects(
      get('MAX_VPCS_ASSOCIATED_BY_ZONE', open.HostedZone!.Id),
      refused('HostedZoneNotPrivate', 400),
    );
  });
});

describe('a reusable delegation set', () => {
  test('gives its name servers to the public zones that are made with it', async () => {
    const { DelegationSet, Location } = await service.owner.send(
      new aws.CreateReusableDelegationSetCommand({ CallerReference: 'set' }),
    );
    assert.match(DelegationSet!.Id!, /^\/delegationset\/N/);
    assert.match(Location!, /delegationset\/N/);
    const zone = await service.owner.send(
      new aws.CreateHostedZoneCommand({
        Name: 'set.example',
        CallerReference: 'zone',
        DelegationSetId: DelegationSet!.Id,
      }),
    );
    assert.deepEqual(zone.DelegationSet, DelegationSet);
    const zones = await service.owner.send(
      new aws.ListHostedZonesCommand({ DelegationSetId: DelegationSet!.Id }),
    );
    assert.equal(zones.HostedZones!.length, 1);
    const { Count } = await service.owner.send(
      new aws.GetReusableDelegationSetLimitCommand({
        DelegationSetId: DelegationSet!.Id,
        Type: 'MAX_ZONES_BY_REUSABLE_DELEGATION_SET',
      }),
    );
    assert.equal(Count, 1);
    const remove = new aws.DeleteReusableDelegationSetCommand({ Id: DelegationSet!.Id });
    await assert.rejects(service.owner.send(remove), refused('DelegationSetInUse', 400));
    await service.owner.send(new aws.DeleteHostedZoneCommand({ Id: zone.HostedZone!.Id }));
    await service.owner.send(remove);
    await assert.rejects(
      service.owner.send(new aws.GetReusableDelegationSetCommand({ Id: DelegationSet!.Id })),
      refused('NoSuchDelegationSet', 400),
    );
  });

  test('is made once for one caller reference, listed, and nobody else sees it', async () => {
    const create = () =>
      service.owner.send(new aws.CreateReusableDelegationSetCommand({ CallerReference: 'once' }));
    const { DelegationSet } = await create();
    await assert.rejects(create(), refused('DelegationSetAlreadyCreated', 400));
    const { DelegationSets } = await service.owner.send(new aws.ListReusableDelegationSetsCommand({}));
    assert.deepEqual(DelegationSets, [DelegationSet]);
    await assert.rejects(
      service.guest.send(new aws.GetReusableDelegationSetCommand({ Id: DelegationSet!.Id })),
      refused('AccessDenied', 403),
    );
    const asked = { Name: 'g.example', CallerReference: 'g', DelegationSetId: DelegationSet!.Id };
    await assert.rejects(
      service.guest.send(new aws.CreateHostedZoneCommand(asked)),
      refused('NoSuchDelegationSet', 400),
    );
  });
});
