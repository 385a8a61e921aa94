import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_CACHE_BYTES, forwarderConfigJsonSchema, parseForwarderConfig } from './index.ts';

const smallest = { name: 'main-a', listen: ['10.10.1.53:53'], clients: ['10.0.0.0/8'], rules: [] };

const problemsOf = (value: unknown): string[] => {
  const result = parseForwarderConfig(value);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

test('defaults are filled in', () => {
  const result = parseForwarderConfig(smallest);
  assert.ok(result.ok);
  assert.deepEqual(result.config, {
    ...smallest,
    otherwise: 'refuse',
    cache: { bytes: DEFAULT_CACHE_BYTES },
    deadline: 2000,
  });
});

test('names and CIDRs come out canonical, durations in milliseconds', () => {
  const result = parseForwarderConfig({
    ...smallest,
    clients: ['FD00::/8'],
    rules: [{ suffix: 'Corp.Example', upstreams: ['192.168.1.53', '[fd00::53]:5353'], policy: 'ordered' }],
    otherwise: { upstreams: ['10.10.0.2'], probe: { name: 'Health.Example' } },
    deadline: '1.5s',
  });
  assert.ok(result.ok);
  assert.deepEqual(result.config.clients, ['fd00::/8']);
  assert.equal(result.config.rules[0]?.suffix, 'corp.example.');
  assert.deepEqual(result.config.otherwise, {
    upstreams: ['10.10.0.2'],
    probe: { name: 'health.example.', type: 'SOA' },
  });
  assert.equal(result.config.deadline, 1500);
});

test('a suffix that cannot be meant is refused: a wildcard, a list, a URL', () => {
  const suffixes = ['*.corp.example', 'my corp.example', 'https://corp.example', 'a.example,b.example'];
  const upstreams = ['10.0.0.1'];
  const problems = problemsOf({ ...smallest, rules: suffixes.map((suffix) => ({ suffix, upstreams })) });
  assert.deepEqual(
    problems.map((each) => each.split(';')[0]),
    [
      'rules.0.suffix: "*.corp.example" has a wildcard in it',
      'rules.1.suffix: "my corp.example" has a space in it, as no domain name does that somebody looks up',
      'rules.2.suffix: "https://corp.example" has ":" in it, as no domain name does that somebody looks up',
      'rules.3.suffix: "a.example,b.example" has "," in it, as no domain name does that somebody looks up',
    ],
  );
  for (const suffix of ['.', '_msdcs.corp.example', '0/25.2.0.192.in-addr.arpa', 'xn--bcher-kva.example']) {
    assert.deepEqual(problemsOf({ ...smallest, rules: [{ suffix, upstreams }] }), []);
  }
});

test('every duration that is allowed can be written in three ways', () => {
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 30_000 }), (milliseconds) => {
      for (const deadline of [milliseconds, `${milliseconds}ms`, `${milliseconds / 1000}s`]) {
        const result = parseForwarderConfig({ ...smallest, deadline });
        assert.ok(result.ok);
        assert.ok(Math.abs(result.config.deadline - milliseconds) < 0.001);
      }
    }),
  );
});

test('an unknown key is named by its own path, with its value and the known key nearest to it', () => {
  const result = parseForwarderConfig({
    ...smallest,
    liste: 1,
    rules: [{ suffix: 'a.example', upstreams: ['10.0.0.1'], polcy: 'ordered' }],
  });
  assert.ok(!result.ok);
  assert.deepEqual(result.problems, [
    { path: 'rules.0.polcy', message: 'is not a known key; did you mean "policy"?', value: 'ordered' },
    { path: 'liste', message: 'is not a known key; did you mean "listen"?', value: 1 },
  ]);
});

test('a key that is missing because it is misspelt is one mistake', () => {
  assert.deepEqual(problemsOf({ ...smallest, clients: undefined, client: [] }), [
    'client: is not a known key; did you mean "clients"?',
  ]);
});

