import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import { makeCloud, makeSubnet, OWNER, refusedAs, runInstance } from './test-cloud.ts';

/** A cloud whose time is moved by the test, with a running instance and an interface that is free. */
async function standing() {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const cloud = makeCloud({ clock });
  const { subnetId, vpcId } = await makeSubnet(cloud);
  const { InstanceId } = await runInstance(cloud, subnetId);
  const { NetworkInterface } = await cloud.ec2.CreateNetworkInterface({ SubnetId: subnetId }, OWNER);
  const NetworkInterfaceId = NetworkInterface!.NetworkInterfaceId!;
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await cloud.core.background.settled();
  };
  const look = async () => {
    const { NetworkInterfaces } = await cloud.ec2.DescribeNetworkInterfaces(
      { NetworkInterfaceIds: [NetworkInterfaceId] },
      OWNER,
    );
    const { Status, Attachment } = NetworkInterfaces![0]!;
    return [Status, Attachment?.Status];
  };
  const attach = async (DeviceIndex = 1) => {
    const { AttachmentId } = await cloud.ec2.AttachNetworkInterface(
      { NetworkInterfaceId, InstanceId, DeviceIndex },
      OWNER,
    );
    return AttachmentId!;
  };
  const isInMachine = () => cloud.fabric.remembered.attachments.has(NetworkInterfaceId);
  return {
    ...cloud,
    clock,
    vpcId,
    subnetId,
    InstanceId: InstanceId!,
    NetworkInterfaceId,
    pass,
    look,
    attach,
    isInMachine,
  };
}

describe('An attachment', () => {
  test('takes its time to come and to go', async () => {
    const { core, ec2, pass, look, attach, isInMachine } = await standing();
    Object.assign(core.faults, { attachDelay: 2000, detachDelay: 4000 });
    const AttachmentId = await attach();
    await pass(1999);
    assert.deepEqual(await look(), ['in-use', 'attaching']);
    assert.equal(isInMachine(), false);
    await pass(1);
    assert.deepEqual(await look(), ['in-use', 'attached']);
    assert.equal(isInMachine(), true);
    await ec2.DetachNetworkInterface({ AttachmentId }, OWNER);
    await pass(3999);
    assert.deepEqual(await look(), ['in-use', 'detaching']);
    assert.equal(isInMachine(), true);
    await pass(1);
    assert.deepEqual(await look(), ['available', undefined]);
    assert.equal(isInMachine(), false);
  });

  test('that hangs is ended by force only', async () => {
    const { core, ec2, pass, look, attach, isInMachine } = await standing();
    const AttachmentId = await attach();
    await pass(0);
    core.faults.hangDetach = true;
    await ec2.DetachNetworkInterface({ AttachmentId }, OWNER);
    await pass(3_600_000);
    assert.deepEqual(await look(), ['in-use', 'detaching']);
    assert.equal(isInMachine(), true);
    await ec2.DetachNetworkInterface({ AttachmentId, Force: true }, OWNER);
    await pass(0);
    assert.deepEqual(await look(), ['available', undefined]);
    assert.equal(isInMachine(), false);
  });

  test('that fails leaves the interface available', async () => {
    const { core, pass, look, attach, isInMachine } = await standing();
    core.faults.failAttach = true;
    await attach();
    await pass(0);
    assert.deepEqual(await look(), ['available', undefined]);
    assert.equal(isInMachine(), false);
  });

  test('that the fabric does not bring about leaves the interface available, and is told', async () => {
    const { fabric, failures, pass, look, attach } = await standing();
    fabric.failOn = (call) => call === 'attachInterface';
    await attach();
    await pass(0);
    assert.deepEqual(await look(), ['available', undefined]);
    assert.match(String(failures), /attachInterface was made to fail/);
  });

  test('ends with its instance, after a while, and a fixed interface is available then', async () => {
    const { core, ec2, pass, look, attach, InstanceId, isInMachine, fabric } = await standing();
    await attach();
    await pass(0);
    core.faults.stopDelay = 3000;
    await ec2.TerminateInstances({ InstanceIds: [InstanceId] }, OWNER);
    await pass(2999);
    assert.deepEqual(await look(), ['in-use', 'attached']);
    await pass(1);
    assert.deepEqual(await look(), ['available', undefined]);
    assert.equal(isInMachine(), false);
    assert.equal(fabric.remembered.interfaces.size, 1);
  });
});

