import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AWS_CLI, type AwsDriver, startAwsDriver } from './system/aws-driver.ts';
import { dig } from './system/dig.ts';
import { skipWithout } from './system/packages.ts';
import { KEYS, OWNER, REGION, route53, startZones, type ZoneService } from './system/zones.ts';

/** What the AWS CLI can ask for besides zones, records and health checks. */
describe('the AWS CLI', { skip: skipWithout(AWS_CLI, 'dig'), timeout: 600_000 }, () => {
  let service: ZoneService;
  let driver: AwsDriver;
  before(async () => {
    driver = startAwsDriver();
    service = await startZones('--vpc', `vpc-main=127.10.0.0/16@${REGION}`, ...KEYS);
  });
  after(() => Promise.all([service?.running.stop(), driver.stop()]));

  const own = async (...args: string[]) => {
    const { error, message, output } = await route53(driver.run, service.api, OWNER, ...args);
    assert.equal(error, undefined, `${args[0]}: ${error} ${message}`);
    return output;
  };
  const refused = async (...args: string[]) => (await route53(driver.run, service.api, OWNER, ...args)).error;

  test('makes a CIDR collection, and a public zone answers by it', async () => {
    const made = await own('create-cidr-collection', '--name', 'offices', '--caller-reference', '1');
    const { Id } = made.Collection;
    const changes = JSON.stringify([{ LocationName: 'lab', Action: 'PUT', CidrList: ['127.30.0.0/16'] }]);
    const { Id: change } = await own(
      ...['change-cidr-collection', '--id', Id, '--collection-version', '1', '--changes', changes],
    );
    assert.equal((await own('get-change', '--id', change)).ChangeInfo.Status, 'INSYNC');
    assert.equal((await own('list-cidr-collections')).CidrCollections[0].Version, 2);
    const collection = ['--collection-id', Id];
    assert.equal((await own('list-cidr-locations', ...collection)).CidrLocations[0].LocationName, 'lab');
    assert.deepEqual((await own('list-cidr-blocks', ...collection)).CidrBlocks, [
      { CidrBlock: '127.30.0.0/16', LocationName: 'lab' },
    ]);
    const zone = await own('create-hosted-zone', '--name', 'open.example', '--caller-reference', '1');
    const set = (LocationName: string, Value: string) => ({
      Action: 'CREATE',
      ResourceRecordSet: {
        ...{ Name: 'www.open.example', Type: 'A', TTL: 60, SetIdentifier: LocationName },
        CidrRoutingConfig: { CollectionId: Id, LocationName },
        ResourceRecords: [{ Value }],
      },
    });
    const batch = JSON.stringify({ Changes: [set('lab', '192.0.2.1'), set('*', '192.0.2.2')] });
    const id = ['--hosted-zone-id', zone.HostedZone.Id];
    await own('change-resource-record-sets', ...id, '--change-batch', batch);
    const addressFor = async (client: string) =>
      (await dig({ client, server: service.dns, name: 'www.open.example', type: 'A' })).answers[0]?.data;
    assert.equal(await addressFor('127.30.0.5'), '192.0.2.1');
    assert.equal(await addressFor('127.40.0.5'), '192.0.2.2');
    const record = ['--record-name', 'www.open.example', '--record-type', 'A'];
    const asked = await own('test-dns-answer', ...id, ...record, '--edns0-client-subnet-ip', '127.30.0.9');
    assert.deepEqual(asked.RecordData, ['192.0.2.1']);
    assert.equal(await refused('delete-cidr-collection', '--id', Id), 'CidrCollectionInUseException');
    const gone = JSON.stringify([
      { LocationName: 'lab', Action: 'DELETE_IF_EXISTS', CidrList: ['127.30.0.0/16'] },
    ]);
    await own('change-cidr-collection', '--id', Id, '--changes', gone);
    await own('delete-cidr-collection', '--id', Id);
    assert.deepEqual((await own('list-cidr-collections')).CidrCollections, []);
  });

  test('reads geolocations', async () => {
    const start = ['--start-country-code', 'US', '--start-subdivision-code', 'OR'];
    const { GeoLocationDetailsList } = await own('list-geo-locations', ...start);
    assert.equal(GeoLocationDetailsList[0].SubdivisionName, 'Oregon');
    const { GeoLocationDetails } = await own('get-geo-location', '--country-code', 'NZ');
    assert.equal(GeoLocationDetails.CountryName, 'New Zealand');
  });

  test('reads the limits of zones and delegation sets, and that nothing is signed', async () => {
    const vpc = `VPCRegion=${REGION},VPCId=vpc-main`;
    const zone = await own(
      ...['create-hosted-zone', '--name', 'limits.example', '--caller-reference', '2', '--vpc', vpc],
    );
    const id = ['--hosted-zone-id', zone.HostedZone.Id];
    const { Limit, Count } = await own('get-hosted-zone-limit', ...id, '--type', 'MAX_RRSETS_BY_ZONE');
    assert.deepEqual([Limit.Value, Count], [10_000, 2]);
    const { DelegationSet } = await own('create-reusable-delegation-set', '--caller-reference', '3');
    const set = ['--delegation-set-id', DelegationSet.Id];
    const limit = await own(
      ...['get-reusable-delegation-set-limit', ...set, '--type', 'MAX_ZONES_BY_REUSABLE_DELEGATION_SET'],
    );
    assert.deepEqual([limit.Limit.Value, limit.Count], [100, 0]);
    const open = await own('create-hosted-zone', '--name', 'unsigned.example', '--caller-reference', '4');
    const { Status } = await own('get-dnssec', '--hosted-zone-id', open.HostedZone.Id);
    assert.equal(Status.ServeSignature, 'NOT_SIGNING');
  });

  test('is told what the service does not have', async () => {
    assert.equal(await refused('list-traffic-policies'), 'NotImplemented');
    assert.equal(await refused('get-checker-ip-ranges'), 'NotImplemented');
  });
});
