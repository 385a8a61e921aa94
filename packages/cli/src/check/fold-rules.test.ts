import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr, reverseZonesOf } from '@pointsman/core/address';
import type { ForwardingRule } from '@pointsman/core/config';
import fc from 'fast-check';
import { foldRules } from './fold-rules.ts';

const rule = (suffix: string, upstream = '10.0.0.2:53') =>
  ({ suffix, upstreams: [upstream], policy: 'fastest' }) as ForwardingRule;
const zonesOf = (cidr: string) => reverseZonesOf(parseCidr(cidr)!);
const folded = (rules: readonly ForwardingRule[]) => foldRules(rules).map(({ what }) => what);

test('the reverse zones of a CIDR are one line, at the place of the first', () => {
  const rules = ['a.example.', ...zonesOf('172.16.0.0/12'), 'z.example.'].map((each) => rule(each));
  assert.deepEqual(folded(rules), ['a.example', '172.16.0.0/12 (16 zones)', 'z.example']);
});

test('a zone that is a whole CIDR keeps its name, and so do a few and those that go elsewhere', () => {
  const rules = [
    rule('10.in-addr.arpa.'),
    rule('16.172.in-addr.arpa.', '10.0.0.2:53'),
    rule('17.172.in-addr.arpa.', '10.0.0.3:53'),
    rule('0/26.2.0.192.in-addr.arpa.'),
    rule('999.in-addr.arpa.'),
    rule('10.168.192.in-addr.arpa.'),
    rule('11.168.192.in-addr.arpa.'),
  ];
  assert.deepEqual(
    folded(rules),
    rules.map(({ suffix }) => suffix.slice(0, -1)),
  );
});

test('a zone beside those that make it up is not lost', () => {
  const rules = [rule('10.in-addr.arpa.'), ...zonesOf('10.0.0.0/9').map((each) => rule(each))];
  assert.deepEqual(folded(rules), ['10.in-addr.arpa', '10.0.0.0/9 (128 zones)']);
  const all = [...rules, ...zonesOf('10.128.0.0/9').map((each) => rule(each))];
  assert.deepEqual(folded(all), ['10.in-addr.arpa', '10.0.0.0/8 (256 zones)']);
});

test('no zone is lost or told twice, whatever CIDRs there are', () => {
  const cidr = fc.tuple(fc.nat(3), fc.integer({ min: 6, max: 24 })).map(([byte, prefix]) => {
    return parseCidr(`${[64 * byte, 0, 0, 0].join('.')}/${prefix}`)!;
  });
  const six = fc.integer({ min: 20, max: 60 }).map((prefix) => parseCidr(`2000::/${prefix}`)!);
  fc.assert(
    fc.property(fc.array(fc.oneof(cidr, six), { maxLength: 4 }), (cidrs) => {
      const zones = [...new Set(cidrs.flatMap(reverseZonesOf))];
      const told = folded(zones.map((each) => rule(each)));
      const count = (line: string) => Number(/\(([0-9]+) zones\)$/.exec(line)?.[1] ?? 1);
      assert.equal(
        told.reduce((sum, line) => sum + count(line), 0),
        zones.length,
      );
      assert.equal(new Set(told).size, told.length);
    }),
  );
});
