import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Machine } from './machine.ts';
import { type MetadataFaults, NO_METADATA_FAULTS, serveMetadata } from './serve-metadata.ts';
import { makeSessionTokens } from './session-tokens.ts';

const KEY = new Uint8Array(32).fill(7);
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const PRIMARY = '02:00:00:00:00:01';
const FIXED = '02:00:00:00:00:02';

const interfaceOf = (id: string, mac: string, deviceNumber: number, address: string) => ({
  id,
  mac,
  deviceNumber,
  attachedAt: START,
  ownerAccount: '111111111111',
  subnetId: 'subnet-1',
  vpcId: 'vpc-1',
  ipv4Addresses: [address],
  ipv6Addresses: [],
  subnetIpv4Cidr: '10.10.1.0/24',
  subnetIpv6Cidrs: [],
  vpcIpv4Cidrs: ['10.10.0.0/16', '10.11.0.0/16'],
  vpcIpv6Cidrs: ['fd00:1::/56'],
  securityGroupIds: ['sg-1', 'sg-2'],
});
const MACHINE: Machine = {
  instanceId: 'i-0a',
  account: '111111111111',
  region: 'eu-west-1',
  availabilityZone: 'eu-west-1a',
  instanceType: 't3.micro',
  imageId: 'ami-1',
  architecture: 'x86_64',
  hostname: 'ip-10-10-1-80.eu-west-1.compute.internal',
  launchedAt: START,
  interfaces: [
    interfaceOf('eni-1', PRIMARY, 0, '10.10.1.80'),
    { ...interfaceOf('eni-2', FIXED, 1, '10.10.1.53'), ipv6Addresses: ['fd00:1::53', 'fd00:1::54'] },
  ],
  userData: Uint8Array.from({ length: 256 }, (_, index) => index),
  profile: {
    arn: 'arn:aws:iam::111111111111:instance-profile/forwarder',
    id: 'AIPA1',
    roleName: 'forwarder',
    credentials: () => ({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      issuedAt: START,
      expiresAt: START + 3_600_000,
    }),
  },
  targetLifecycleState: 'InService',
  tags: { Name: 'main/a' },
};

let now = START;
let machine: Machine | undefined = MACHINE;
let server: Server;
const asked: string[] = [];
const faults: MetadataFaults = { ...NO_METADATA_FAULTS };
before(async () => {
  const findMachine = (address: string) => {
    asked.push(address);
    return machine;
  };
  server = createServer(serveMetadata({ findMachine, key: KEY, faults, now: () => now }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  now = START;
  machine = MACHINE;
  Object.assign(faults, NO_METADATA_FAULTS);
});
after(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function send(path: string, init: RequestInit = {}) {
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
    signal: AbortSignal.timeout(30_000),
    ...init,
  });
}

function askToken(headers: Record<string, string> = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }) {
  return send('/latest/api/token', { method: 'PUT', headers });
}

async function get(path: string, token?: string) {
  const headers = { 'X-aws-ec2-metadata-token': token ?? (await (await askToken()).text()) };
  return send(`/latest/${path}`, { headers });
}

async function read(path: string) {
  const response = await get(path);
  assert.equal(response.status, 200, path);
  return response.text();
}

describe('the session tokens of the metadata service', () => {
  test('are needed for everything', async () => {
    assert.equal((await send('/latest/meta-data/instance-id')).status, 401);
    assert.equal((await get('meta-data/instance-id', 'invented')).status, 401);
    assert.equal(await read('meta-data/instance-id'), 'i-0a');
  });

  test('are good until they expire, and for the instance that asked', async () => {
    const token = await (await askToken()).text();
    now = START + 59_999;
    assert.equal((await get('meta-data/mac', token)).status, 200);
    now = START + 60_000;
    assert.equal((await get('meta-data/mac', token)).status, 401);
    now = START;
    machine = { ...MACHINE, instanceId: 'i-0b' };
    assert.equal((await get('meta-data/mac', token)).status, 401);
  });

  test('are given for 1 to 21600 seconds', async () => {
    const lifetime = (seconds: string) => askToken({ 'X-aws-ec2-metadata-token-ttl-seconds': seconds });
    for (const seconds of ['0', '21601', '-1', '1.5', 'x', '', '1e3']) {
      assert.equal((await lifetime(seconds)).status, 400, seconds);
    }
    assert.equal((await askToken({})).status, 400);
    for (const seconds of ['1', '21600']) {
      const response = await lifetime(seconds);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('x-aws-ec2-metadata-token-ttl-seconds'), seconds);
    }
  });

  test('are refused to what a proxy passes on', async () => {
    const response = await askToken({
      'X-aws-ec2-metadata-token-ttl-seconds': '60',
      'X-Forwarded-For': '10.0.0.1',
    });
    assert.equal(response.status, 403);
  });

  test('cannot be made without the key, nor changed', () => {
    const tokens = makeSessionTokens(KEY);
    const good = Buffer.from(tokens.issue('i-0a', START + 1000), 'base64url');
    assert.ok(tokens.isGood(good.toString('base64url'), 'i-0a', START));
    const change = fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const changed = Buffer.from(good);
      changed[at]! ^= bits;
      return !tokens.isGood(changed.toString('base64url'), 'i-0a', START);
    });
    fc.assert(change);
    fc.assert(fc.property(fc.string(), (text) => !tokens.isGood(text, 'i-0a', START)));
  });
});

