import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as aws from '@aws-sdk/client-sts';
import { GUEST, OWNER, REGION, refused, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';

let world: TestCloud;
before(async () => {
  world = await startTestCloud();
});
after(() => world.stop());

const open: { destroy: () => void }[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.destroy();
});
const connect = <Client extends { destroy: () => void }>(client: Client): Client => {
  open.push(client);
  return client;
};

const ROLE = 'arn:aws:iam::111111111111:role/forwarder';
const SESSION = 'arn:aws:sts::111111111111:assumed-role/forwarder/i-0a';

function putRole(...statements: object[]): void {
  const policies = [JSON.stringify({ Version: '2012-10-17', Statement: statements })];
  world.cloud.identity.putRole({ account: OWNER.account, name: 'forwarder', policies });
}

/** What an instance of the role has for clients. */
function asRole() {
  return world.access(
    world.cloud.identity.issue({ account: OWNER.account, roleName: 'forwarder', sessionName: 'i-0a' }),
  );
}

describe('a caller', () => {
  test('learns who it is', async () => {
    const ask = (access = world.access()) =>
      connect(new aws.STSClient(access)).send(new aws.GetCallerIdentityCommand({}));
    const { Account, Arn, UserId } = await ask();
    assert.deepEqual(
      [Account, Arn, UserId],
      [OWNER.account, 'arn:aws:iam::111111111111:root', OWNER.account],
    );
    putRole();
    const role = await ask(asRole());
    assert.equal(role.Arn, SESSION);
    assert.match(role.UserId!, /^AROA[0-9A-F]{17}:i-0a$/);
  });

  test('assumes a role of its own account, and is nobody else then', async () => {
    putRole();
    const sts = connect(new aws.STSClient(world.access()));
    const input = { RoleArn: ROLE, RoleSessionName: 'test' };
    const { Credentials, AssumedRoleUser } = await sts.send(new aws.AssumeRoleCommand(input));
    assert.equal(AssumedRoleUser!.Arn, SESSION.replace('i-0a', 'test'));
    assert.equal(Credentials!.Expiration!.getTime(), world.clock.now() + 3_600_000);
    const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
    const key = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
    const assumed = connect(new aws.STSClient(world.access(key)));
    const { Arn } = await assumed.send(new aws.GetCallerIdentityCommand({}));
    assert.equal(Arn, AssumedRoleUser!.Arn);
    const denied = `User: ${Arn} is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no identity-based policy allows the sts:AssumeRole action`;
    await assert.rejects(
      assumed.send(new aws.AssumeRoleCommand(input)),
      refused('AccessDenied', 403, denied),
    );
  });

  test('cannot assume what is not there or another account’s, nor with a bad name or duration', async () => {
    putRole();
    const assume = (input: Partial<aws.AssumeRoleCommandInput>, key = OWNER) =>
      connect(new aws.STSClient(world.access(key))).send(
        new aws.AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test', ...input }),
      );
    await assert.rejects(
      assume({ RoleArn: ROLE.replace('forwarder', 'none') }),
      refused('AccessDenied', 403),
    );
    await assert.rejects(
      assume({}, GUEST),
      refused('AccessDenied', 403, /^User: arn:aws:iam::222222222222:root/),
    );
    await assert.rejects(
      assume({ RoleSessionName: 'a b' }),
      refused('ValidationError', 400, /roleSessionName/),
    );
    await assert.rejects(assume({ DurationSeconds: 60 }), refused('ValidationError', 400, /between 900 and/));
    await assert.rejects(assume({ Policy: '{}' }), refused('NotImplemented', 501, /^Policy/));
  });
});

