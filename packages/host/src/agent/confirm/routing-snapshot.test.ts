import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatStep } from '../interface/index.ts';
import { planRestore, type RoutingSnapshot, type SavedDevice } from './routing-snapshot.ts';

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
  planRestore({ ...saved, ...now }, to).map(formatStep);

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
      assert.deepEqual(planRestore(of(a), of(a)), []);
      const left: string[] = [...a];
      for (const [, , , , verb, ...words] of planRestore(of(a), of(b))) {
        const route = words.join(' ');
        if (verb === 'del') left.splice(left.indexOf(route), 1);
        else left.push(route);
      }
      assert.deepEqual(left.sort(), [...b].sort());
    }),
  );
});
