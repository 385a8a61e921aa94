import type { NormalizedSchema } from '@smithy/core/schema';

/** How a time stands in text where its schema does not say. */
export type TimeFormat = 'date-time' | 'http-date' | 'epoch-seconds';

const FORMATS: Readonly<Record<number, TimeFormat>> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };

/**
 * A value that stands as text (in XML, a form, a path, a query string or a header) by its schema; undefined for a text that is none.
 * @throws TypeError for a schema that text cannot carry
 */
export function readText(
  schema: NormalizedSchema,
  text: string,
  format: TimeFormat = 'date-time',
): string | boolean | number | Date | Uint8Array | undefined {
  if (schema.isStringSchema()) return text;
  const trimmed = text.trim();
  if (schema.isBooleanSchema()) return BOOLEANS.get(trimmed);
  if (schema.isNumericSchema()) return readNumber(trimmed);
  if (schema.isTimestampSchema()) return readTime(trimmed, FORMATS[schema.getSchema() as number] ?? format);
  if (schema.isBlobSchema()) return readBase64(trimmed);
  throw new TypeError(`${schema.getName(true)} has a type that requests cannot carry`);
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** What the schema is called in messages. */
export function typeName(schema: NormalizedSchema): string {
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isNumericSchema()) return 'integer';
  return schema.isTimestampSchema() ? 'dateTime' : 'base64Binary';
}

function readNumber(text: string): number | undefined {
  return /^[+-]?[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text) ? Number(text) : undefined;
}

function readTime(text: string, format: TimeFormat): Date | undefined {
  if (format === 'epoch-seconds') {
    const seconds = readNumber(text);
    return seconds === undefined ? undefined : validDate(Math.round(seconds * 1000));
  }
  const shape =
    format === 'http-date' ? /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} / : /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/;
  return shape.test(text) ? validDate(text) : undefined;
}

function validDate(value: string | number): Date | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Strict (RFC 4648 §4): with its padding, and nothing else in it. */
export function readBase64(text: string): Uint8Array | undefined {
  const isWhole = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isWhole ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
}
