import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { bindUdp } from '@pointsman/forwarder/namespace';
import {
  type AgentLab,
  documentedPolicy,
  MEMBERS,
  openAgentLab,
  skipWithoutLab,
} from './system/agent-lab.ts';
import { POINTSMAN } from './system/command.ts';
import { startPinger } from './system/pinger.ts';
import { startEcho } from './system/two-interfaces.ts';

const ADDRESS = MEMBERS.b!;
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 150_000;
const CONFIG = '/var/lib/pointsman/agent.json';
const PENDING = '/var/lib/pointsman/confirm/pending.json';
const SUBNET = '10.10.2.0/24';
/** With it the agent reckons a router that nobody is. */
const WRONG_SUBNET = '10.10.0.0/22';
/** More than three repairs within two minutes are a fight, which is looked at more and more seldom. */
const BY_HAND: readonly (readonly [string, string])[] = [
  ['the way out of our table', 'route replace default via 10.10.2.99 dev eth1 onlink table 530'],
  ['our IP rule', 'rule del priority 530'],
];

/** One machine in the availability zone of member b, whose agent is told of another subnet than there is. */
describe('wrong routes on a machine of the lab', { skip: skipWithoutLab, timeout: 600_000 }, () => {
  const cleanups: (() => unknown)[] = [];
  let lab: AgentLab;
  let machine: string;
  let management: Socket;
  before(async () => {
    lab = await openAgentLab(
      { after: (cleanup) => cleanups.push(cleanup as () => unknown) },
      documentedPolicy(),
    );
    await lab.configure('b');
    machine = await lab.boot('b');
    setSubnet(WRONG_SUBNET);
    management = await managementOf(machine);
    cleanups.push(() => management.close());
  });
  after(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('what a bug reckons is put back at once, and the address of management answers throughout', async (t) => {
    const pinger = await pingManagement(t);
    const line =
      /the interface \S+ is not up: the gateway 10\.10\.0\.1 does not answer by eth1.*; everything is as it was before/;
    await until(async () => line.test(lab.consoleOf(machine)));
    assert.equal(await pinger.lost(), 0);
  });

  test('it is tried again; the agent killed in the middle, the watchdog puts it back in time', async (t) => {
    const pinger = await pingManagement(t);
    await until(isPending);
    await on('pkill', '-KILL', '-f', 'pointsman.js agent');
    assert.match(await on('pgrep', '-f', 'confirm/watchdog.ts'), /^[0-9]+\n$/);
    // As if the thirty seconds were over. In one go: the watchdog reads it.
    await on(
      'sh',
      '-c',
      `sed 's/"deadline":[0-9.]*/"deadline":0/' ${PENDING} > /tmp/new && mv /tmp/new ${PENDING}`,
    );
    await until(async () => !(await isPending()) && !/ 530( |$)/m.test(await routing()));
    assert.doesNotMatch(await on('ip', '-4', 'address', 'show', 'dev', 'eth1'), /inet /);
    assert.equal(await pinger.lost(), 0);
  });

  test('with the right subnet its agent serves when it starts again, and management goes on', async (t) => {
    const pinger = await pingManagement(t);
    setSubnet(SUBNET);
    const agent = `exec ${process.execPath} ${POINTSMAN} agent --config ${CONFIG} 2>> /var/log/console.log`;
    // Ends with its machine.
    void lab.run(machine, 'sh', '-c', agent);
    await until(async () => (await lab.ask(ADDRESS)) === '10.0.0.1');
    assert.equal(await pinger.lost(), 0);
  });

  for (const [what, line] of BY_HAND) {
    test(`${what}, changed by hand, is put right while the agent runs, and management goes on`, async (t) => {
      const served = await routing();
      const pinger = await pingManagement(t);
      await on('ip', ...line.split(' '));
      await until(async () => (await routing()) === served && (await lab.ask(ADDRESS)) === '10.0.0.1');
      assert.equal(await pinger.lost(), 0);
    });
  }

  test('an IP rule by hand that takes the way of management is put right, too', async (t) => {
    const served = await routing();
    await on('ip', ...'rule add from all lookup 530 priority 10'.split(' '));
    await until(async () => (await routing()) === served);
    const pinger = await pingManagement(t);
    await until(async () => (await lab.ask(ADDRESS)) === '10.0.0.1');
    assert.equal(await pinger.lost(), 0);
  });

  /** What the cloud says of the subnet of member b, whatever it is. */
  function setSubnet(cidr: string): void {
    const { state } = lab.cloud;
    const subnet = [...state.now().subnets.values()].find(({ cidr }) =>
      [SUBNET, WRONG_SUBNET].includes(cidr),
    )!;
    state.write([{ table: 'subnets', id: subnet.id, record: { ...subnet, cidr } }]);
  }

  /** An echo at its primary address, as soon as it has it. */
  async function managementOf(instanceId: string): Promise<Socket> {
    const primary = [...lab.cloud.state.now().interfaces.values()].find(
      ({ attachment }) => attachment?.instanceId === instanceId && attachment.deviceIndex === 0,
    )!;
    const { promise, resolve } = Promise.withResolvers<Socket>();
    await until(() =>
      startEcho(lab.fabric.machineNamespace(instanceId), primary.addresses[0]!).then(
        (echo) => {
          resolve(echo);
          return true;
        },
        () => false,
      ),
    );
    return promise;
  }

  /** From the client's machine, in another subnet. */
  async function pingManagement(t: TestContext) {
    return startPinger(t, await bindUdp({ ...lab.client, port: 0 }), management);
  }

  /** What a command on the machine prints. */
  async function on(command: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await lab.run(machine, command, ...args);
    assert.equal(code, 0, `${command} ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function routing(): Promise<string> {
    return (await on('ip', 'rule')) + (await on('ip', 'route', 'show', 'table', 'all'));
  }

  async function isPending(): Promise<boolean> {
    return (await lab.run(machine, 'test', '-e', PENDING)).code === 0;
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      assert.ok(performance.now() < end, `not so after ${PATIENCE} ms\n${lab.consoleOf(machine)}`);
      await delay(50);
    }
  }
});
