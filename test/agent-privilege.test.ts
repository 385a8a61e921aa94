import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentStatus, PolicyDocument } from '@pointsman/host';
import {
  type AgentLab,
  documentedPolicy,
  MEMBERS,
  openAgentLab,
  skipWithoutLab,
} from './system/agent-lab.ts';

/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;
const GROUP = 'acme-main-a';
const DOCUMENTED = JSON.parse(documentedPolicy()) as PolicyDocument;

/** One availability zone with a member in an Auto Scaling group, and a spare. The role of both may do nothing at first. */
describe('the least that the role of an agent has to be allowed', {
  skip: skipWithoutLab,
  timeout: 600_000,
}, () => {
  const cleanups: (() => unknown)[] = [];
  const granted = new Set<string>();
  const machines: string[] = [];
  let lab: AgentLab;
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      policyOf(granted),
      // One that has no host keeps others from letting go of their addresses.
      { members: ['a'] },
    );
    await lab.configure('a');
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('each action of the documented policy is missed, said so, and enough to go on with', async () => {
    await lab.bootGroup('a', GROUP);
    await until(async () => (await firstOfGroup()) !== undefined);
    const holder = (await firstOfGroup())!;
    machines.push(holder);
    for (const action of ['ec2:DescribeNetworkInterfaces', 'autoscaling:DescribeAutoScalingInstances'])
      await grantWhenMissed(action, holder);
    for (const action of ['ec2:DescribeSubnets', 'ec2:AttachNetworkInterface'])
      await grantWhenMissed(action, holder);
    for (const action of ['ssm:GetParameter', 'ssm:PutParameter']) await grantWhenMissed(action, holder);
    await until(async () => (await lab.ask(MEMBERS.a!)) === '10.0.0.1');
    await grantWhenMissed('autoscaling:CompleteLifecycleAction', holder);
    await until(async () => (await findInstance(holder))?.LifecycleState === 'InService');

    const spare = await lab.boot('a');
    machines.push(spare);
    await grantWhenMissed('ec2:DescribeInstanceStatus', spare);
    await until(async () => lab.consoleOf(spare).includes('every address has its host: stands by'));

    // Not by a full disk: the console would be full, too.
    await lab.run(holder, 'sh', '-c', 'rm -r /var/lib/pointsman && touch /var/lib/pointsman');
    await until(async () => misses('ec2:DetachNetworkInterface', holder));
    assert.equal(lab.holderOf('a'), holder);
    assert.equal(await lab.ask(MEMBERS.a!), '10.0.0.1');
    await grantWhenMissed('ec2:DetachNetworkInterface', holder);
    await until(async () => lab.holderOf('a') === spare && (await lab.ask(MEMBERS.a!)) === '10.0.0.1');
    await until(async () => (await publishedStatus()).instanceId === spare);
    // What its group does then is shown elsewhere, and takes its time.
    const group = { AutoScalingGroupName: GROUP, ScalingProcesses: ['ReplaceUnhealthy'] };
    await lab.cloud.autoScaling.SuspendProcesses(group, lab.owner);
    await grantWhenMissed('autoscaling:SetInstanceHealth', holder);
    await until(async () => (await findInstance(holder))?.HealthStatus === 'UNHEALTHY');

    assert.equal(policyOf(granted), documentedPolicy());
  });

  /** The console of a machine says that its role lacks an action; then it has it. */
  async function grantWhenMissed(action: string, machine: string): Promise<void> {
    await until(async () => misses(action, machine));
    granted.add(action);
    const policies = [policyOf(granted)];
    lab.cloud.identity.putRole({ account: lab.owner.account, name: 'agent', policies });
  }

  function misses(action: string, machine: string): boolean {
    return lab
      .consoleOf(machine)
      .includes(`the role of this host may not do ${action}: allow it (docs/agent.md has the policy)`);
  }

  async function firstOfGroup(): Promise<string | undefined> {
    const input = { AutoScalingGroupNames: [GROUP] };
    const { AutoScalingGroups } = await lab.cloud.autoScaling.DescribeAutoScalingGroups(input, lab.owner);
    return AutoScalingGroups![0]!.Instances![0]?.InstanceId;
  }

  async function publishedStatus(): Promise<Partial<AgentStatus>> {
    const { Parameter } = await lab.cloud.parameters.GetParameter(
      { Name: '/pointsman/acme/status/main/a' },
      lab.owner,
    );
    return JSON.parse(Parameter!.Value!);
  }

  async function findInstance(InstanceId: string) {
    const input = { InstanceIds: [InstanceId] };
    const { AutoScalingInstances = [] } = await lab.cloud.autoScaling.DescribeAutoScalingInstances(
      input,
      lab.owner,
    );
    return AutoScalingInstances[0];
  }

  /** Where it does not come to be so, the consoles of the machines say why. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const consoles = () => machines.map((each) => `${each}:\n${lab.consoleOf(each)}`).join('\n');
      assert.ok(
        performance.now() < end,
        `not so after ${PATIENCE} ms; granted: ${[...granted]}\n${consoles()}`,
      );
      await delay(50);
    }
  }
});

/** The documented policy, of these actions only. */
function policyOf(actions: ReadonlySet<string>): string {
  const Statement = DOCUMENTED.Statement.map((each) => ({
    ...each,
    Action: each.Action.filter((action) => actions.has(action)),
  }));
  return JSON.stringify({ ...DOCUMENTED, Statement: Statement.filter(({ Action }) => Action.length > 0) });
}
