import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-auto-scaling';
import { OWNER, REGION, refused } from '../endpoint/test-cloud.ts';
import { CALLED_IN, startTestService, type TestService } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

const states = (group: aws.AutoScalingGroup | undefined) =>
  group!.Instances!.map((each) => each.LifecycleState);
const only = (group: aws.AutoScalingGroup | undefined) => group!.Instances![0]!;

describe('an Auto Scaling group', () => {
  test('launches from its template, in its subnets, with the tags that propagate', async () => {
    await service.create('made', {
      Tags: [
        { Key: 'pointsman:tier', Value: 'acme/main', PropagateAtLaunch: true },
        { Key: 'owner', Value: 'dns', PropagateAtLaunch: false },
      ],
    });
    const group = await service.group('made');
    assert.deepEqual(states(group), ['InService']);
    assert.equal(group!.LaunchTemplate!.LaunchTemplateName, 'forwarder');
    assert.match(group!.AutoScalingGroupARN!, /:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/made$/);
    const instance = service.instance(only(group).InstanceId!)!;
    assert.equal(instance.subnetId, service.subnets.a);
    assert.equal(instance.instanceType, 't3.micro');
    assert.deepEqual(instance.tags, { 'pointsman:tier': 'acme/main', 'aws:autoscaling:groupName': 'made' });
    assert.ok(service.fabric.remembered.instances.has(instance.id));
  });

  test('is changed, and follows', async () => {
    await service.create('changed');
    const update = (input: Partial<aws.UpdateAutoScalingGroupCommandInput>) =>
      service.client.send(
        new aws.UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'changed', ...input }),
      );
    await update({ MinSize: 2, MaxSize: 2, HealthCheckGracePeriod: 60 });
    const grown = await service.group('changed');
    assert.equal(grown!.DesiredCapacity, 2);
    assert.equal(grown!.HealthCheckGracePeriod, 60);
    assert.equal(states(grown).length, 2);
    await update({ VPCZoneIdentifier: `${service.subnets.a},${service.subnets.b}`, MinSize: 0, MaxSize: 0 });
    assert.deepEqual(states(await service.group('changed')), []);
    await assert.rejects(update({ MinSize: 3 }), refused('ValidationError', 400, /^Max bound, 0, must be/));
  });

  test('has the capacity that is asked for, within its bounds', async () => {
    await service.create('sized', { MinSize: 1 });
    const desire = (DesiredCapacity: number, HonorCooldown = false) =>
      service.client.send(
        new aws.SetDesiredCapacityCommand({ AutoScalingGroupName: 'sized', DesiredCapacity, HonorCooldown }),
      );
    await desire(3);
    assert.equal((await service.group('sized'))!.Instances!.length, 3);
    const above = 'New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup.';
    await assert.rejects(desire(4), refused('ValidationError', 400, above));
    await assert.rejects(desire(0), refused('ValidationError', 400, /is below min value 1/));
    await assert.rejects(desire(2, true), refused('ScalingActivityInProgressFault', 400));
  });

  test('is found by names and tags, page by page', async () => {
    const names = async (input: aws.DescribeAutoScalingGroupsCommandInput) => {
      const found: string[] = [];
      for await (const page of aws.paginateDescribeAutoScalingGroups({ client: service.client }, input)) {
        found.push(...page.AutoScalingGroups!.map((group) => group.AutoScalingGroupName!));
      }
      return found;
    };
    assert.deepEqual(await names({ Filters: [{ Name: 'tag:owner', Values: ['dns'] }] }), ['made']);
    assert.deepEqual(await names({ AutoScalingGroupNames: ['sized', 'none'] }), ['sized']);
    assert.deepEqual(await names({ MaxRecords: 1 }), ['changed', 'made', 'sized']);
    await assert.rejects(names({ MaxRecords: 101 }), refused('ValidationError', 400, /maxRecords/));
    await assert.rejects(names({ NextToken: 'x' }), refused('InvalidNextToken', 400));
  });

  test('is deleted when it is empty, or with all that is in it', async () => {
    const remove = (ForceDelete: boolean) =>
      service.client.send(
        new aws.DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'deleted', ForceDelete }),
      );
    await service.create('deleted');
    const { InstanceId } = only(await service.group('deleted'));
    await assert.rejects(remove(false), refused('ResourceInUseFault', 400, /while there are instances/));
    await remove(true);
    assert.equal(await service.group('deleted'), undefined);
    assert.equal(service.instance(InstanceId!)!.state, 'terminated');
    const gone = "AutoScalingGroup name not found - AutoScalingGroup 'deleted' not found";
    await assert.rejects(remove(true), refused('ValidationError', 400, gone));
    await service.create('deleted', { DesiredCapacity: 0 });
    await remove(false);
    assert.equal(await service.group('deleted'), undefined);
  });

  test('is refused with what is wrong', async () => {
    const refuse = (input: Partial<aws.CreateAutoScalingGroupCommandInput>, message: RegExp | string) =>
      assert.rejects(service.create('wrong', input), refused('ValidationError', 400, message));
    await refuse({ LaunchTemplate: undefined }, /must contain the LaunchTemplate/);
    await refuse(
      { LaunchTemplate: { LaunchTemplateName: 'none' } },
      /with template name none, does not exist/,
    );
    await refuse(
      { LaunchTemplate: { LaunchTemplateName: 'forwarder', Version: '9' } },
      /version, 9, does not/,
    );
    await refuse({ VPCZoneIdentifier: undefined }, /At least one VPC subnet/);
    await refuse({ VPCZoneIdentifier: 'subnet-none' }, "The subnet ID 'subnet-none' does not exist");
    await refuse({ AvailabilityZones: [`${REGION}b`] }, /availability zones .* do not match/);
    await refuse(
      { DesiredCapacity: 4 },
      'Desired capacity:4 must be between the specified min size:0 and max size:3',
    );
    await assert.rejects(
      service.create('made'),
      refused('AlreadyExistsFault', 400, /name made already exists/),
    );
    await assert.rejects(
      service.create('wrong', { CapacityRebalance: true }),
      refused('NotImplemented', 501),
    );
    assert.equal(await service.group('wrong'), undefined);
  });

  test('tries again when EC2 cannot launch, and its activities tell of it', async () => {
    service.fabric.failOn = (call) => call === 'putInterface';
    await service.create('unlucky');
    assert.deepEqual(states(await service.group('unlucky')), []);
    service.fabric.failOn = () => false;
    await service.pass(6);
    assert.deepEqual(states(await service.group('unlucky')), ['InService']);
    const { Activities } = await service.client.send(
      new aws.DescribeScalingActivitiesCommand({ AutoScalingGroupName: 'unlucky' }),
    );
    assert.deepEqual(
      Activities!.map(({ StatusCode }) => StatusCode),
      ['Successful', 'Failed'],
    );
    assert.match(Activities![0]!.Description!, /^Launching a new EC2 instance: i-/);
    assert.match(Activities![1]!.StatusMessage!, /Launching EC2 instance failed/);
    service.failures.length = 0;
  });

  test('has tags, which a request changes and deletes', async () => {
    const tag = { ResourceId: 'made', ResourceType: 'auto-scaling-group', Key: 'stage' };
    const describeTags = async () => {
      const Filters = [
        { Name: 'auto-scaling-group', Values: ['made'] },
        { Name: 'key', Values: ['stage'] },
      ];
      return (await service.client.send(new aws.DescribeTagsCommand({ Filters }))).Tags!;
    };
    const added = [{ ...tag, Value: 'test', PropagateAtLaunch: true }];
    await service.client.send(new aws.CreateOrUpdateTagsCommand({ Tags: added }));
    assert.deepEqual(await describeTags(), added);
    await service.client.send(new aws.DeleteTagsCommand({ Tags: [tag] }));
    assert.deepEqual(await describeTags(), []);
  });

  test('does nothing of what is suspended, until it is resumed', async () => {
    const input = { AutoScalingGroupName: 'suspended', ScalingProcesses: ['Launch'] };
    await service.create('suspended', { DesiredCapacity: 0 });
    await service.client.send(new aws.SuspendProcessesCommand(input));
    await service.client.send(
      new aws.SetDesiredCapacityCommand({ AutoScalingGroupName: 'suspended', DesiredCapacity: 1 }),
    );
    const held = await service.group('suspended');
    assert.deepEqual(states(held), []);
    assert.deepEqual(
      held!.SuspendedProcesses!.map((each) => each.ProcessName),
      ['Launch'],
    );
    await service.client.send(new aws.ResumeProcessesCommand(input));
    assert.deepEqual(states(await service.group('suspended')), ['InService']);
    const { Processes } = await service.client.send(new aws.DescribeScalingProcessTypesCommand({}));
    assert.ok(Processes!.some(({ ProcessName }) => ProcessName === 'ReplaceUnhealthy'));
  });
});