describe('temporary keys', () => {
  const describeVpcs = (access: ReturnType<typeof asRole>) =>
    connect(new EC2Client(access)).send(new DescribeVpcsCommand({}));

  test('are good for six hours', async () => {
    putRole({ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' });
    const { credentials, ...rest } = asRole();
    await describeVpcs({ ...rest, credentials });
    const expired = world.cloud.identity.findKey([])(credentials.accessKeyId, credentials.sessionToken);
    assert.equal(expired!.session!.expires, world.clock.now() + 6 * 3_600_000);
  });

  test('are nothing without their session token, or with another one', async () => {
    putRole({ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' });
    const { credentials, ...rest } = asRole();
    const { sessionToken, ...bare } = credentials;
    for (const wrong of [
      bare,
      { ...bare, sessionToken: `${sessionToken}x` },
      { ...bare, sessionToken: 'x' },
    ]) {
      await assert.rejects(describeVpcs({ ...rest, credentials: wrong }), refused('AuthFailure', 401));
    }
  });
});

describe('a role', () => {
  test('may do what its policies allow, and is told in the service’s words what not', async () => {
    putRole({ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*' });
    const ec2 = connect(new EC2Client(asRole()));
    await ec2.send(new DescribeVpcsCommand({}));
    await assert.rejects(
      ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' })),
      refused(
        'UnauthorizedOperation',
        403,
        `You are not authorized to perform this operation. User: ${SESSION} is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:${REGION}:111111111111:vpc/* because no identity-based policy allows the ec2:CreateVpc action`,
      ),
    );
    const ssm = connect(new SSMClient(asRole()));
    await assert.rejects(
      ssm.send(new GetParameterCommand({ Name: '/acme/main' })),
      refused(
        'AccessDeniedException',
        400,
        `User: ${SESSION} is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:${REGION}:111111111111:parameter/acme/main because no identity-based policy allows the ssm:GetParameter action`,
      ),
    );
  });

  test('may touch what has its tags, and only that', async () => {
    const owner = { account: OWNER.account, region: REGION, accessKeyId: OWNER.accessKeyId };
    const make = async (tier: string) => {
      const { Vpc } = await world.cloud.ec2.CreateVpc(
        {
          CidrBlock: '10.0.0.0/16',
          TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'pointsman:tier', Value: tier }] }],
        },
        owner,
      );
      return Vpc!.VpcId!;
    };
    const [own, other] = [await make('acme/main'), await make('acme/other')];
    putRole({
      Effect: 'Allow',
      Action: 'ec2:DeleteVpc',
      Resource: `arn:aws:ec2:${REGION}:111111111111:vpc/*`,
      Condition: { StringEquals: { 'aws:ResourceTag/pointsman:tier': 'acme/main' } },
    });
    const ec2 = connect(new EC2Client(asRole()));
    const denied = refused('UnauthorizedOperation', 403, new RegExp(`vpc/${other} because no`));
    await assert.rejects(ec2.send(new DeleteVpcCommand({ VpcId: other })), denied);
    await assert.rejects(
      ec2.send(new DeleteVpcCommand({ VpcId: own, DryRun: true })),
      refused('DryRunOperation', 412),
    );
    await ec2.send(new DeleteVpcCommand({ VpcId: own }));
  });

  test('may not do what is denied to it, whatever else allows it', async () => {
    putRole(
      { Effect: 'Allow', Action: 'ssm:*', Resource: '*' },
      { Effect: 'Deny', Action: 'ssm:PutParameter', Resource: 'arn:aws:ssm:*:*:parameter/fixed/*' },
    );
    const ssm = connect(new SSMClient(asRole()));
    const put = (Name: string) => ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String' }));
    await put('/free/a');
    const denied = /with an explicit deny in an identity-based policy$/;
    await assert.rejects(put('/fixed/a'), refused('AccessDeniedException', 400, denied));
  });

  test('may give the tags that a policy names when it creates, and no others', async () => {
    putRole(
      { Effect: 'Allow', Action: 'ec2:CreateVpc', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'ec2:CreateTags',
        Resource: '*',
        Condition: {
          StringEquals: { 'ec2:CreateAction': 'CreateVpc', 'aws:RequestTag/Name': 'lab' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['Name'] },
        },
      },
    );
    const ec2 = connect(new EC2Client(asRole()));
    const create = (...Tags: { Key: string; Value: string }[]) =>
      ec2.send(
        new CreateVpcCommand({
          CidrBlock: '10.9.0.0/16',
          TagSpecifications: [{ ResourceType: 'vpc', Tags }],
        }),
      );
    await create({ Key: 'Name', Value: 'lab' });
    const denied = refused('UnauthorizedOperation', 403, /ec2:CreateTags on resource/);
    await assert.rejects(create({ Key: 'Name', Value: 'other' }), denied);
    await assert.rejects(create({ Key: 'Name', Value: 'lab' }, { Key: 'more', Value: 'x' }), denied);
  });

  test('whose account has no roles any more has no policies to keep', async () => {
    putRole();
    const ec2 = connect(new EC2Client(asRole()));
    await assert.rejects(ec2.send(new DescribeVpcsCommand({})), refused('UnauthorizedOperation', 403));
    world.cloud.identity.deleteRole(OWNER.account, 'forwarder');
    await ec2.send(new DescribeVpcsCommand({}));
  });
});

test('every operation of STS that is served has been called', () => {
  assert.deepEqual(world.called('sts').sort(), Object.keys(world.cloud.identity.sts).sort());
  assert.deepEqual(world.failures, []);
});