describe('the metadata of an instance', () => {
  test('is found by the source address of the connection', async () => {
    asked.length = 0;
    await read('meta-data/instance-id');
    assert.ok(asked.length > 0 && asked.every((address) => address === '127.0.0.1'));
    machine = undefined;
    assert.equal((await send('/latest/meta-data/')).status, 404);
  });

  test('has what agents ask for', async () => {
    assert.equal(await read('meta-data/placement/availability-zone'), 'eu-west-1a');
    assert.equal(await read('meta-data/placement/region'), 'eu-west-1');
    assert.equal(await read('meta-data/mac'), PRIMARY);
    assert.equal(await read('meta-data/local-ipv4'), '10.10.1.80');
    assert.equal(await read('meta-data/hostname'), MACHINE.hostname);
    assert.equal(await read('meta-data/instance-type'), 't3.micro');
    assert.equal(await read('meta-data/ami-id'), 'ami-1');
    assert.equal(await read('meta-data/autoscaling/target-lifecycle-state'), 'InService');
    assert.equal(await read('meta-data/tags/instance'), 'Name');
    assert.equal(await read('meta-data/tags/instance/Name'), 'main/a');
  });

  test('lists categories with a slash, and what has none without', async () => {
    assert.equal(await read(''), 'dynamic/\nmeta-data/\nuser-data');
    assert.equal(await read('meta-data/placement/'), 'availability-zone\nregion');
    assert.equal(await read('meta-data/network/interfaces/macs/'), `${PRIMARY}/\n${FIXED}/`);
    assert.equal(await read('meta-data/iam/security-credentials/'), 'forwarder');
  });

  test('describes each interface', async () => {
    const of = (name: string) => read(`meta-data/network/interfaces/macs/${FIXED}/${name}`);
    assert.equal(await of('device-number'), '1');
    assert.equal(await of('interface-id'), 'eni-2');
    assert.equal(await of('owner-id'), '111111111111');
    assert.equal(await of('subnet-id'), 'subnet-1');
    assert.equal(await of('vpc-id'), 'vpc-1');
    assert.equal(await of('local-ipv4s'), '10.10.1.53');
    assert.equal(await of('ipv6s'), 'fd00:1::53\nfd00:1::54');
    assert.equal(await of('subnet-ipv4-cidr-block'), '10.10.1.0/24');
    assert.equal(await of('vpc-ipv4-cidr-block'), '10.10.0.0/16');
    assert.equal(await of('vpc-ipv4-cidr-blocks'), '10.10.0.0/16\n10.11.0.0/16');
    assert.equal(await of('vpc-ipv6-cidr-blocks'), 'fd00:1::/56');
    assert.equal(await of('security-group-ids'), 'sg-1\nsg-2');
    const absent = await get(`meta-data/network/interfaces/macs/${PRIMARY}/ipv6s`);
    assert.equal(absent.status, 404);
  });

  test('gives credentials of the role, and says until when they are good', async () => {
    const info = JSON.parse(await read('meta-data/iam/info'));
    assert.equal(info.InstanceProfileArn, MACHINE.profile!.arn);
    assert.deepEqual(JSON.parse(await read('meta-data/iam/security-credentials/forwarder')), {
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: '2026-01-02T04:04:05Z',
    });
  });

  test('has an identity document', async () => {
    const document = JSON.parse(await read('dynamic/instance-identity/document'));
    assert.equal(document.accountId, '111111111111');
    assert.equal(document.privateIp, '10.10.1.80');
    assert.equal(document.pendingTime, '2026-01-02T03:04:05Z');
  });

  test('keeps user data as it was given, byte for byte', async () => {
    const response = await get('user-data');
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), MACHINE.userData);
  });

  test('is 404 where there is nothing, also at names that every object has', async () => {
    const { userData, profile, tags, targetLifecycleState, ...plain } = MACHINE;
    assert.ok(userData && profile && tags && targetLifecycleState);
    machine = plain;
    const absent = ['user-data', 'meta-data/iam/info', 'meta-data/tags/instance', 'meta-data/autoscaling/'];
    for (const path of [...absent, 'meta-data/toString', 'constructor', 'meta-data/mac/length']) {
      assert.equal((await get(path)).status, 404, path);
    }
    assert.equal((await send('/latest/meta-data/', { method: 'DELETE' })).status, 405);
  });
});

describe('a metadata service with a fault', () => {
  test('tells 0 as the device number of an interface that was attached just now', async () => {
    faults.deviceNumberLag = 5000;
    const path = `meta-data/network/interfaces/macs/${FIXED}/device-number`;
    now = START + 4999;
    assert.equal(await read(path), '0');
    now = START + 5000;
    assert.equal(await read(path), '1');
  });

  test('answers 503, or never', async () => {
    faults.outage = 'failing';
    assert.equal((await askToken()).status, 503);
    faults.outage = 'silent';
    const silence = send('/latest/meta-data/', { signal: AbortSignal.timeout(200) });
    await assert.rejects(silence, { name: 'TimeoutError' });
    faults.outage = 'none';
    assert.equal((await askToken()).status, 200);
  });

  test('answers late', async () => {
    faults.delay = 300;
    const impatient = send('/latest/meta-data/', { signal: AbortSignal.timeout(50) });
    await assert.rejects(impatient, { name: 'TimeoutError' });
    assert.equal((await askToken()).status, 200);
  });
});
