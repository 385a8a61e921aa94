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

/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;

/** Two Auto Scaling groups of one, each with the member of its availability zone. Nobody has written a configuration yet. */
describe('a launch that comes to nothing is given up, and its group tries another machine', {
  skip: skipWithoutLab,
  timeout: 600_000,
  concurrency: true,
}, () => {
  const cleanups: (() => unknown)[] = [];
  const consoles = new Map<string, string>();
  let lab: AgentLab;
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      documentedPolicy(),
    );
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('where there is no configuration; the next machine serves when there is one', async () => {
    await lab.bootGroup('a', 'acme-main-a', { agent: { launchWithin: 10 } });
    const first = await anotherInstance('acme-main-a');
    const heard = /the configuration cannot be read, .*ParameterNotFound/;
    await until(async () => heard.test(readConsole(first)));
    await until(async () =>
      /this host is not ready after 10 s: the hook answers is told ABANDON/.test(readConsole(first)),
    );
    await anotherInstance('acme-main-a', first);
    await lab.configure('a');
    await until(async () => (await lab.ask(MEMBERS.a!)) === '10.0.0.1');
    await until(async () => (await findInstance('acme-main-a'))?.LifecycleState === 'InService');
    assert.notEqual(lab.holderOf('a'), first);
  });

  test('where its engine cannot start, as another server has the port', async () => {
    const first = ['dnsmasq --port=53 --no-resolv --no-hosts'];
    await lab.bootGroup('b', 'acme-main-b', { agent: { launchWithin: 10 }, first });
    await lab.configure('b');
    const instance = await anotherInstance('acme-main-b');
    await until(async () =>
      /is not taken, .* port 53 is in use by another process/.test(readConsole(instance)),
    );
    await until(async () => /the hook answers is told ABANDON/.test(readConsole(instance)));
    await anotherInstance('acme-main-b', instance);
  });

  /** Waits for a group's instance that is another one. */
  async function anotherInstance(group: string, before?: string): Promise<string> {
    await until(async () => ![undefined, before].includes((await findInstance(group))?.InstanceId));
    return (await findInstance(group))!.InstanceId!;
  }

  async function findInstance(group: string) {
    const input = { AutoScalingGroupNames: [group] };
    const { AutoScalingGroups } = await lab.cloud.autoScaling.DescribeAutoScalingGroups(input, lab.owner);
    return AutoScalingGroups![0]!.Instances![0];
  }

  /** Also when the machine is gone. */
  function readConsole(instance: string): string {
    consoles.set(instance, lab.consoleOf(instance) || (consoles.get(instance) ?? ''));
    return consoles.get(instance)!;
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const texts = () => [...consoles].map(([id, text]) => `${id}:\n${text}`).join('\n');
      assert.ok(performance.now() < end, `not so after ${PATIENCE} ms\n${texts()}`);
      await delay(50);
    }
  }
});
