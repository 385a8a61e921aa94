import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { topologyJsonSchema } from './index.ts';

const file = new URL('../../../../docs/topology.schema.json', import.meta.url);

test('docs/topology.schema.json is what editors are told today', () => {
  const committed = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    committed,
    JSON.parse(JSON.stringify(topologyJsonSchema())),
    'write topologyJsonSchema() to docs/topology.schema.json',
  );
});

test('the JSON Schema knows every section and refuses other keys', () => {
  const schema = topologyJsonSchema() as {
    properties: object;
    required: string[];
    additionalProperties: boolean;
  };
  assert.deepEqual(Object.keys(schema.properties), [
    'name',
    'networks',
    'links',
    'authorities',
    'zones',
    'forwarders',
    'allow',
  ]);
  assert.deepEqual(schema.required, ['name', 'networks']);
  assert.equal(schema.additionalProperties, false);
});
