import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestedChange, ResourceRecordSet, Vpc } from './model.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { AWS_LIMITS, type Store, type StoreEvent, type StoreOptions } from './store.ts';

/** What every store does: the suite that each implementation runs. */

export const OWNER = '111111111111';
export const OTHER = '222222222222';
const vpc = (id: string, account: string): Vpc => ({
  id,
  region: 'eu-west-1',
  account,
  cidrs: [],
  enableDnsSupport: true,
  enableDnsHostnames: true,
});
const vpcs = [vpc('vpc-a', OWNER), vpc('vpc-b', OWNER), vpc('vpc-other', OTHER)];
export const key = (id: string) => ({ id, region: 'eu-west-1' });
export const OPTIONS: StoreOptions = {
  findVpc: (id) => vpcs.find((each) => each.id === id),
  limits: AWS_LIMITS,
  now: () => 0,
};

export async function refuses(
  writing: Promise<unknown>,
  code: RefusalCode,
  ...messages: (string | RegExp)[]
): Promise<void> {
  const error = await writing.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, code);
  messages.forEach((expected, index) => {
    if (typeof expected === 'string') assert.equal(error.messages[index], expected);
    else assert.match(error.messages[index]!, expected);
  });
}

export function addressSet(name: string, ...values: string[]): ResourceRecordSet {
  return { name, type: 'A', ttl: 60, values };
}

export function change(action: RequestedChange['action'], recordSet: ResourceRecordSet): RequestedChange {
  return { action, recordSet };
}

let references = 0;
export async function privateZone(store: Store, name = 'z.example', vpcId = 'vpc-a') {
  const zone = { account: OWNER, name, callerReference: `r${references++}`, vpc: key(vpcId) };
  return (await store.createZone(zone)).value;
}

export function describeStore(name: string, open: (options: StoreOptions) => Store | Promise<Store>): void {
  describe(`a store (${name})`, () => {
    const using = async (use: (store: Store) => Promise<void>, limits = {}) => {
      const store = await open({ ...OPTIONS, limits: { ...AWS_LIMITS, ...limits } });
      try {
        await use(store);
      } finally {
        await store.close();
      }
    };
    describeZones(using);
    describeAssociations(using);
    describeQuotas(using);
    describeRecordSets(using);
    describeTheRest(using);
  });
}

type Using = (use: (store: Store) => Promise<void>, limits?: object) => Promise<void>;

function describeZones(using: Using): void {
  test('a new private zone has the SOA and NS sets of Route 53 with TTLs 900 and 172800', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      assert.equal(zone.name, 'z.example.');
      const [ns, soa] = store.recordSets(zone.id, undefined, 10).recordSets;
      assert.deepEqual(
        [ns!.ttl, ns!.values],
        [
          172_800,
          [
            'ns-0.awsdns-00.com.',
            'ns-512.awsdns-00.net.',
            'ns-1024.awsdns-00.org.',
            'ns-1536.awsdns-00.co.uk.',
          ],
        ],
      );
      assert.deepEqual(soa, {
        name: 'z.example.',
        type: 'SOA',
        ttl: 900,
        values: ['ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400'],
      });
    }));

  test('CreateHostedZone with a CallerReference seen before: HostedZoneAlreadyExists', () =>
    using(async (store) => {
      const zone = { account: OWNER, name: 'a.example', callerReference: 'same', vpc: key('vpc-a') };
      await store.createZone(zone);
      await refuses(store.createZone({ ...zone, name: 'b.example' }), 'HostedZoneAlreadyExists');
      await store.createZone({ account: OWNER, name: 'p.example', callerReference: 'other' });
    }));

  test('a zone with records is not deleted, in the words of Route 53 (two spaces)', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const www = addressSet('www.z.example', '10.0.0.1');
      await store.changeRecordSets(zone.id, [change('CREATE', www)]);
      const message =
        'The specified hosted zone contains non-required resource record sets  and so cannot be deleted.';
      await refuses(store.deleteZone(zone.id), 'HostedZoneNotEmpty', message);
      await store.changeRecordSets(zone.id, [change('DELETE', www)]);
      await store.deleteZone(zone.id);
      assert.equal(store.zone(zone.id), undefined);
      await refuses(
        store.deleteZone(zone.id),
        'NoSuchHostedZone',
        `No hosted zone found with ID: ${zone.id}`,
      );
    }));

  test('an account has at most 500 zones, or what the limits say', () =>
    using(
      async (store) => {
        await privateZone(store, 'a.example');
        await refuses(privateZone(store, 'b.example'), 'TooManyHostedZones');
      },
      { zonesPerAccount: 1 },
    ));

  test('zones are listed by reversed labels, then ID', () =>
    using(async (store) => {
      for (const name of ['b.example', 'a.b.example', 'b-x.example', 'example', 'z.a'])
        await privateZone(store, name);
      const names = store.zones().map((zone) => zone.name);
      assert.deepEqual(names, ['z.a.', 'example.', 'b-x.example.', 'b.example.', 'a.b.example.']);
    }));

  test('a name that is no domain name is refused: InvalidDomainName', () =>
    using(async (store) => {
      for (const name of ['', '.', 'a..example', `${'a'.repeat(64)}.example`])
        await refuses(privateZone(store, name), 'InvalidDomainName');
    }));
}

