import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  ADDRESSES,
  type DrilledAgents,
  openDrilledAgents,
  type Report,
  until,
} from './system/drilled-agents.ts';
import { skipWithoutLab } from './system/lab.ts';

/** Milliseconds after which an address that is gone has been found silent by all who ask it. */
const UNNOTICED = 2500;

/** What the journal of an heir says as it takes over, in this order. */
const STEPS = [
  'is being detached: ',
  'is being attached to this host',
  'is being attached\n',
  'is in force',
  'answers\n',
];

/** Each ends healthy, without an operator; clients with three resolvers lose no question where another member is left. */
describe('agents in drills', { skip: skipWithoutLab, timeout: 900_000 }, () => {
  let agents: DrilledAgents;
  before(async () => {
    agents = await openDrilledAgents();
  });
  afterEach(() => assert.deepEqual(agents.watch.violations, []));
  after(() => agents?.stop());

  const groupOf = (zone: string) => `${agents.lab.name}-main-eu-west-1${zone}`;
  const spareOf = async (zone: string) => {
    const holder = await agents.holderOf(`main/${zone}`);
    return (await agents.inService(zone)).find((each) => each !== holder)!;
  };
  /** A member beside them may say nothing for a second too where this machine is busy. */
  const answersAgain = ({ answeredAgain_ms: again, events }: Report, ...zones: string[]) => {
    for (const zone of zones)
      assert.ok(again[ADDRESSES[`main/${zone}`]!] !== undefined, JSON.stringify({ zone, again, events }));
  };
  const losesNothing = ({ load, events }: Report) => {
    assert.ok(load.asked > 0);
    assert.equal(load.lost, 0, JSON.stringify({ load, events }));
  };

  test('two members are lost at once', async () => {
    const report = await agents.drill('kill main/a and kill main/b', UNNOTICED);
    answersAgain(report, 'a', 'b');
    losesNothing(report);
  });

  test('all members are lost at once, and each heir’s agent is killed at another step of its claim', async () => {
    for (const steps of [STEPS.slice(0, 3), STEPS.slice(3)]) {
      await agents.whole();
      const zones = ['a', 'b', 'c'].slice(0, steps.length);
      const killing = new AbortController();
      const killed = await Promise.all(
        zones.map(async (zone, index) => killAt(await spareOf(zone), steps[index]!, killing.signal)),
      );
      const report = await agents.drill(zones.map((zone) => `kill main/${zone}`).join(' and '), UNNOTICED);
      answersAgain(report, ...zones);
      await until('every agent was killed at its step', () => killed.every((each) => each.isDone));
      killing.abort();
    }
  });

  test('two spares race for one address', async () => {
    await agents.whole();
    const resize = (size: number) =>
      agents.scaling.send(
        new UpdateAutoScalingGroupCommand({
          ...{ AutoScalingGroupName: groupOf('c'), MinSize: size, MaxSize: size, DesiredCapacity: size },
        }),
      );
    await resize(3);
    await until('there are three', async () => (await agents.inService('c')).length === 3);
    const report = await agents.drill('kill main/c', UNNOTICED);
    answersAgain(report, 'c');
    losesNothing(report);
    await resize(2);
  });

  test('a detach that is stuck is forced', async () => {
    await agents.whole();
    const processes = { AutoScalingGroupName: groupOf('b'), ScalingProcesses: ['ReplaceUnhealthy'] };
    const heir = await spareOf('b');
    // What Auto Scaling terminates loses its interfaces in any case.
    await agents.scaling.send(new SuspendProcessesCommand(processes));
    const report = await agents.drill('freeze main/b and stuck-detach', 14_000);
    await agents.scaling.send(new ResumeProcessesCommand(processes));
    answersAgain(report, 'b');
    losesNothing(report);
    assert.equal(await agents.holderOf('main/b'), heir);
    assert.match(agents.consoleOf(heir), /is being detached by force/);
  });

  test('the API is down while a member dies, and its address answers when it is back', async () => {
    await agents.whole();
    const report = await agents.drill('api-down and kill main/a', 12_000);
    answersAgain(report, 'a');
    losesNothing(report);
    assert.ok(report.answeredAgain_ms[ADDRESSES['main/a']!]! > 12_000);
  });

  test('the API refuses most calls, and no metadata is there, while a member dies', async () => {
    const report = await agents.drill('api-throttle 60% and metadata-down and kill main/c', 10_000);
    answersAgain(report, 'c');
    losesNothing(report);
  });

  test('a clock that jumps takes no address away', async () => {
    await agents.whole();
    const holder = await agents.holderOf('main/a');
    const report = await agents.drill('clock main/a +10m', 8000);
    losesNothing(report);
    assert.equal(await agents.holderOf('main/a'), holder);
  });

  test('a host boots anew, an agent dies, and a route is changed by hand, all at once', async () => {
    const report = await agents.drill('reboot main/a and kill-agent main/b and bad-route main/c', UNNOTICED);
    assert.notDeepEqual(report.answeredAgain_ms, {});
  });

  test('an availability zone is lost, and back', async () => {
    await agents.whole();
    const report = await agents.drill('zone eu-west-1b', 10_000);
    answersAgain(report, 'b');
    losesNothing(report);
    await agents.whole();
  });

  test('no address was ever on two machines', () => {
    for (const [address, times] of agents.watch.seen) assert.ok(times > 100, address);
    assert.deepEqual(agents.watch.violations, []);
  });

  /** Kills the agent of a machine when its journal, from now on, says that. */
  async function killAt(machine: string, line: string, signal: AbortSignal): Promise<{ isDone: boolean }> {
    const from = agents.consoleOf(machine).length;
    const kill = { isDone: false };
    void (async () => {
      await until(`${machine} says "${line}"`, () => {
        if (signal.aborted) return true;
        return agents.consoleOf(machine).slice(from).includes(line);
      });
      await agents.killAgent(machine);
      kill.isDone = true;
    })().catch(() => {});
    return kill;
  }
});
