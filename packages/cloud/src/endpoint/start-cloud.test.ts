import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AWS_LIMITS, createMemoryStore } from '@pointsman/zones';
import { route53Service } from '@pointsman/zones/api';
import { AWS, callAws, runAws } from '../../../../test/system/aws.ts';
import { skipWithout } from '../../../../test/system/packages.ts';
import { startCloud } from './start-cloud.ts';
import { GUEST, OWNER, REGION, refused, startTestCloud, type TestCloud } from './test-cloud.ts';

describe('One endpoint', () => {
  let cloud: TestCloud;
  let ec2: EC2Client;
  before(async () => {
    cloud = await startTestCloud();
    ec2 = new EC2Client(cloud.access());
  });
  after(async () => {
    ec2.destroy();
    await cloud.stop();
  });

  test('has every service, each for the account of the key', async () => {
    const sts = new STSClient(cloud.access(GUEST));
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, GUEST.account);
    const scaling = new AutoScalingClient(cloud.access());
    assert.deepEqual((await scaling.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups, []);
    const ssm = new SSMClient(cloud.access());
    await assert.rejects(
      ssm.send(new GetParameterCommand({ Name: 'none' })),
      refused('ParameterNotFound', 400),
    );
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    assert.equal(Vpc!.OwnerId, OWNER.account);
    for (const client of [sts, scaling, ssm]) client.destroy();
  });

  test('has every region, which see nothing of each other', async () => {
    const elsewhere = new EC2Client({ ...cloud.access(), region: 'us-west-2' });
    const { Vpc } = await elsewhere.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    assert.deepEqual(
      (await elsewhere.send(new DescribeVpcsCommand({}))).Vpcs!.map(({ VpcId }) => VpcId),
      [Vpc!.VpcId],
    );
    const here = (await ec2.send(new DescribeVpcsCommand({}))).Vpcs!;
    assert.ok(!here.some(({ VpcId }) => VpcId === Vpc!.VpcId));
    elsewhere.destroy();
  });

  test('has Route 53 beside the rest, which knows the VPCs that EC2 made', {
    skip: skipWithout(AWS),
  }, async () => {
    const findVpc = (id: string) => {
      const vpc = cloud.cloud.state.now().vpcs.get(id);
      if (!vpc) return undefined;
      const { account, region, dnsSupport, dnsHostnames } = vpc;
      return {
        id,
        account,
        region,
        cidrs: [],
        enableDnsSupport: dnsSupport,
        enableDnsHostnames: dnsHostnames,
      };
    };
    const route53 = route53Service({
      store: createMemoryStore({ findVpc, limits: AWS_LIMITS, now: Date.now }),
      limits: AWS_LIMITS,
      findVpc,
      health: { status: () => undefined, lastFailure: () => undefined },
      answerTest: () => ({ responseCode: 'NOERROR', recordData: [] }),
    });
    const options = { address: '127.0.0.1', port: 0, keys: [OWNER], services: [route53] };
    const server = await startCloud(cloud.cloud, options);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.3.0.0/16' }));
    const { HostedZone } = await callAws(
      runAws,
      { ...OWNER, region: REGION, endpoint: server.endpoint },
      ...['route53', 'create-hosted-zone', '--name', 'cloud.example', '--caller-reference', 'a'],
      ...['--vpc', `VPCRegion=${REGION},VPCId=${Vpc!.VpcId}`],
    );
    assert.equal(HostedZone.Name, 'cloud.example.');
    await server.stop();
  });

  test('refuses a key that nobody has, and a secret that is another one, as the service does', async () => {
    for (const wrong of [
      { ...OWNER, accessKeyId: 'AKIAOTHER' },
      { ...OWNER, secretAccessKey: 'other' },
    ]) {
      const stranger = new EC2Client(cloud.access(wrong));
      await assert.rejects(stranger.send(new DescribeVpcsCommand({})), refused('AuthFailure', 401));
      stranger.destroy();
    }
  });

  test('is throttled as its faults say', async () => {
    cloud.faults.throttle = 1;
    await assert.rejects(ec2.send(new DescribeVpcsCommand({})), refused('RequestLimitExceeded', 503));
    cloud.faults.throttle = 0;
    await ec2.send(new DescribeVpcsCommand({}));
  });

  test('is unavailable in an outage, or hangs in it', { timeout: 300_000 }, async () => {
    cloud.faults.outage = 'unavailable';
    await assert.rejects(ec2.send(new DescribeVpcsCommand({})), refused('Unavailable', 503));
    cloud.faults.outage = 'hang';
    const giveUp = new AbortController();
    let isAnswered = false;
    const hanging = ec2.send(new DescribeSubnetsCommand({}), { abortSignal: giveUp.signal }).finally(() => {
      isAnswered = true;
    });
    const isRejected = assert.rejects(hanging, { name: 'AbortError' });
    while (!cloud.called('ec2').includes('DescribeSubnets')) await setTimeout(5);
    cloud.faults.outage = 'none';
    await ec2.send(new DescribeVpcsCommand({}));
    assert.equal(isAnswered, false);
    giveUp.abort();
    await isRejected;
  });
});
