import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import type { Tags } from './model.ts';

/** What a resource has to match a filter by: values by the filter's name. */
export type FilterFields<Kept> = Readonly<
  Record<string, (record: Kept) => string | boolean | number | undefined | readonly (string | undefined)[]>
>;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const MOST_VALUES = 200;

/**
 * What tells whether a record passes all filters: of each filter, one value at least has to match. `tag:KEY`, `tag-key` and `tag-value` work for
 * every kind of resource.
 * @throws AwsError InvalidParameterValue for a filter that the kind does not have, FilterLimitExceeded
 */
export function compileFilters<Kept extends { tags: Tags }>(
  filters: readonly Filter[] | undefined,
  fields: FilterFields<Kept>,
): (record: Kept) => boolean {
  const values = (filters ?? []).reduce((sum, { Values = [] }) => sum + Values.length, 0);
  if (values > MOST_VALUES) {
    throw new AwsError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  }
  const tests = (filters ?? []).map((filter) => compileFilter(filter, fields));
  return (record) => tests.every((test) => test(record));
}

function compileFilter<Kept extends { tags: Tags }>(
  { Name = '', Values = [] }: Filter,
  fields: FilterFields<Kept>,
): (record: Kept) => boolean {
  const valuesOf = findField(Name, fields);
  if (Values.length === 0) {
    throw new AwsError('InvalidParameterValue', `The filter '${Name}' has no values`);
  }
  return (record) => {
    const found = valuesOf(record);
    const own = Array.isArray(found) ? found : [found];
    return own.some(
      (value) => value !== undefined && Values.some((pattern) => matchesPattern(pattern, String(value))),
    );
  };
}

function findField<Kept extends { tags: Tags }>(
  name: string,
  fields: FilterFields<Kept>,
): FilterFields<Kept>[string] {
  if (name.startsWith('tag:')) return ({ tags }) => own(tags, name.slice(4));
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags);
  if (name === 'tag-value') return ({ tags }) => Object.values(tags);
  const field = own(fields, name);
  if (!field) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return field;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/**
 * True where the whole text matches: `*` stands for any characters, `?` for one, and a backslash takes the meaning from the next one. In at most
 * pattern times text steps.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  /** Where the last star stands, and how much of the text it has taken so far. */
  let star = -1;
  let taken = 0;
  while (from < text.length) {
    const isEscaped = pattern[at] === '\\' && at + 1 < pattern.length;
    const character = isEscaped ? pattern[at + 1] : pattern[at];
    if (!isEscaped && character === '*') {
      star = at++;
      taken = from;
    } else if (at < pattern.length && ((!isEscaped && character === '?') || character === text[from])) {
      at += isEscaped ? 2 : 1;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