describe('A fabric that fails', () => {
  test('makes the call fail with InternalError, and nothing is changed', async () => {
    const { ec2, fabric, cloud, vpcId, subnetId } = await standing();
    const before = cloud.state.now();
    const told = structuredClone(fabric.remembered);
    fabric.failOn = () => true;
    const calls = [
      () => ec2.CreateVpc({ CidrBlock: '10.5.0.0/16' }, OWNER),
      () => ec2.CreateSubnet({ VpcId: vpcId, CidrBlock: '10.0.9.0/24' }, OWNER),
      () => ec2.CreateNetworkInterface({ SubnetId: subnetId }, OWNER),
      () => ec2.ModifyVpcAttribute({ VpcId: vpcId, EnableDnsSupport: { Value: false } }, OWNER),
      () => ec2.CreateSecurityGroup({ VpcId: vpcId, GroupName: 'a', Description: 'a' }, OWNER),
    ];
    for (const call of calls) await assert.rejects(call(), refusedAs('InternalError', /internal error/));
    assert.equal(cloud.state.now(), before);
    assert.deepEqual(fabric.remembered, told);
  });

  test('in the middle of a call has undone what it had done', async () => {
    const { ec2, fabric } = await standing();
    const { vpcs, dhcpOptions, securityGroups } = fabric.remembered;
    const sizes = [vpcs.size, dhcpOptions.size, securityGroups.size];
    fabric.failOn = (call) => call === 'putSecurityGroup';
    await assert.rejects(ec2.CreateVpc({ CidrBlock: '10.5.0.0/16' }, OWNER), refusedAs('InternalError'));
    assert.deepEqual([vpcs.size, dhcpOptions.size, securityGroups.size], sizes);
  });

  test('to boot a machine terminates the instance, with EC2 to blame', async () => {
    const { ec2, fabric, subnetId, core, pass, failures } = await standing();
    fabric.failOn = (call) => call === 'startInstance';
    const { InstanceId } = await runInstance({ ec2, core }, subnetId);
    await pass(0);
    const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [InstanceId!] }, OWNER);
    const { State, StateReason } = Reservations![0]!.Instances![0]!;
    assert.deepEqual([State!.Name, StateReason!.Code], ['terminated', 'Server.InternalError']);
    assert.match(String(failures), /startInstance was made to fail/);
  });

  test('to end a machine is asked again until it does', async () => {
    const { ec2, fabric, InstanceId, pass } = await standing();
    fabric.failOn = (call) => call === 'terminateInstance';
    await ec2.TerminateInstances({ InstanceIds: [InstanceId] }, OWNER);
    await pass(5000);
    assert.equal(fabric.remembered.instances.size, 1);
    fabric.failOn = () => false;
    await pass(5000);
    assert.equal(fabric.remembered.instances.size, 0);
  });
});

describe('Reads that lag', () => {
  test('see what was so long ago, also of what is gone', async () => {
    const { core, ec2, clock, NetworkInterfaceId, pass, look, attach } = await standing();
    core.faults.consistencyLag = 1000;
    await pass(5000);
    await attach();
    await pass(0);
    assert.deepEqual(await look(), ['available', undefined]);
    await pass(999);
    assert.deepEqual(await look(), ['available', undefined]);
    await pass(1);
    assert.deepEqual(await look(), ['in-use', 'attached']);
    await assert.rejects(
      ec2.DeleteNetworkInterface({ NetworkInterfaceId }, OWNER),
      refusedAs('InvalidParameterValue'),
    );
    core.faults.consistencyLag = 0;
    clock.advance(1);
    assert.deepEqual(await look(), ['in-use', 'attached']);
  });

  test('do not know yet what has just been made', async () => {
    const { core, ec2, subnetId, pass } = await standing();
    core.faults.consistencyLag = 1000;
    const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId: subnetId }, OWNER);
    const describe = () =>
      ec2.DescribeNetworkInterfaces({ NetworkInterfaceIds: [NetworkInterface!.NetworkInterfaceId!] }, OWNER);
    await assert.rejects(describe(), refusedAs('InvalidNetworkInterfaceID.NotFound'));
    await pass(1000);
    assert.equal((await describe()).NetworkInterfaces!.length, 1);
  });
});
