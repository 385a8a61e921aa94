import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { skipWithout } from '../../../../../test/system/packages.ts';
import {
  FIXED_ADDRESSES,
  isAnswered,
  makeTwoInterfaces,
  startEcho,
  type TwoInterfaces,
} from '../../../../../test/system/two-interfaces.ts';
import {
  type InterfaceEvent,
  observeInterface,
  planInterface,
  reconcileInterface,
  releaseInterface,
  waitForInterface,
  watchInterface,
} from './index.ts';
import { monitorKernel } from './monitor-kernel.ts';

const SKIP =
  process.getuid?.() === 0 ? skipWithout('ip', 'nft', 'sysctl') : 'needs root, to make network namespaces';

/** What others do to a machine, in words and as they do it; eth1 is ours. */
const MEDDLING: readonly (readonly [string, ...string[]])[] = [
  ['an operator removes the address', 'ip address del 10.10.1.53/24 dev eth1'],
  ['an operator removes the IPv6 address', 'ip address del fd00:10:10:1::53/64 dev eth1'],
  [
    'a DHCP client gives the address a lifetime, and adds one of its own',
    'ip address change 10.10.1.53/24 dev eth1 valid_lft 3600 preferred_lft 3600',
    'ip address add 10.10.1.99/24 dev eth1 valid_lft 3600 preferred_lft 3600',
  ],
  [
    'a DHCP client adds a default route',
    'ip route add default via 10.10.1.1 dev eth1 onlink proto dhcp metric 50',
  ],
  [
    'systemd-networkd removes IP rules that are not its own',
    'ip rule del priority 530',
    'ip -6 rule del priority 530',
  ],
  ['somebody empties our table', 'ip route flush table 530', 'ip -6 route flush table 530'],
  ['somebody sends our table elsewhere', 'ip route replace default via 10.10.1.99 dev eth1 onlink table 530'],
  [
    'an operator sends everything by our table, management too',
    'ip rule add from all lookup 530 priority 10',
    'ip -6 rule add from all lookup 530 priority 10',
  ],
  [
    'an operator sets the interface down, and up again',
    'ip link set dev eth1 down',
    'ip link set dev eth1 up',
  ],
  ['a hardening script filters strictly by reverse path', 'sysctl -q -w net.ipv4.conf.eth1.rp_filter=1'],
  ['udev gives the interface another name', 'ip link set dev eth1 down', 'ip link set dev eth1 name ens6'],
  [
    'another interface gets the old name',
    'ip link add name eth1 type veth peer name other',
    'ip link set dev eth1 up',
  ],
];

describe('an interface that others change', { skip: SKIP, timeout: 240_000 }, () => {
  let world: TwoInterfaces;
  let echoes: Socket[] = [];
  before(async () => {
    world = await makeTwoInterfaces();
  });
  after(async () => {
    for (const echo of echoes) echo.close();
    await world.remove();
  });

  const isRight = async () => {
    const observed = await observeInterface(world.run, world.desired);
    return observed.device !== undefined && planInterface(observed, world.desired).steps.length === 0;
  };
  const answers = async () => {
    for (const echo of echoes) if (!(await isAnswered(world.router, echo))) return false;
    return true;
  };
  const primary = async () => {
    const shown = [
      'ip -4 -o address show dev eth0',
      'ip route show dev eth0',
      'sysctl -a -r net.ipv4.conf.eth0',
    ];
    const results = await Promise.all(shown.map((line) => world.run(line.split(' '))));
    return results.map(({ stdout }) => stdout);
  };

  test('it is found by its MAC address, and waited for no longer than that', async () => {
    const { run, desired } = world;
    assert.equal(await waitForInterface(desired.mac, { run, patience: 0 }), 'eth1');
    await assert.rejects(waitForInterface('02:00:00:00:00:99', { run, patience: 200 }), {
      code: 'NO_INTERFACE',
      message:
        /no interface has the MAC address 02:00:00:00:00:99 after 0\.2 s \(there are: eth0 .*, eth1 .*\)/,
    });
  });

  test('a far client is answered at its addresses, IPv4 and IPv6, and the primary interface is as it was', async () => {
    const before = await primary();
    await reconcileInterface(world.run, world.desired);
    echoes = await Promise.all(FIXED_ADDRESSES.map((address) => startEcho(world.machine, address)));
    await until(answers);
    assert.deepEqual(await primary(), before);
  });

  for (const [words, ...lines] of MEDDLING) {
    test(`${words}: it is put right, and answers`, async (t) => {
      const watch = startWatch(t, world);
      await watch.listening;
      const before = await primary();
      for (const line of lines) await world.meddle(line);
      await until(async () => (await isRight()) && (await answers()));
      assert.deepEqual(await primary(), before);
    });
  }

  test('somebody who changes it back again and again is met at longer and longer intervals, and that is said', async (t) => {
    const watch = startWatch(t, world);
    await watch.listening;
    const fights = () => watch.events.filter(({ event }) => event === 'fought');
    while (fights().length < 2) {
      await until(isRight);
      await world.meddle('ip rule del priority 530');
    }
    const [first, second] = fights() as { nextLook: number }[];
    assert.ok(second!.nextLook > first!.nextLook);
    await until(isRight);
  });

  test('a rule of somebody else that comes before ours is left, and told', async (t) => {
    const watch = startWatch(t, world);
    await watch.listening;
    await world.meddle('ip rule add from 10.10.1.53 lookup main priority 99');
    await until(() => watch.events.some(({ event }) => event === 'obstacle'));
    await world.meddle('ip rule del priority 99');
  });

  test('when it is detached that is told and nothing of ours stays; when it comes again it is configured again', async (t) => {
    const watch = startWatch(t, world);
    await watch.listening;
    await world.meddle(`ip link set dev ens6 netns ${world.router}`);
    await until(() => watch.events.some(({ event }) => event === 'gone'));
    const marked = async () => {
      const { routes, rules } = await observeInterface(world.run, world.desired);
      return [...routes, ...rules].filter(({ protocol }) => protocol === 153).length;
    };
    await until(async () => (await marked()) === 0);
    await world.meddle(`ip -n ${world.router} link set dev ens6 netns ${world.machine}`);
    await until(async () => watch.events.some(({ event }) => event === 'back') && (await answers()));
  });

  test('released, it leaves no IP rule and no route, and may be released twice', async () => {
    await releaseInterface(world.run, world.desired);
    assert.deepEqual(await releaseInterface(world.run, world.desired), []);
    const { routes, rules } = await observeInterface(world.run, world.desired);
    assert.deepEqual(
      [...routes, ...rules].filter(({ protocol }) => protocol === 153),
      [],
    );
  });
});

type Watch = { events: InterfaceEvent[]; listening: Promise<void> };

/** Ends with its test. */
function startWatch(t: TestContext, { run, machine, desired }: TwoInterfaces): Watch {
  const ending = new AbortController();
  const events: InterfaceEvent[] = [];
  const listening = Promise.withResolvers<void>();
  const monitor = monitorKernel(['ip', 'netns', 'exec', machine]);
  const ended = watchInterface(desired, {
    run,
    report: (event) => events.push(event),
    signal: ending.signal,
    monitor: (wake, signal) => {
      monitor(wake, signal);
      listening.resolve();
    },
  });
  t.after(async () => {
    ending.abort();
    await ended;
  });
  return { events, listening: listening.promise };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'it did not come about within a minute');
    await delay(20);
  }
}