function describeAssociations(using: Using): void {
  test('the same name twice on one VPC is refused at creation and at association: ConflictingDomainExists', () =>
    using(async (store) => {
      await privateZone(store, 'z.example', 'vpc-a');
      await refuses(privateZone(store, 'z.example', 'vpc-a'), 'ConflictingDomainExists');
      const second = await privateZone(store, 'z.example', 'vpc-b');
      await refuses(store.associateVpc(second.id, key('vpc-a'), OWNER), 'ConflictingDomainExists');
      await privateZone(store, 'sub.z.example', 'vpc-a');
    }));

  test('an unknown VPC, and one of another region, is an InvalidVPCId', () =>
    using(async (store) => {
      await refuses(privateZone(store, 'z.example', 'vpc-x'), 'InvalidVPCId');
      const zone = await privateZone(store);
      const elsewhere = { id: 'vpc-b', region: 'us-east-1' };
      await refuses(store.associateVpc(zone.id, elsewhere, OWNER), 'InvalidVPCId');
    }));

  test("cross-account: the zone's owner authorises, the VPC's owner associates, else NotAuthorizedException", () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const there = key('vpc-other');
      await refuses(store.associateVpc(zone.id, there, OTHER), 'NotAuthorizedException');
      await store.authorizeVpc(zone.id, there);
      await refuses(store.associateVpc(zone.id, there, OWNER), 'NotAuthorizedException');
      await store.associateVpc(zone.id, there, OTHER);
      await store.deauthorizeVpc(zone.id, there);
      const { vpcs: associated, authorizations } = store.zone(zone.id)!;
      assert.deepEqual(associated, [key('vpc-a'), there]);
      assert.deepEqual(authorizations, []);
      await refuses(store.deauthorizeVpc(zone.id, there), 'VPCAssociationAuthorizationNotFound');
    }));

  test('LastVPCAssociation, VPCAssociationNotFound and PublicZoneVPCAssociation', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      await refuses(store.disassociateVpc(zone.id, key('vpc-b')), 'VPCAssociationNotFound');
      await refuses(store.disassociateVpc(zone.id, key('vpc-a')), 'LastVPCAssociation');
      await store.associateVpc(zone.id, key('vpc-b'), OWNER);
      await store.disassociateVpc(zone.id, key('vpc-a'));
      assert.deepEqual(store.zone(zone.id)!.vpcs, [key('vpc-b')]);
      const open = { account: OWNER, name: 'public.example', callerReference: 'public' };
      const { value } = await store.createZone(open);
      await refuses(store.associateVpc(value.id, key('vpc-a'), OWNER), 'PublicZoneVPCAssociation');
    }));
}

