import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { topologyJsonSchema } from '@pointsman/core/topology';
import { ROOT } from './system/command.ts';

type Schema = {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
};

/** Written out once, for the tier; a view's are the same. */
const AS_ABOVE = /\.views\.NAME\.(rules\[\]|otherwise\.)|\.otherwise\.probe\./;

test('docs/topology.md names every key of a topology, and no other', () => {
  const text = readFileSync(resolve(ROOT, 'docs/topology.md'), 'utf8');
  const documented = [...text.matchAll(/^\| (?:\*\*)?`([^`]+)`/gm)].map((match) => match[1]!);
  const known = new Set(keysOf(topologyJsonSchema() as Schema, ''));
  const expected = [...known].filter((key) => !AS_ABOVE.test(key));
  assert.deepEqual(documented.toSorted(), expected.toSorted());
});

/** Every path in the schema: `networks.NAME.cidrs`, `links[].kind`. */
function keysOf(schema: Schema, path: string): string[] {
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [] } = schema;
  return [
    ...[...anyOf, ...oneOf].flatMap((each) => keysOf(each, path)),
    ...Object.entries(properties).flatMap(([key, each]) => {
      const at = path === '' ? key : `${path}.${key}`;
      return [at, ...keysOf(each, at)];
    }),
    ...(items ? keysOf(items, `${path}[]`) : []),
    ...(typeof additionalProperties === 'object' ? keysOf(additionalProperties, `${path}.NAME`) : []),
  ];
}
