import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { dig } from './system/dig.ts';
import { skipWithout } from './system/packages.ts';
import { OWNER, REGION, startZones, type ZoneService } from './system/zones.ts';

/** octoDNS's dynamic records, as its provider makes them: weighted values, failover pools over them, and geolocations over these. */
describe('octoDNS, for dynamic records', { skip: skipWithout('dig'), timeout: 300_000 }, () => {
  let service: ZoneService;
  let client: aws.Route53Client;
  let zoneId: string;
  before(async () => {
    const key = `${OWNER.id}:${OWNER.secret}@${OWNER.account}`;
    service = await startZones('--vpc', `vpc-main=127.10.0.0/16@${REGION}`, '--key', key);
    const credentials = { accessKeyId: OWNER.id, secretAccessKey: OWNER.secret };
    client = new aws.Route53Client({ endpoint: service.api, region: REGION, credentials });
    const VPC = { VPCId: 'vpc-main', VPCRegion: REGION } as const;
    const { HostedZone } = await client.send(
      new aws.CreateHostedZoneCommand({ Name: 'dyn.example', CallerReference: '1', VPC }),
    );
    zoneId = HostedZone!.Id!.replace('/hostedzone/', '');
  });
  after(async () => {
    client?.destroy();
    await service?.running.stop();
  });

  const change = (Changes: aws.Change[]) =>
    client.send(new aws.ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
  const create = (ResourceRecordSet: aws.ResourceRecordSet): aws.Change => ({
    Action: 'CREATE',
    ResourceRecordSet,
  });
  const value = (pool: string, address: string, HealthCheckId?: string): aws.ResourceRecordSet => ({
    ...{ Name: `_octodns-${pool}-value.dyn.example.`, Type: 'A', TTL: 60 },
    ...{ SetIdentifier: `${pool}-000`, Weight: 1, HealthCheckId },
    ResourceRecords: [{ Value: address }],
  });
  const alias = (DNSName: string): aws.AliasTarget => ({
    HostedZoneId: zoneId,
    DNSName,
    EvaluateTargetHealth: true,
  });
  const pool = (name: string, fallback: string): aws.ResourceRecordSet[] => {
    const owner = { Name: `_octodns-${name}-pool.dyn.example.`, Type: 'A' } as const;
    const primary = { SetIdentifier: `${name}-Primary`, Failover: 'PRIMARY' } as const;
    const secondary = { SetIdentifier: `${name}-Secondary-${fallback}`, Failover: 'SECONDARY' } as const;
    return [
      { ...owner, ...primary, AliasTarget: alias(`_octodns-${name}-value.dyn.example.`) },
      { ...owner, ...secondary, AliasTarget: alias(`_octodns-${fallback}-pool.dyn.example.`) },
    ];
  };
  const base: aws.ResourceRecordSet = {
    ...{ Name: '_octodns-default-pool.dyn.example.', Type: 'A', TTL: 60 },
    ResourceRecords: [{ Value: '10.0.0.9' }],
  };
  const geo = (rule: string, name: string, GeoLocation: aws.GeoLocation): aws.ResourceRecordSet => ({
    ...{ Name: 'dyn.example.', Type: 'A', SetIdentifier: `${rule}-${name}`, GeoLocation },
    AliasTarget: alias(`_octodns-${name}-pool.dyn.example.`),
  });
  const rules = () => [geo('0', 'eu', { ContinentCode: 'EU' }), geo('1', 'us', { CountryCode: '*' })];
  const address = async () => {
    const { status, answers } = await dig({
      client: '127.10.0.5',
      server: service.dns,
      name: 'dyn.example',
      type: 'A',
    });
    return answers[0]?.data ?? status;
  };

  test('values come before pools, pools before rules, in one batch; the rule of the place leads to its pool', async () => {
    const values = [base, value('eu', '10.0.0.1'), value('us', '10.0.0.2')];
    const pools = [...pool('eu', 'us'), ...pool('us', 'default')];
    // A pool that falls back on another one comes after it.
    const ordered = [...values, ...pool('us', 'default'), ...pool('eu', 'us'), ...rules()];
    await assert.rejects(change([...rules(), ...pools, ...values].map(create)), {
      name: 'InvalidChangeBatch',
      message: /that target was not found/,
    });
    assert.equal(await address(), 'NOERROR', 'nothing of a batch that is refused is there');
    await change(ordered.map(create));
    assert.equal(await address(), '10.0.0.1');
  });

  test('a value that is down by a health check that is disabled and inverted gives way to the fallback of its pool', async () => {
    const HealthCheckConfig: aws.HealthCheckConfig = {
      ...{ Type: 'HTTPS', IPAddress: '10.0.0.1', Port: 443, ResourcePath: '/_dns', EnableSNI: true },
      ...{
        FullyQualifiedDomainName: 'dyn.example',
        FailureThreshold: 6,
        RequestInterval: 10,
        MeasureLatency: true,
      },
      ...{ Disabled: true, Inverted: true },
    };
    const CallerReference = 'octodns:0001:A:dyn.example.:10.0.0.1';
    const { HealthCheck } = await client.send(
      new aws.CreateHealthCheckCommand({ CallerReference, HealthCheckConfig }),
    );
    await client.send(
      new aws.ChangeTagsForResourceCommand({
        ...{ ResourceType: 'healthcheck', ResourceId: HealthCheck!.Id },
        AddTags: [{ Key: 'Name', Value: 'dyn.example.:A - 10.0.0.1' }],
      }),
    );
    // It finds its health checks again by their caller references, page by page.
    const found: aws.HealthCheck[] = [];
    for await (const page of aws.paginateListHealthChecks({ client }, {})) found.push(...page.HealthChecks!);
    assert.deepEqual(
      found.map((each) => each.CallerReference),
      [CallerReference],
    );
    await change([{ Action: 'UPSERT', ResourceRecordSet: value('eu', '10.0.0.1', HealthCheck!.Id) }]);
    assert.equal(await address(), '10.0.0.2');
    await client.send(new aws.UpdateHealthCheckCommand({ HealthCheckId: HealthCheck!.Id, Inverted: false }));
    assert.equal(await address(), '10.0.0.1');
  });

  test('everything is deleted just as it is listed, rules first and values last', async () => {
    const { ResourceRecordSets } = await client.send(
      new aws.ListResourceRecordSetsCommand({ HostedZoneId: zoneId }),
    );
    const rank = ({ GeoLocation, Failover, AliasTarget }: aws.ResourceRecordSet) =>
      GeoLocation ? 0 : Failover === 'SECONDARY' ? 1 : AliasTarget ? 2 : 3;
    const own = ResourceRecordSets!.filter(({ Type }) => Type === 'A').sort((a, b) => rank(a) - rank(b));
    assert.equal(own.length, 9);
    await change(own.map((ResourceRecordSet) => ({ Action: 'DELETE', ResourceRecordSet })));
    assert.equal(await address(), 'NOERROR');
  });
});