function describeQuotas(using: Using): void {
  test('a zone has at most 300 VPCs and an account 200 health checks, or what the limits say', () =>
    using(
      async (store) => {
        const zone = await privateZone(store);
        await refuses(store.associateVpc(zone.id, key('vpc-b'), OWNER), 'LimitsExceeded');
        const check = (port: number) =>
          store.createHealthCheck({
            account: OWNER,
            callerReference: `${port}`,
            config: { type: 'TCP', ipAddress: '10.0.0.1', port },
          });
        await check(1);
        await refuses(check(2), 'TooManyHealthChecks');
      },
      { vpcsPerZone: 1, healthChecksPerAccount: 1 },
    ));

  test('the quotas of AWS are the ones of its documentation', () => {
    const { zonesPerAccount, recordSetsPerZone, vpcsPerZone, healthChecksPerAccount } = AWS_LIMITS;
    assert.deepEqual(
      [zonesPerAccount, recordSetsPerZone, vpcsPerZone, healthChecksPerAccount],
      [500, 10_000, 300, 200],
    );
  });
}

function describeRecordSets(using: Using): void {
  test('a batch is all or nothing', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const before = store.revision();
      const good = change('CREATE', addressSet('good.z.example', '10.0.0.1'));
      const bad = change('CREATE', addressSet('bad.z.example', '10.0.0.256'));
      await refuses(store.changeRecordSets(zone.id, [good, bad]), 'InvalidChangeBatch');
      assert.deepEqual(store.recordSetsAt(zone.id, 'good.z.example.'), []);
      assert.deepEqual([store.revision(), store.recordSetCount(zone.id)], [before, 2]);
    }));

  test('a write counts the revision up, is found by its change ID, and is seen by watchers before it is acknowledged', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const seen: StoreEvent[] = [];
      const stop = store.watch((event) => {
        assert.equal(store.revision(), event.revision);
        seen.push(event);
      });
      const before = store.revision();
      const www = addressSet('www.z.example', '10.0.0.1');
      const { change: made } = await store.changeRecordSets(zone.id, [change('CREATE', www)], 'why');
      assert.equal(seen.length, 1);
      assert.deepEqual([made.revision, store.revision(), made.comment], [before + 1, before + 1, 'why']);
      assert.deepEqual(store.change(made.id), made);
      stop();
      await store.changeRecordSets(zone.id, [change('DELETE', www)]);
      assert.equal(seen.length, 1);
    }));

  test('pages hold together while names come and go, in the order of reversed labels, type and set identifier', () =>
    using(
      async (store) => {
        const zone = await privateZone(store, 'z.example');
        const names = Array.from({ length: 1500 }, (_, index) => `n${index}.z.example.`);
        const put = (action: 'CREATE' | 'DELETE', list: string[]) =>
          store.changeRecordSets(
            zone.id,
            list.map((name) => change(action, addressSet(name, '10.0.0.1'))),
          );
        await put('CREATE', names.slice(0, 800));
        assert.equal(walk(store, zone.id).length, 802);
        await put('CREATE', names.slice(800));
        await put('DELETE', names.slice(100, 900));
        const left = [...names.slice(0, 100), ...names.slice(900)].sort();
        assert.deepEqual(walk(store, zone.id).slice(2), left);
      },
      { recordsPerChangeBatch: 2000 },
    ));

  test('a page may begin in the middle of a name', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const sets = ['one', 'two'].map((setIdentifier) => ({
        ...addressSet('w.z.example.', '10.0.0.1'),
        setIdentifier,
        weight: 1,
      }));
      const text = { name: 'w.z.example.', type: 'TXT', ttl: 1, values: ['"t"'] };
      await store.changeRecordSets(
        zone.id,
        [...sets, text].map((set) => change('CREATE', set)),
      );
      const page = store.recordSets(zone.id, { name: 'w.z.example.', type: 'A', setIdentifier: 'two' }, 1);
      assert.deepEqual(page.recordSets, [sets[1]]);
      assert.deepEqual(page.next, { name: 'w.z.example.', type: 'TXT', setIdentifier: undefined });
      assert.deepEqual(store.recordSets(zone.id, page.next, 10), { recordSets: [text], next: undefined });
    }));
}

