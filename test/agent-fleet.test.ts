import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AgentLab,
  documentedPolicy,
  MEMBERS,
  openAgentLab,
  skipWithoutLab,
} from './system/agent-lab.ts';

const ADDRESS = MEMBERS.b!;
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;
const GROUP = 'acme-main-b';

/** A member without a spare, in an Auto Scaling group of one. */
describe('an agent in an Auto Scaling group of the lab', { skip: skipWithoutLab, timeout: 600_000 }, () => {
  const cleanups: (() => unknown)[] = [];
  let lab: AgentLab;
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      documentedPolicy(),
      // One that has no host keeps others from letting go of their addresses.
      { members: ['b'] },
    );
    await lab.configure('b');
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('ends the wait of its launch when answers flow', async () => {
    await lab.bootGroup('b', GROUP);
    await until(async () => (await lab.ask(ADDRESS)) === '10.0.0.1');
    await until(async () => (await stateOf(lab.holderOf('b')!)) === 'InService');
    assert.match(
      lab.consoleOf(lab.holderOf('b')!),
      /<5>this host is ready: the hook answers is told CONTINUE/,
    );
  });

  test('replaces no machine where all upstreams are dead, the API throttles, and the metadata service is away', async () => {
    const holder = lab.holderOf('b')!;
    lab.upstream.answers = false;
    lab.metadata.outage = 'silent';
    lab.cloud.core.faults.throttle = 1;
    await until(async () => lab.consoleOf(holder).includes('RequestLimitExceeded'));
    await until(async () => (await lab.ask(ADDRESS)) === 'RCODE 2');
    lab.upstream.answers = true;
    await until(async () => (await lab.ask(ADDRESS)) === '10.0.0.1');
    lab.metadata.outage = 'none';
    lab.cloud.core.faults.throttle = 0;
    assert.equal(lab.holderOf('b'), holder);
    assert.equal(await stateOf(holder), 'InService');
  });

  test('a machine whose disk is full says so, lets go, and is replaced', async () => {
    const holder = lab.holderOf('b')!;
    await lab.fabric.fillDisk(holder);
    await until(async () => {
      const heir = lab.holderOf('b');
      return heir !== undefined && heir !== holder && (await lab.ask(ADDRESS)) === '10.0.0.1';
    });
    await until(async () => (await stateOf(lab.holderOf('b')!)) === 'InService');
  });

  async function stateOf(instanceId: string): Promise<string | undefined> {
    const input = { InstanceIds: [instanceId] };
    const { AutoScalingInstances = [] } = await lab.cloud.autoScaling.DescribeAutoScalingInstances(
      input,
      lab.owner,
    );
    return AutoScalingInstances[0]?.LifecycleState;
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const holder = lab.holderOf('b');
      assert.ok(
        performance.now() < end,
        `not so after ${PATIENCE} ms: ${holder}\n${holder && lab.consoleOf(holder)}`,
      );
      await delay(50);
    }
  }
});
