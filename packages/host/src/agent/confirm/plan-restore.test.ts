import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatStep } from '../interface/index.ts';
import { planRestore } from './plan-restore.ts';
import type { RoutingSnapshot, SavedDevice } from './routing-snapshot.ts';

const eth0: SavedDevice = {
  mac: '02:00:00:00:00:10',
  name: 'eth0',
  up: true,
  addresses: ['10.10.1.10/24 valid_lft forever preferred_lft forever'],
  settings: { 'ipv4/rp_filter': 0 },
};
const eth1: SavedDevice = { ...eth0, mac: '02:00:00:00:00:53', name: 'eth1', up: false, addresses: [] };
const saved: RoutingSnapshot = {
  devices: [eth0, eth1],
  routes: {
    '4': ['10.10.1.0/24 dev eth0 proto 2 scope 253 src 10.10.1.10', 'default via 10.10.1.1 dev eth0'],
    '6': [],
  },
  rules: { '4': ['0:\tfrom all lookup 255', '32766:\tfrom all lookup 254'], '6': [] },
};

const stepsFrom = (now: Partial<RoutingSnapshot>, to = saved): string[] =>
  planRestore({ ...saved, ...now }, to, 'everything').map(formatStep);

test('what was lost comes back: first what is on the link, then what goes by a gateway', () => {
  assert.deepEqual(stepsFrom({ devices: [{ ...eth0, addresses: [] }, eth1], routes: { '4': [], '6': [] } }), [
    'ip address replace 10.10.1.10/24 valid_lft forever preferred_lft forever dev eth0',
    'ip -N -4 route append 10.10.1.0/24 dev eth0 proto 2 scope 253 src 10.10.1.10',
    'ip -N -4 route append default via 10.10.1.1 dev eth0',
  ]);
});

test('what came goes, rules first: they send packets elsewhere', () => {
  const rule = '530:\tfrom 10.10.1.53 lookup 530 proto 153';
  const route = 'default via 10.10.1.1 dev eth1 table 530 proto 153';
  const now = {
    devices: [
      eth0,
      { ...eth1, up: true, addresses: ['10.10.1.53/24 valid_lft forever preferred_lft forever'] },
    ],
    routes: { '4': [...saved.routes['4'], route], '6': [] },
    rules: { '4': [...saved.rules['4'], rule], '6': [] },
  };
  assert.deepEqual(stepsFrom(now), [
    'ip -N -4 rule del priority 530 from 10.10.1.53 lookup 530 proto 153',
    'ip link set dev eth1 down',
    'ip address del 10.10.1.53/24 dev eth1',
    'ip -N -4 route del default via 10.10.1.1 dev eth1 table 530 proto 153',
  ]);
});

test('what the kernel made for an interface of somebody else stays', () => {
  const route = '172.17.0.0/16 dev docker0 proto 2 scope 253 src 172.17.0.1';
  assert.deepEqual(stepsFrom({ routes: { '4': [...saved.routes['4'], route], '6': [] } }), []);
});

test('of an interface that is gone nothing is put back', () => {
  const route = 'default via 10.10.1.1 dev eth1 table 530 proto 153';
  const before = { ...saved, routes: { '4': [...saved.routes['4'], route], '6': [] } };
  assert.deepEqual(stepsFrom({ devices: [eth0] }, before), []);
});

test('what others have changed meanwhile stays, where only our change is taken back', () => {
  const rule = '530:\tfrom 10.10.1.53 lookup 530 proto 153';
  const now = {
    devices: [
      { ...eth0, addresses: [...eth0.addresses, '10.10.1.77/24 valid_lft forever preferred_lft forever'] },
      { ...eth1, up: true },
    ],
    routes: {
      '4': [
        ...saved.routes['4'],
        '10.244.1.0/24 via 10.10.1.7 dev eth0 proto 4',
        'default via 10.10.1.1 dev eth1 table 530 proto 153',
        'blackhole 10.9.0.0/16 table 530',
      ],
      '6': [],
    },
    rules: { '4': [...saved.rules['4'], rule, '99:\tfrom 10.9.9.9 lookup 99'], '6': [] },
  };
  const steps = planRestore({ ...saved, ...now }, saved, { mac: eth1.mac, table: 530 });
  assert.deepEqual(steps.map(formatStep), [
    'ip -N -4 rule del priority 530 from 10.10.1.53 lookup 530 proto 153',
    'ip link set dev eth1 down',
    'ip -N -4 route del default via 10.10.1.1 dev eth1 table 530 proto 153',
    'ip -N -4 route del blackhole 10.9.0.0/16 table 530',
  ]);
});

test('an interface that udev has renamed meanwhile is known by its MAC address', () => {
  const route = '10.10.9.0/24 dev eth1 proto 3';
  const before = {
    ...saved,
    routes: { '4': [...saved.routes['4'], route], '6': [] },
    rules: { '4': [...saved.rules['4'], '99:\tfrom all iif eth1 lookup 99'], '6': [] },
  };
  const ens6 = { ...eth1, name: 'ens6', up: true, addresses: ['10.10.1.53/24 valid_lft forever'] };
  const now = {
    devices: [eth0, ens6],
    rules: { '4': [...saved.rules['4'], '99:\tfrom all iif ens6 lookup 99'], '6': [] },
  };
  assert.deepEqual(stepsFrom(now, before), [
    'ip link set dev ens6 down',
    'ip address del 10.10.1.53/24 dev ens6',
    'ip -N -4 route append 10.10.9.0/24 dev ens6 proto 3',
  ]);
});

test('the state that `ip rule` shows in brackets is not given back to it', () => {
  const before = {
    ...saved,
    rules: { '4': [...saved.rules['4'], '99:\tfrom all iif wg0 [detached] lookup 99'], '6': [] },
  };
  assert.deepEqual(stepsFrom({}, before), ['ip -N -4 rule add priority 99 from all iif wg0 lookup 99']);
});

test('between any two snapshots each line is taken away or put back as often as it differs, and none between equal ones', () => {
  const line = fc.constantFrom(
    'default via 10.10.1.1 dev eth0',
    '10.0.0.0/8 dev eth0',
    '6 10.9.0.0/16 table 530',
  );
  const lines = fc.array(line, { maxLength: 6 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const of = (routes: string[]): RoutingSnapshot => ({ ...saved, routes: { '4': routes, '6': [] } });
      assert.deepEqual(planRestore(of(a), of(a), 'everything'), []);
      const left: string[] = [...a];
      for (const [, , , , verb, ...words] of planRestore(of(a), of(b), 'everything')) {
        const route = words.join(' ');
        if (verb === 'del') left.splice(left.indexOf(route), 1);
        else left.push(route);
      }
      assert.deepEqual(left.sort(), [...b].sort());
    }),
  );
});
