import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { removeLab } from '../index.ts';
import { defaultFolder, LAB_VARIABLE, markOf, namespaceOf } from '../names.ts';
import { networkNamespaceByName, processesIn, processesWith } from '../processes.ts';
import { namespacesOf } from '../remove-lab.ts';
import {
  canPing,
  openTrial,
  putVpc,
  removeTrial,
  skipWithoutRoot,
  startInstance,
  trialName,
  until,
} from './trial.fixture.ts';

/** What the builder says on its way; it is killed right after each, or a little later. */
const STEPS = ['opened', 'vpc 1', 'instance 1', 'instance 2', 'peering', 'attached', 'rebooted'];

/** Everything on this machine that carries the lab's mark. */
function leftOf(name: string): string[] {
  return [
    ...namespacesOf(name),
    ...processesWith(LAB_VARIABLE, name).map((pid) => `process ${pid}`),
    ...readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(markOf(name)) || line.includes(`/${name}/`)),
    ...[defaultFolder(name)].filter((path) => existsSync(path)),
  ];
}

/** Builds a lab in a process of its own, and kills that when it has said this. */
async function buildAndKill(t: TestContext, name: string, step: string, later: number): Promise<void> {
  const builder = spawn(process.execPath, [join(import.meta.dirname, 'builder.fixture.ts'), name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => builder.kill('SIGKILL'));
  const reached = Promise.withResolvers<void>();
  createInterface(builder.stdout).on('line', (line) => {
    if (line === step) reached.resolve();
  });
  const exited = once(builder, 'exit');
  await Promise.race([reached.promise, exited.then(() => assert.fail(`the builder ended before ${step}`))]);
  for (let turn = 0; turn < later; turn++) await new Promise(setImmediate);
  builder.kill('SIGKILL');
  await exited;
}

describe('a lab', { skip: skipWithoutRoot }, () => {
  it('leaves nothing when it is closed, not even a namespace without a name, and another lab runs on', async (t) => {
    const one = await openTrial('one');
    t.after(() => one.fabric.close());
    const other = await openTrial('other');
    t.after(() => other.fabric.close());
    for (const trial of [one, other]) {
      await putVpc(trial, 1);
      await startInstance(trial, 1, 10);
    }
    const outside = `pm-outside-${process.pid}`;
    execFileSync('ip', ['netns', 'add', outside]);
    t.after(() => execFileSync('ip', ['netns', 'delete', outside]));
    const linkOf = (namespace: string, link: string) =>
      `link add ${link} netns ${outside} type veth peer name probe netns ${namespace}`;
    // The far ends die with the lab's namespaces, when nothing keeps those any more.
    const lines = [
      linkOf(one.fabric.routerNamespace('vpc-1'), 'router'),
      linkOf(one.fabric.machineNamespace('i-1-10'), 'machine'),
    ];
    execFileSync('ip', ['-batch', '-'], { input: lines.join('\n') });
    await one.fabric.close();
    assert.deepEqual(leftOf(one.name), []);
    await until(
      'its namespaces are gone',
      () => !/router|machine/.test(execFileSync('ip', ['-netns', outside, 'link'], { encoding: 'utf8' })),
    );
    assert.ok(await canPing(other, 'i-1-10', '10.1.0.2'));
    assert.equal(await other.fabric.instanceStatus('i-1-10'), 'ok');
  });

  it('does not see a lab whose name begins with its own as a part of it', async (t) => {
    const longer = await openTrial('a-b');
    t.after(() => longer.fabric.close());
    await removeLab(trialName('a'));
    assert.ok(networkNamespaceByName(namespaceOf(longer.name, 'keeper')));
    assert.equal(
      processesIn(new Set([networkNamespaceByName(namespaceOf(longer.name, 'keeper'))!]), 'net').length,
      1,
    );
  });

  for (const [index, step] of STEPS.entries()) {
    it(`that was killed after "${step}" is removed whole`, async (t) => {
      const name = trialName(`killed-${index}`);
      t.after(() => removeTrial(name));
      await buildAndKill(t, name, step, index * 40);
      await removeLab(name);
      assert.deepEqual(leftOf(name), []);
    });
  }

  it('that was killed is removed by the next one of its name', async (t) => {
    const name = trialName('again');
    t.after(() => removeTrial(name));
    await buildAndKill(t, name, 'attached', 0);
    const next = await openTrial('again');
    await putVpc(next, 1);
    await startInstance(next, 1, 10);
    assert.ok(await canPing(next, 'i-1-10', '10.1.0.2'));
    await next.fabric.close();
    assert.deepEqual(leftOf(name), []);
  });
});
