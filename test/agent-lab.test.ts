import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AgentLab,
  documentedPolicy,
  MEMBERS,
  openAgentLab,
  skipWithoutLab,
} from './system/agent-lab.ts';
import { POINTSMAN, run } from './system/command.ts';

const ADDRESS = MEMBERS.a!;
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;

/** One availability zone with a member and its spare, each on a real machine, with no more than the documented policy. */
describe('agents on machines of the lab', { skip: skipWithoutLab, timeout: 600_000 }, () => {
  const cleanups: (() => unknown)[] = [];
  let lab: AgentLab;
  let machines: string[] = [];
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      documentedPolicy(),
    );
    await lab.configure('a');
    Object.assign(lab.cloud.core.faults, { attachDelay: 2000, detachDelay: 2000 });
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('three instances race for the address of a member: one answers at it, the others stand by', async () => {
    machines = await Promise.all([lab.boot('a'), lab.boot('a'), lab.boot('a')]);
    await until(async () => (await lab.ask(ADDRESS)) === '10.0.0.1');
    const holder = lab.holderOf('a')!;
    assert.ok(machines.includes(holder));
    for (const spare of machines.filter((each) => each !== holder))
      await until(async () => lab.consoleOf(spare).includes('every address has its host: stands by'));
  });

  test('a spare takes over from a machine that is terminated', async (t) => {
    const holder = lab.holderOf('a')!;
    const start = performance.now();
    await lab.cloud.ec2.TerminateInstances({ InstanceIds: [holder] }, lab.owner);
    await until(async () => hasMovedFrom(holder) && (await lab.ask(ADDRESS)) === '10.0.0.1');
    t.diagnostic(`answered again after ${Math.round(performance.now() - start)} ms`);
    const heir = lab.holderOf('a')!;
    assert.ok(machines.includes(heir));
    await until(async () => lab.consoleOf(heir).includes('<5>a answers'));
  });

  test('a machine that is frozen loses its address to the spare, by force where its detach hangs', async () => {
    const holder = lab.holderOf('a')!;
    lab.cloud.core.faults.hangDetach = true;
    lab.fabric.freezeMachine(holder);
    await until(async () => hasMovedFrom(holder) && (await lab.ask(ADDRESS)) === '10.0.0.1');
    lab.cloud.core.faults.hangDetach = false;
    assert.match(
      lab.consoleOf(lab.holderOf('a')!),
      /is being detached by force: \S+ fails its status checks/,
    );
  });

  test('pointsman status shows who has the address, and that it answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-status-'));
    const file = join(folder, 'hybrid.yaml');
    writeFileSync(file, TOPOLOGY);
    const env = {
      AWS_ACCESS_KEY_ID: lab.owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: lab.owner.secretAccessKey,
    };
    const status = () =>
      run(process.execPath, [POINTSMAN, 'status', file, '--endpoint', lab.endpoint], { env });
    let shown = await status();
    await until(async () => {
      shown = await status();
      return shown.code === 0;
    });
    rmSync(folder, { recursive: true });
    assert.match(shown.stdout, new RegExp(`● acme/main/a  ${ADDRESS}  answers`));
    assert.match(shown.stdout, new RegExp(`host +${lab.holderOf('a')} \\(alive\\), since 20`));
    assert.match(shown.stdout, /engine +native, since 20/);
    assert.match(shown.stdout, /configuration +[0-9a-f]{12}, since 20/);
    assert.match(shown.stdout, /rules +\d+ of \d+ answered/);
    assert.match(shown.stdout, /last heal +20.*healed in \d+\.\d s: /);
  });

  function hasMovedFrom(instanceId: string): boolean {
    const holder = lab.holderOf('a');
    return holder !== undefined && holder !== instanceId;
  }

  /** Where it does not come to be so, the consoles of the machines say why. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const consoles = () => machines.map((each) => `${each}:\n${lab.consoleOf(each)}`).join('\n');
      assert.ok(performance.now() < end, `it is not so after ${PATIENCE} ms\n${consoles()}`);
      await delay(50);
    }
  }
});

const TOPOLOGY = `
name: acme
networks:
  shared:
    kind: vpc
    region: eu-west-1
    cidrs: [10.10.0.0/16]
    subnets: { a: { cidr: 10.10.1.0/24 } }
    resolvers: forwarders/main
forwarders:
  main: { network: shared, spares: 1, members: [{ name: a, subnet: a, address: ${ADDRESS} }] }
`;
