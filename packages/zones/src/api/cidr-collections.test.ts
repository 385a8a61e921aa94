import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-route-53';
import { refused, startTestService, type TestService } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

const create = async (Name: string, CallerReference = 'r', client = service.owner) =>
  (await client.send(new aws.CreateCidrCollectionCommand({ Name, CallerReference }))).Collection!;
const change = (Id: string, Changes: aws.CidrCollectionChange[], CollectionVersion?: number) =>
  service.owner.send(new aws.ChangeCidrCollectionCommand({ Id, Changes, CollectionVersion }));
const put = (LocationName: string, ...CidrList: string[]) =>
  ({ Action: 'PUT', LocationName, CidrList }) as const;
const remove = (LocationName: string, ...CidrList: string[]) =>
  ({ Action: 'DELETE_IF_EXISTS', LocationName, CidrList }) as const;
async function blocks(CollectionId: string, LocationName?: string) {
  const all: string[] = [];
  for await (const { CidrBlocks } of aws.paginateListCidrBlocks(
    { client: service.owner, pageSize: 2 },
    { CollectionId, LocationName },
  ))
    all.push(...CidrBlocks!.map((each) => `${each.LocationName} ${each.CidrBlock}`));
  return all;
}

describe('a CIDR collection', () => {
  test('is made once for one request, and has a name of its own', async () => {
    const made = await create('first');
    assert.deepEqual(
      [made.Name, made.Version, made.Arn],
      ['first', 1, `arn:aws:route53:::cidrcollection/${made.Id}`],
    );
    assert.deepEqual(await create('first'), made);
    await assert.rejects(create('first', 'other'), refused('CidrCollectionAlreadyExistsException', 400));
    await assert.rejects(create('not a name'), refused('InvalidInput', 400));
    await service.owner.send(new aws.DeleteCidrCollectionCommand({ Id: made.Id }));
    await assert.rejects(
      service.owner.send(new aws.DeleteCidrCollectionCommand({ Id: made.Id })),
      refused('NoSuchCidrCollectionException', 404),
    );
  });

  test('takes blocks in and gives them away, all of a request or nothing, and its version counts', async () => {
    const { Id } = await create('blocks');
    const { Id: changeId } = await change(Id!, [
      put('sydney', '203.0.113.0/24', '198.51.100.0/24'),
      put('berlin', '2001:db8::/32'),
    ]);
    const status = await service.owner.send(new aws.GetChangeCommand({ Id: changeId }));
    assert.equal(status.ChangeInfo!.Status, 'INSYNC');
    assert.deepEqual(await blocks(Id!), [
      'berlin 2001:db8::/32',
      'sydney 198.51.100.0/24',
      'sydney 203.0.113.0/24',
    ]);
    assert.deepEqual(await blocks(Id!, 'berlin'), ['berlin 2001:db8::/32']);
    await assert.rejects(
      change(Id!, [put('berlin', '192.0.2.0/24', '203.0.113.0/24')]),
      refused('CidrBlockInUseException', 400),
    );
    await change(
      Id!,
      [remove('sydney', '203.0.113.0/24', '192.0.2.0/24'), put('berlin', '203.0.113.0/24')],
      2,
    );
    assert.deepEqual(await blocks(Id!, 'sydney'), ['sydney 198.51.100.0/24']);
    await assert.rejects(
      change(Id!, [put('berlin', '192.0.2.0/24')], 2),
      refused('CidrCollectionVersionMismatchException', 409),
    );
    const { CidrCollections } = await service.owner.send(new aws.ListCidrCollectionsCommand());
    assert.equal(CidrCollections!.find((each) => each.Id === Id)!.Version, 3);
    const { CidrLocations } = await service.owner.send(
      new aws.ListCidrLocationsCommand({ CollectionId: Id }),
    );
    assert.deepEqual(
      CidrLocations!.map(({ LocationName }) => LocationName),
      ['berlin', 'sydney'],
    );
    await assert.rejects(blocks(Id!, 'oslo'), refused('NoSuchCidrLocationException', 404));
    await assert.rejects(
      service.owner.send(new aws.DeleteCidrCollectionCommand({ Id })),
      refused('CidrCollectionInUseException', 400),
    );
  });

  test('has blocks of 1 to 24 bits, or 48 of IPv6, and locations with a name', async () => {
    const { Id } = await create('limits');
    for (const [location, cidr] of [
      ['a', '203.0.113.0/25'],
      ['a', '0.0.0.0/0'],
      ['a', '2001:db8::/49'],
      ['a', '203.0.113.1/24'],
      ['a', 'nothing'],
      ['*', '203.0.113.0/24'],
      ['longer-than-sixteen', '203.0.113.0/24'],
    ] as const)
      await assert.rejects(
        change(Id!, [put(location, cidr)]),
        refused('InvalidInput', 400),
        `${location} ${cidr}`,
      );
    await assert.rejects(change(Id!, [put('a')]), refused('InvalidInput', 400));
    assert.deepEqual(await blocks(Id!), []);
  });

  test('belongs to its account, which has five at most', async () => {
    const own = await create('guests', 'g', service.guest);
    await assert.rejects(change(own.Id!, [put('a', '203.0.113.0/24')]), refused('AccessDenied', 403));
    const { CidrCollections } = await service.owner.send(new aws.ListCidrCollectionsCommand());
    assert.ok(!CidrCollections!.some(({ Id }) => Id === own.Id));
    for (const name of ['two', 'three', 'four', 'five']) await create(name, name, service.guest);
    await assert.rejects(create('six', 'six', service.guest), refused('LimitsExceeded', 400));
  });
});

describe('geolocations', () => {
  test('are listed, continents first, then the default, then countries with their states, page by page', async () => {
    const seen: string[] = [];
    let start: aws.ListGeoLocationsCommandInput = {};
    for (;;) {
      const page = await service.owner.send(new aws.ListGeoLocationsCommand({ ...start, MaxItems: 50 }));
      seen.push(
        ...page.GeoLocationDetailsList!.map(
          (each) => each.ContinentCode ?? [each.CountryCode, each.SubdivisionCode].filter(Boolean).join('-'),
        ),
      );
      if (!page.IsTruncated) break;
      start = {
        StartContinentCode: page.NextContinentCode,
        StartCountryCode: page.NextCountryCode,
        StartSubdivisionCode: page.NextSubdivisionCode,
      };
    }
    assert.equal(new Set(seen).size, seen.length - 4, 'AF, AS, NA and SA are also countries');
    assert.deepEqual(seen.slice(0, 9), ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA', '*', 'AD']);
    assert.ok(seen.indexOf('US') + 1 === seen.indexOf('US-AK') && seen.includes('US-WY'));
    assert.equal(seen.at(-1), 'ZW');
  });

  test('have names', async () => {
    const nameOf = async (input: aws.GetGeoLocationCommandInput) =>
      (await service.owner.send(new aws.GetGeoLocationCommand(input))).GeoLocationDetails;
    assert.deepEqual(await nameOf({ ContinentCode: 'OC' }), {
      ContinentCode: 'OC',
      ContinentName: 'Oceania',
    });
    assert.deepEqual(await nameOf({ CountryCode: 'US', SubdivisionCode: 'OR' }), {
      CountryCode: 'US',
      CountryName: 'United States',
      SubdivisionCode: 'OR',
      SubdivisionName: 'Oregon',
    });
    await assert.rejects(nameOf({ CountryCode: 'XX' }), refused('NoSuchGeoLocation', 404));
    await assert.rejects(nameOf({}), refused('InvalidInput', 400));
  });
});
