import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../aws-error.ts';
import { requiredMembers } from '../schema/operation-schema.ts';
import { readBase64 } from '../schema/read-text.ts';

/**
 * A value by its schema, from what JSON.parse gave. A member that the schema does not have is refused and not passed over; null is a member
 * that is not there.
 * @param path of the value, in messages
 * @throws AwsError SerializationException, ValidationException
 */
export function readJson(schema: NormalizedSchema, value: unknown, path = ''): unknown {
  if (schema.isStructSchema()) return readStructure(schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) refuse(path, 'a list');
    return value.map((item, index) => readJson(schema.getValueSchema(), item, `${path}.${index + 1}.member`));
  }
  if (schema.isMapSchema()) {
    if (!isRecord(value)) refuse(path, 'an object');
    const entries = Object.entries(value).map(
      ([key, item]) => [key, readJson(schema.getValueSchema(), item, `${path}.${key}.member`)] as const,
    );
    return Object.fromEntries(entries);
  }
  return readSimple(schema, value, path);
}

function readStructure(schema: NormalizedSchema, value: unknown, path: string): Record<string, unknown> {
  if (!isRecord(value)) refuse(path, 'an object');
  const left = new Map(Object.entries(value));
  const read: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const item = left.get(name);
    left.delete(name);
    if (item !== undefined && item !== null) read[name] = readJson(member, item, pathOf(path, name));
  }
  for (const name of left.keys()) {
    throw new AwsError('SerializationException', `'${pathOf(path, name)}' is not known here.`);
  }
  for (const name of requiredMembers(schema)) {
    if (read[name] !== undefined) continue;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value null at '${pathOf(path, name)}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return read;
}

function readSimple(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isStringSchema()) return typeof value === 'string' ? value : refuse(path, 'a string');
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? value : refuse(path, 'true or false');
  if (schema.isNumericSchema()) return typeof value === 'number' ? value : refuse(path, 'a number');
  if (schema.isTimestampSchema()) {
    const date = typeof value === 'number' ? new Date(value * 1000) : undefined;
    return date && !Number.isNaN(date.getTime()) ? date : refuse(path, 'seconds since 1970');
  }
  if (schema.isBlobSchema()) {
    return (typeof value === 'string' ? readBase64(value) : undefined) ?? refuse(path, 'in base64');
  }
  throw new TypeError(`${path} has a type that requests cannot carry`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members in messages begin with a small letter, as AWS writes them. */
function pathOf(path: string, name: string): string {
  const small = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  return path === '' ? small : `${path}.${small}`;
}

function refuse(path: string, expected: string): never {
  throw new AwsError(
    'SerializationException',
    `${path === '' ? 'The body' : `'${path}'`} is not ${expected}.`,
  );
}
