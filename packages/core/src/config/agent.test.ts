import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agentConfigJsonSchema, parseAgentConfig } from './index.ts';

const smallest = { tier: 'acme/main', configuration: 'ssm:/pointsman/acme/main/{member}' };

const problemsOf = (value: unknown): string[] => {
  const result = parseAgentConfig(value);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

test('an agent needs its tier and a configuration, and has defaults for the rest', () => {
  const result = parseAgentConfig(smallest);
  assert.ok(result.ok);
  assert.deepEqual(result.config, {
    ...smallest,
    engine: 'native',
    endpoints: { metadata: 'http://169.254.169.254' },
    stateDirectory: '/var/lib/pointsman',
    socket: '/run/pointsman/agent.sock',
    launchWithin: 600,
  });
});

test('a configuration is taken from a file, over HTTP, from a parameter or from an object', () => {
  for (const configuration of [
    'file:///etc/pointsman/forwarder.json',
    'https://config.example/{member}.json?v=1',
    'http://10.0.0.1:8080/a.json',
    'ssm:/pointsman/acme/main/{member}',
    's3://acme-configs/main/{member}.json',
  ])
    assert.deepEqual(problemsOf({ ...smallest, configuration }), []);
  for (const configuration of ['forwarder.json', '/etc/forwarder.json', 'ftp://a/b', 's3://b', 'ssm:name'])
    assert.match(
      problemsOf({ ...smallest, configuration }).join(),
      /^configuration: ".*" is not allowed; write file:/,
    );
});

test('an agent has a tier on AWS and an interface elsewhere, not both', () => {
  const { configuration } = smallest;
  const elsewhere = {
    mac: '02:00:00:00:00:01',
    addresses: [{ address: '10.0.0.53/24', gateway: '10.0.0.1' }],
  };
  assert.deepEqual(problemsOf({ configuration, interface: elsewhere }), []);
  assert.deepEqual(problemsOf({ configuration }), [
    'tier: is missing, and so is interface; write tier on AWS, interface elsewhere, and one of them only',
  ]);
  assert.deepEqual(problemsOf({ ...smallest, interface: elsewhere }), [
    'tier: stands beside interface; write tier on AWS, interface elsewhere, and one of them only',
  ]);
});

test('all mistakes of an agent’s configuration are told at once, each with what would be right', () => {
  const value = {
    tier: 'main',
    membr: 'a',
    engine: 'unbound',
    endpoints: { cloud: 'localhost:8053' },
    socket: 'agent.sock',
    metrics: '9153',
  };
  assert.deepEqual(problemsOf(value), [
    'tier: "main" is not allowed; write the topology and its tier, such as "acme/main"',
    'engine: "unbound" is not known; the known values are native, bind',
    'configuration: is missing; add it: Where the configuration of the forwarder is: file:///PATH, https://HOST/PATH, ssm:/NAME or s3://BUCKET/KEY. {member} stands for the name of the member.',
    'endpoints.cloud: "localhost:8053" is not allowed; write a URL such as http://127.0.0.1:8053',
    'socket: "agent.sock" is not allowed; write an absolute path, such as /run/pointsman/agent.sock',
    'metrics: "9153" is not allowed; write IP:PORT, such as "127.0.0.1:9153" or "[::1]:9153"',
    'membr: is not a known key; did you mean "member"?',
  ]);
});

test('whatever the value, the answer is a configuration of an agent or a list of problems', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const result = parseAgentConfig(value);
      assert.ok(result.ok || result.problems.length > 0);
    }),
  );
  const keys = fc.constantFrom('tier', 'member', 'engine', 'configuration', 'endpoints', 'socket', 'publish');
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (changes) => {
      const result = parseAgentConfig({ ...smallest, ...changes });
      assert.ok(result.ok || result.problems.every(({ message }) => message.includes('; ')));
    }),
  );
});

test('the JSON Schema of an agent’s configuration allows no other keys', () => {
  const schema = agentConfigJsonSchema() as { additionalProperties: unknown; required: string[] };
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.required, ['configuration']);
});
