import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-auto-scaling';
import { OWNER, refused } from '../endpoint/test-cloud.ts';
import { CALLED_IN, startTestService, type TestService } from './test-service.ts';

let service: TestService;
before(async () => {
  service = await startTestService();
});
after(() => service.stop());

const HOOK = { LifecycleHookName: 'ready', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' };
const states = async (name: string) =>
  (await service.group(name))!.Instances!.map((each) => each.LifecycleState);
const first = async (name: string) => (await service.group(name))!.Instances![0]!.InstanceId!;

describe('an instance of a group', () => {
  test('is replaced when it is reported unhealthy, out of the grace period or at once', async () => {
    await service.create('reported', { HealthCheckGracePeriod: 60 });
    const report = (InstanceId: string, ShouldRespectGracePeriod: boolean) =>
      service.client.send(
        new aws.SetInstanceHealthCommand({ InstanceId, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod }),
      );
    const id = await first('reported');
    await report(id, true);
    assert.equal(await first('reported'), id);
    await report(id, false);
    const other = await first('reported');
    assert.notEqual(other, id);
    assert.equal(service.instance(id)!.state, 'terminated');
    await service.pass(60);
    await report(other, true);
    assert.notEqual(await first('reported'), other);
    const unknown = 'Instance Id not found - No managed instance found for instance ID: i-none';
    await assert.rejects(report('i-none', true), refused('ValidationError', 400, unknown));
  });

  test('is replaced when its status checks fail, when it stops and when somebody terminates it', async () => {
    await service.create('watched');
    const caller = { account: OWNER.account, region: service.access().region, accessKeyId: '' };
    const ends: ((id: string) => Promise<unknown>)[] = [
      async (id) => service.fabric.statuses.set(id, 'impaired'),
      (id) => service.cloud.ec2.StopInstances({ InstanceIds: [id] }, caller),
      (id) => service.cloud.ec2.TerminateInstances({ InstanceIds: [id] }, caller),
    ];
    for (const [index, end] of ends.entries()) {
      const id = await first('watched');
      await end(id);
      await service.pass(5);
      assert.notEqual(await first('watched'), id, String(index));
      assert.deepEqual(await states('watched'), ['InService']);
      assert.equal(service.instance(id)!.state, 'terminated');
    }
  });

  test('ends when a request says so, with the capacity or without', async () => {
    await service.create('ended', { MinSize: 1, DesiredCapacity: 2 });
    const end = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
      service.client.send(
        new aws.TerminateInstanceInAutoScalingGroupCommand({ InstanceId, ShouldDecrementDesiredCapacity }),
      );
    const id = await first('ended');
    const { Activity } = await end(id, true);
    assert.equal(Activity!.Description, `Terminating EC2 instance: ${id}`);
    assert.match(Activity!.Cause!, /in response to a user request/);
    assert.equal((await service.group('ended'))!.DesiredCapacity, 1);
    const last = await first('ended');
    await assert.rejects(
      end(last, true),
      refused('ValidationError', 400, /^Currently, desiredSize equals minSize/),
    );
    await end(last, false);
    assert.notEqual(await first('ended'), last);
  });

  test('is described, and may be protected', async () => {
    await service.create('described');
    const id = await first('described');
    const protect = (InstanceId: string) =>
      service.client.send(
        new aws.SetInstanceProtectionCommand({
          AutoScalingGroupName: 'described',
          InstanceIds: [InstanceId],
          ProtectedFromScaleIn: true,
        }),
      );
    await protect(id);
    await assert.rejects(protect('i-none'), refused('ValidationError', 400, /i-none is not part of/));
    const { AutoScalingInstances } = await service.client.send(
      new aws.DescribeAutoScalingInstancesCommand({ InstanceIds: [id] }),
    );
    assert.equal(AutoScalingInstances!.length, 1);
    const [described] = AutoScalingInstances!;
    assert.equal(described!.AutoScalingGroupName, 'described');
    assert.equal(described!.LifecycleState, 'InService');
    assert.equal(described!.HealthStatus, 'HEALTHY');
    assert.equal(described!.ProtectedFromScaleIn, true);
  });
});

describe('an instance that runs already', () => {
  const attach = (...InstanceIds: string[]) =>
    service.client.send(new aws.AttachInstancesCommand({ AutoScalingGroupName: 'joined', InstanceIds }));
  const detach = (InstanceId: string, ShouldDecrementDesiredCapacity: boolean) =>
    service.client.send(
      new aws.DetachInstancesCommand({
        AutoScalingGroupName: 'joined',
        InstanceIds: [InstanceId],
        ShouldDecrementDesiredCapacity,
      }),
    );

  test('leaves a group and joins it again, and runs all the while', async () => {
    await service.create('joined', { MinSize: 1, MaxSize: 2, DesiredCapacity: 2 });
    const id = await first('joined');
    const { Activities } = await detach(id, true);
    assert.equal(Activities![0]!.Description, `Detaching EC2 instance: ${id}`);
    assert.equal((await service.group('joined'))!.DesiredCapacity, 1);
    assert.equal(service.instance(id)!.state, 'running');
    await attach(id);
    const group = await service.group('joined');
    assert.equal(group!.DesiredCapacity, 2);
    assert.deepEqual(
      group!.Instances!.map((each) => each.LifecycleState),
      ['InService', 'InService'],
    );
    assert.ok(group!.Instances!.some(({ InstanceId }) => InstanceId === id));
    await detach(id, false);
    assert.equal((await service.group('joined'))!.Instances!.length, 2);
    assert.equal(service.instance(id)!.state, 'running');
  });

  test('is refused where it does not fit', async () => {
    const refuse = (call: Promise<unknown>, message: RegExp) =>
      assert.rejects(call, refused('ValidationError', 400, message));
    const id = await first('joined');
    await refuse(attach(id), /already part of AutoScalingGroup: joined/);
    await refuse(attach('i-none'), /Invalid Instance ID\(s\): \[i-none\]/);
    await refuse(detach('i-none', false), /i-none is not part of/);
    await detach(id, true);
    await refuse(detach(await first('joined'), true), /fewer than the min size 1/);
    const { Reservations } = await service.cloud.ec2.DescribeInstances(
      { Filters: [{ Name: 'instance-state-name', Values: ['terminated'] }] },
      { account: OWNER.account, region: service.access().region, accessKeyId: '' },
    );
    await refuse(attach(Reservations![0]!.Instances![0]!.InstanceId!), /not in correct state: terminated/);
  });
});

describe('a lifecycle hook', () => {
  const complete = (input: Partial<aws.CompleteLifecycleActionCommandInput>) =>
    service.client.send(
      new aws.CompleteLifecycleActionCommand({
        AutoScalingGroupName: 'hooked',
        LifecycleHookName: 'ready',
        LifecycleActionResult: 'CONTINUE',
        ...input,
      }),
    );
  const put = (input: Partial<aws.PutLifecycleHookCommandInput>) =>
    service.client.send(
      new aws.PutLifecycleHookCommand({
        AutoScalingGroupName: 'hooked',
        LifecycleHookName: 'ready',
        ...input,
      }),
    );

  test('holds an instance that launches until somebody completes it', async () => {
    await service.create('hooked', {
      LifecycleHookSpecificationList: [{ ...HOOK, HeartbeatTimeout: 30, DefaultResult: 'CONTINUE' }],
    });
    assert.deepEqual(await states('hooked'), ['Pending:Wait']);
    const InstanceId = await first('hooked');
    await service.pass(20);
    await service.client.send(
      new aws.RecordLifecycleActionHeartbeatCommand({
        AutoScalingGroupName: 'hooked',
        LifecycleHookName: 'ready',
        InstanceId,
      }),
    );
    await service.pass(20);
    assert.deepEqual(await states('hooked'), ['Pending:Wait']);
    await assert.rejects(
      complete({ InstanceId, LifecycleActionResult: 'PERHAPS' }),
      refused('ValidationError', 400, /PERHAPS/),
    );
    await complete({ InstanceId });
    assert.deepEqual(await states('hooked'), ['InService']);
    const none = `No active Lifecycle Action found with instance ID ${InstanceId}`;
    await assert.rejects(complete({ InstanceId }), refused('ValidationError', 400, none));
    await assert.rejects(
      complete({ LifecycleActionToken: 'x' }),
      refused('ValidationError', 400, /token x$/),
    );
  });

  test('that is abandoned or runs out ends the launch as it is set', async () => {
    await put({ DefaultResult: 'ABANDON' });
    const { LifecycleHooks } = await service.client.send(
      new aws.DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'hooked' }),
    );
    assert.deepEqual(LifecycleHooks, [
      {
        ...HOOK,
        AutoScalingGroupName: 'hooked',
        HeartbeatTimeout: 30,
        GlobalTimeout: 3000,
        DefaultResult: 'ABANDON',
      },
    ]);
    await service.client.send(
      new aws.SetDesiredCapacityCommand({ AutoScalingGroupName: 'hooked', DesiredCapacity: 2 }),
    );
    const waiting = async () =>
      (await service.group('hooked'))!.Instances!.find((each) => each.LifecycleState === 'Pending:Wait')!
        .InstanceId!;
    const abandoned = await waiting();
    await complete({ InstanceId: abandoned, LifecycleActionResult: 'ABANDON' });
    const late = await waiting();
    assert.notEqual(late, abandoned);
    assert.equal(service.instance(abandoned)!.state, 'terminated');
    await service.pass(30);
    assert.notEqual(await waiting(), late);
    assert.equal(service.instance(late)!.state, 'terminated');
  });

  test('holds an instance that terminates, whose metadata say where it is going', async () => {
    await put({ LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' });
    await service.create('draining', {
      LifecycleHookSpecificationList: [
        { LifecycleHookName: 'drain', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' },
      ],
    });
    const InstanceId = await first('draining');
    const { vpcId, primaryInterfaceId } = service.instance(InstanceId)!;
    const [address] = service.cloud.state.now().interfaces.get(primaryInterfaceId)!.addresses;
    const target = () => service.cloud.findMachine(vpcId, address!)?.targetLifecycleState;
    assert.equal(target(), 'InService');
    await service.client.send(
      new aws.SetDesiredCapacityCommand({ AutoScalingGroupName: 'draining', DesiredCapacity: 0 }),
    );
    assert.deepEqual(await states('draining'), ['Terminating:Wait']);
    assert.equal(target(), 'Terminated');
    await service.client.send(
      new aws.DeleteLifecycleHookCommand({ AutoScalingGroupName: 'draining', LifecycleHookName: 'drain' }),
    );
    assert.deepEqual(await states('draining'), []);
    assert.equal(service.instance(InstanceId)!.state, 'terminated');
    assert.equal(target(), undefined);
  });

  test('is refused with what is wrong', async () => {
    const refuse = (input: Partial<aws.PutLifecycleHookCommandInput>, message: RegExp) =>
      assert.rejects(put(input), refused('ValidationError', 400, message));
    await refuse({ LifecycleHookName: 'new' }, /^Lifecycle transition undefined is invalid/);
    await refuse({ HeartbeatTimeout: 29 }, /from 30 to 7200 seconds/);
    await refuse({ DefaultResult: 'PERHAPS' }, /CONTINUE or ABANDON/);
    await assert.rejects(put({ RoleARN: 'x' }), refused('NotImplemented', 501, /RoleARN/));
    const none = new aws.DeleteLifecycleHookCommand({
      AutoScalingGroupName: 'hooked',
      LifecycleHookName: 'none',
    });
    await assert.rejects(
      service.client.send(none),
      refused('ValidationError', 400, /hook found with name none/),
    );
  });
});

test('every operation of Auto Scaling that is served has been called, as far as it is tested here', () => {
  const called = service.called('autoscaling');
  assert.deepEqual(
    CALLED_IN.instances.filter((operation) => !called.includes(operation)),
    [],
  );
  assert.deepEqual(service.failures, []);
});
