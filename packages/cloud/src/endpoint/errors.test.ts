import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NO_DELAYS } from '../state/faults.ts';
import { type ClientAccess, OWNER, refused, startTestCloud, type TestCloud } from './test-cloud.ts';

let world: TestCloud;
before(async () => {
  world = await startTestCloud();
});
after(() => world.stop());
const open: { destroy: () => void }[] = [];
afterEach(() => {
  Object.assign(world.faults, NO_DELAYS);
  for (const client of open.splice(0)) client.destroy();
});

/** A call of each service, by its client's name. */
const CALLS: Readonly<Record<string, (access: ClientAccess) => Promise<unknown>>> = {
  sts: (access) => connect(new STSClient(access)).send(new GetCallerIdentityCommand({})),
  autoscaling: (access) =>
    connect(new AutoScalingClient(access)).send(new DescribeAutoScalingGroupsCommand({})),
  elb: (access) =>
    connect(new ElasticLoadBalancingV2Client(access)).send(new DescribeLoadBalancersCommand({})),
  ssm: (access) => connect(new SSMClient(access)).send(new GetParameterCommand({ Name: 'none' })),
  s3: (access) => connect(new S3Client(access)).send(new ListBucketsCommand({})),
};

function connect<Client extends { destroy: () => void }>(client: Client): Client {
  open.push(client);
  return client;
}

/** By service, what it says. */
type Words = Readonly<Record<string, readonly [code: string, status: number]>>;

async function allSay(words: Words, access: ClientAccess): Promise<void> {
  for (const [service, call] of Object.entries(CALLS)) {
    const [code, status] = words[service] ?? words.others!;
    await assert.rejects(call(access), refused(code, status), service);
  }
}

describe('each service says in its own words', () => {
  test('that it does not know who calls', async () => {
    await allSay(
      {
        ssm: ['UnrecognizedClientException', 400],
        s3: ['InvalidAccessKeyId', 403],
        others: ['InvalidClientTokenId', 403],
      },
      world.access({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }),
    );
  });

  test('that the signature is not the key’s', async () => {
    await allSay(
      { ssm: ['InvalidSignatureException', 400], others: ['SignatureDoesNotMatch', 403] },
      world.access({ ...OWNER, secretAccessKey: 'wrong' }),
    );
  });

  test('that there are too many calls', async () => {
    world.faults.throttle = 1;
    await allSay(
      { ssm: ['ThrottlingException', 400], s3: ['SlowDown', 503], others: ['Throttling', 400] },
      world.access(),
    );
  });

  test('that it is not there', async () => {
    world.faults.outage = 'unavailable';
    await allSay({ others: ['ServiceUnavailable', 503] }, world.access());
  });
});