/** The owner names of all record sets, by pages of seven. */
function walk(store: Store, zoneId: string): string[] {
  const names: string[] = [];
  for (let page = store.recordSets(zoneId, undefined, 7); ; page = store.recordSets(zoneId, page.next, 7)) {
    names.push(...page.recordSets.map(({ name }) => name));
    if (page.next === undefined) return names;
  }
}

function describeTheRest(using: Using): void {
  test('health checks have versions; the same request again gives the same one', () =>
    using(async (store) => {
      const asked = {
        account: OWNER,
        callerReference: 'check',
        config: { type: 'TCP' as const, ipAddress: '10.0.0.1', port: 80 },
      };
      const { value: check } = await store.createHealthCheck(asked);
      assert.deepEqual((await store.createHealthCheck(asked)).value, check);
      const other = { ...asked, config: { ...asked.config, port: 81 } };
      await refuses(store.createHealthCheck(other), 'HealthCheckAlreadyExists');
      const { value: updated } = await store.updateHealthCheck(check.id, { port: 82 }, 1);
      assert.deepEqual([updated.version, updated.config.port], [2, 82]);
      await refuses(store.updateHealthCheck(check.id, { port: 83 }, 1), 'HealthCheckVersionMismatch');
      await refuses(store.updateHealthCheck(check.id, { failureThreshold: 11 }, 2), 'InvalidInput');
      await store.deleteHealthCheck(check.id);
      await refuses(store.deleteHealthCheck(check.id), 'NoSuchHealthCheck');
    }));

  test('tags are added and removed, and go with what they are on', () =>
    using(async (store) => {
      const zone = await privateZone(store);
      const resource = { kind: 'hostedzone' as const, id: zone.id };
      await store.changeTags(resource, { team: 'dns', env: 'test' }, []);
      await store.changeTags(resource, { team: 'net' }, ['env']);
      assert.deepEqual(store.tags(resource), { team: 'net' });
      await store.deleteZone(zone.id);
      assert.deepEqual(store.tags(resource), {});
    }));

  test('a reusable delegation set gives its name servers to zones, and is kept while one uses it', () =>
    using(async (store) => {
      const { value: set } = await store.createDelegationSet({ account: OWNER, callerReference: 's' });
      assert.equal(set.nameServers.length, 4);
      const asked = { account: OWNER, name: 'p.example', callerReference: 'p', delegationSetId: set.id };
      const { value: zone } = await store.createZone(asked);
      assert.deepEqual(zone.nameServers, set.nameServers);
      await refuses(store.deleteDelegationSet(set.id), 'DelegationSetInUse');
      await store.deleteZone(zone.id);
      await store.deleteDelegationSet(set.id);
      assert.deepEqual(store.delegationSets(), []);
    }));

  test('a CIDR collection has each block in one location, counts its versions, and goes when it is empty', () =>
    using(async (store) => {
      const asked = { account: OWNER, name: 'offices', callerReference: 'c' };
      const { value: made } = await store.createCidrCollection(asked);
      const put = (locationName: string, ...cidrs: string[]) => ({
        action: 'PUT' as const,
        locationName,
        cidrs,
      });
      const { value: changed } = await store.changeCidrCollection(made.id, [put('a', '192.0.2.0/24')], 1);
      assert.deepEqual([changed.version, changed.locations], [2, { a: ['192.0.2.0/24'] }]);
      assert.deepEqual(store.cidrCollections(), [changed]);
      await refuses(
        store.changeCidrCollection(made.id, [put('b', '192.0.2.0/24')], 2),
        'CidrBlockInUseException',
      );
      await refuses(store.deleteCidrCollection(made.id), 'CidrCollectionInUseException');
      const remove = { ...put('a', '192.0.2.0/24'), action: 'DELETE_IF_EXISTS' as const };
      await store.changeCidrCollection(made.id, [remove], undefined);
      await store.deleteCidrCollection(made.id);
      assert.equal(store.cidrCollection(made.id), undefined);
    }));
}
