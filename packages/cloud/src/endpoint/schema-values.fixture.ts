import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';

export type ValueOptions = {
  /** Requests keep every text; responses lose spaces at its ends, and elements without text. */
  text: fc.Arbitrary<string>;
};

/** Characters that stand for something in forms or in XML, and some of other scripts. */
const CHARACTERS = [...'ab09 .&<>=+%/"\'é漢😀'];

export const ANY_TEXT = fc
  .array(fc.constantFrom(...CHARACTERS), { maxLength: 6 })
  .map((each) => each.join(''));
export const SOLID_TEXT = ANY_TEXT.map((text) => `x${text}x`);

/** How deep values go: schemas may contain themselves. */
const DEEPEST = 4;

/** Values of a schema, as a client may send them or a service give them. */
export function valuesOf(schema: NormalizedSchema, options: ValueOptions, depth = 0): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) return structures(schema, options, depth);
  if (schema.isListSchema()) {
    return fc.array(valuesOf(schema.getValueSchema(), options, depth + 1), { minLength: 1, maxLength: 3 });
  }
  if (schema.isMapSchema()) {
    const entry = fc.tuple(options.text, valuesOf(schema.getValueSchema(), options, depth + 1));
    return fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer();
  if (schema.isTimestampSchema()) {
    return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
  }
  if (schema.isBlobSchema())
    return fc.uint8Array({ minLength: 1, maxLength: 5 }).map((bytes) => new Uint8Array(bytes));
  return options.text;
}

function structures(schema: NormalizedSchema, options: ValueOptions, depth: number): fc.Arbitrary<object> {
  const { 6: required = 0 } = schema.getSchema() as unknown as { 6?: number };
  const members = [...schema.structIterator()].filter(
    ([, member], index) => index < required || depth < DEEPEST || !isNested(member),
  );
  // A few members at a time: the largest structures have fifty.
  const needed = members.slice(0, required);
  const others = members.slice(required);
  const maxLength = Math.min(others.length, schema.isUnionSchema() ? 1 : 6);
  const chosen = fc
    .subarray(others, { minLength: Math.min(1, maxLength), maxLength })
    .map((some) => [...needed, ...some]);
  return chosen.chain((some) =>
    fc.record(
      Object.fromEntries(
        withTokens(members, some).map(([name, member]) => [name, valuesOf(member, options, depth + 1)]),
      ),
    ),
  );
}

type Member = [name: string, schema: NormalizedSchema];

/** The SDK makes up a token that nobody gives, so one is always given. */
function withTokens(all: readonly Member[], some: readonly Member[]): Member[] {
  const tokens = all.filter(
    ([name, member]) => member.isIdempotencyToken() && !some.some(([other]) => other === name),
  );
  return [...some, ...tokens];
}

function isNested(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema();
}

/** Without what no wire form tells from what is not there: empty lists, maps and structures. */
export function withoutEmpty(value: unknown): unknown {
  if (value instanceof Date || value instanceof Uint8Array || typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map(withoutEmpty).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(value)
    .map(([name, member]) => [name, withoutEmpty(member)] as const)
    .filter(([, member]) => member !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