test('all mistakes are reported at once, each with what would be right', () => {
  const value = {
    listen: ['10.10.1.53', 'localhost:53'],
    clients: ['10.0.0.1/8', 'everyone'],
    rules: [
      { suffix: 'a..b', upstreams: [] },
      { suffix: 'x.example', upstreams: ['ns.example'], policy: 'fastset' },
    ],
    otherwise: 'refuze',
    cache: { bytes: 1 },
    deadline: '1m',
    budgets: [{ upstreams: ['10.0.0.2'], packetsPerSecond: 9 }],
  };
  assert.deepEqual(problemsOf(value), [
    'name: is missing; add it: What this forwarder calls itself in logs and metrics.',
    'listen.0: "10.10.1.53" is not allowed; write IP:PORT, such as "10.10.1.53:53" or "[fd00::1]:53"',
    'listen.1: "localhost:53" is not allowed; write IP:PORT, such as "10.10.1.53:53" or "[fd00::1]:53"',
    'clients.0: "10.0.0.1/8" has bits set behind its prefix; write 10.0.0.0/8',
    'clients.1: "everyone" is not a CIDR; write a base address and a prefix length, such as 10.20.0.0/16 or fd00::/48',
    'rules.0.suffix: "a..b" has an empty label; write a domain name such as corp.example',
    'rules.0.upstreams: an empty list is not allowed; name at least one upstream',
    'rules.1.upstreams.0: "ns.example" is not allowed; write IP or IP:PORT, such as "192.168.1.53" or "[fd00::1]:53"',
    'rules.1.policy: "fastset" is not known; did you mean "fastest"?',
    'otherwise: "refuze" is not known; did you mean "refuse"?',
    'budgets.0.packetsPerSecond: 9 is not allowed; write 10 packets a second at least',
    'cache.bytes: 1 is not allowed; write 1 MiB (1048576) at least',
    'deadline: "1m" is not allowed; write milliseconds, or a text such as "500ms" or "2s"',
  ]);
});

test('a suffix with two rules, and a client network with two views, are mistakes', () => {
  const rule = { suffix: 'corp.example', upstreams: ['10.0.0.1'] };
  assert.deepEqual(problemsOf({ ...smallest, rules: [rule, { ...rule, suffix: 'CORP.example.' }] }), [
    'rules.1.suffix: corp.example has a rule already (rules.0); list all its upstreams there',
  ]);
  const views = [
    { name: 'one', clients: ['10.1.0.0/16'], rules: [] },
    { name: 'two', clients: ['10.2.0.0/16', '10.1.0.0/16'], rules: [] },
  ];
  assert.deepEqual(problemsOf({ ...smallest, views }), [
    'views.1.clients.1: 10.1.0.0/16 has the view one already; give a client network one view',
  ]);
});

test('more views than a byte can tell apart, and a probe for no type of records, are mistakes', () => {
  const views = Array.from({ length: 256 }, (_, index) => ({
    name: `view ${index}`,
    clients: [`10.1.${index}.0/24`],
    rules: [],
  }));
  assert.deepEqual(problemsOf({ ...smallest, views: views.slice(1) }), []);
  assert.match(problemsOf({ ...smallest, views }).join(), /write 255 views at most/);
  const rule = { suffix: 'corp.example', upstreams: ['10.0.0.1'] };
  assert.deepEqual(
    problemsOf({ ...smallest, rules: [{ ...rule, probe: { name: 'corp.example', type: 'SOAP' } }] }),
    ['rules.0.probe.type: "SOAP" is not allowed; write a type of records, such as "SOA" or "TYPE65280"'],
  );
});

test('whatever the value, the answer is a configuration or a list of problems', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const result = parseForwarderConfig(value);
      assert.ok(result.ok || result.problems.length > 0);
    }),
  );
  const keys = fc.constantFrom(
    'name',
    'listen',
    'clients',
    'rules',
    'otherwise',
    'views',
    'cache',
    'deadline',
    'budgets',
  );
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (changes) => {
      const result = parseForwarderConfig({ ...smallest, ...changes });
      assert.ok(
        result.ok || result.problems.every(({ path, message }) => path !== '' && message.includes('; ')),
      );
    }),
  );
});

test('the JSON Schema allows what a file may say, and no other keys', () => {
  const schema = forwarderConfigJsonSchema() as { additionalProperties: unknown; required: string[] };
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.required, ['name', 'listen', 'clients', 'rules']);
});