test('a role makes groups of launch templates whose role it may pass', async () => {
  const role = { account: OWNER.account, name: 'deployer' };
  const allow = (Action: string, Resource: string) => ({ Effect: 'Allow', Action, Resource });
  const put = (...Statement: object[]) =>
    service.cloud.identity.putRole({ ...role, policies: [JSON.stringify({ Statement })] });
  const session = { account: role.account, roleName: role.name, sessionName: 'test' };
  const client = new aws.AutoScalingClient(service.access(service.cloud.identity.issue(session)));
  const create = () =>
    client.send(
      new aws.CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'by-role',
        LaunchTemplate: { LaunchTemplateName: 'forwarder' },
        MinSize: 0,
        MaxSize: 0,
        VPCZoneIdentifier: service.subnets.a,
      }),
    );
  put(allow('autoscaling:*', '*'));
  const denied = /iam:PassRole on resource: arn:aws:iam::111111111111:role\/forwarder because/;
  await assert.rejects(create(), refused('AccessDenied', 403, denied));
  put(allow('autoscaling:*', '*'), allow('iam:PassRole', 'arn:aws:iam::*:role/forwarder'));
  await create();
  client.destroy();
  service.cloud.identity.deleteRole(role.account, role.name);
});

test('every operation of Auto Scaling that is served has been called, here or beside', () => {
  const all = [...CALLED_IN.groups, ...CALLED_IN.instances];
  assert.deepEqual(all.sort(), Object.keys(service.cloud.autoScaling).sort());
  const called = service.called('autoscaling');
  assert.deepEqual(
    CALLED_IN.groups.filter((operation) => !called.includes(operation)),
    [],
  );
  assert.deepEqual(service.failures, []);
});
