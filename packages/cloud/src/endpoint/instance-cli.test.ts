import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { AWS } from '../../../../test/system/aws.ts';
import { run } from '../../../../test/system/command.ts';
import { skipWithout } from '../../../../test/system/packages.ts';
import { NO_METADATA_FAULTS, serveMetadata } from '../metadata/serve-metadata.ts';
import { OWNER, REGION, startTestCloud, type TestCloud } from './test-cloud.ts';

const CALLER = { account: OWNER.account, region: REGION, accessKeyId: OWNER.accessKeyId };
const ADDRESS = '10.0.1.80';

/** The AWS CLI as it runs on an instance: it has no keys, and asks the metadata service for them. */
describe('the AWS CLI on an instance', { skip: skipWithout(AWS) }, () => {
  let world: TestCloud;
  let metadata: Server;
  before(async () => {
    world = await startTestCloud();
    const vpcId = await startInstance(world);
    const findMachine = () => world.cloud.findMachine(vpcId, ADDRESS);
    const key = new Uint8Array(32).fill(1);
    metadata = createServer(
      serveMetadata({ findMachine, key, faults: NO_METADATA_FAULTS, now: world.clock.now }),
    );
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    metadata.closeAllConnections();
    await new Promise((resolve) => metadata.close(resolve));
    await world.stop();
  });

  const aws = (...args: string[]) =>
    run(AWS, ['--endpoint-url', world.server.endpoint, ...args, '--output', 'json'], {
      env: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/`,
        AWS_DEFAULT_REGION: REGION,
        AWS_PAGER: '',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_METADATA_SERVICE_TIMEOUT: '30',
        AWS_MAX_ATTEMPTS: '1',
      },
    });
  const call = async (...args: string[]) => {
    const { code, stdout, stderr } = await aws(...args);
    assert.equal(code, 0, stderr);
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };

  test('is the role of the instance', async () => {
    const { Arn } = await call('sts', 'get-caller-identity');
    assert.match(Arn, /^arn:aws:sts::111111111111:assumed-role\/forwarder\/i-[0-9a-f]{17}$/);
  });

  test('does in each service what the role may, and is refused what not', async () => {
    const parameter = ['--name', '/acme/main/a', '--type', 'String', '--value', '{}'];
    assert.equal((await call('ssm', 'put-parameter', ...parameter)).Version, 1);
    const { AutoScalingGroups } = await call('autoscaling', 'describe-auto-scaling-groups');
    assert.deepEqual(AutoScalingGroups, []);
    const { code, stderr } = await aws('ssm', 'delete-parameter', '--name', '/acme/main/a');
    assert.equal(code, 254);
    assert.match(stderr, /\(AccessDeniedException\).* not authorized to perform: ssm:DeleteParameter on/);
  });

  test('copies files to S3, and is not sent again what it has', async () => {
    await world.cloud.objects.CreateBucket({ Bucket: 'acme' }, CALLER);
    const copied = await aws('s3', 'cp', '--no-progress', import.meta.filename, 's3://acme/main/a b.ts');
    assert.equal(copied.code, 0, copied.stderr);
    const { ETag } = await world.cloud.objects.HeadObject({ Bucket: 'acme', Key: 'main/a b.ts' }, CALLER);
    const same = ['get-object', '--bucket', 'acme', '--key', 'main/a b.ts', '--if-none-match', ETag!];
    const { code, stderr } = await aws('s3api', ...same, '/dev/null');
    assert.equal(code, 254);
    assert.match(stderr, /\(304\)/);
  });
});

/** An instance whose role may do nearly everything, at the address. Gives its VPC. */
async function startInstance({ cloud, settled }: TestCloud): Promise<string> {
  const statement = [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'ssm:Delete*', Resource: '*' },
  ];
  cloud.identity.putRole({
    account: OWNER.account,
    name: 'forwarder',
    policies: [JSON.stringify({ Statement: statement })],
  });
  const { ec2 } = cloud;
  const VpcId = (await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' }, CALLER)).Vpc!.VpcId!;
  const subnet = { VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: `${REGION}a` };
  const SubnetId = (await ec2.CreateSubnet(subnet, CALLER)).Subnet!.SubnetId!;
  await ec2.RunInstances(
    {
      ImageId: 'ami-0123456789abcdef0',
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
      PrivateIpAddress: ADDRESS,
      IamInstanceProfile: { Name: 'forwarder' },
    },
    CALLER,
  );
  await settled();
  return VpcId;
}
