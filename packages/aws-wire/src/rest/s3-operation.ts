import { NormalizedSchema } from '@smithy/core/schema';
import type { OperationSchema } from '../schema/operation-schema.ts';

/** An operation of S3: many have the same path, and what is in the query string tells them apart. */
export type S3Operation = {
  name: string;
  method: string;
  /** Whether the path goes on after the bucket. */
  onKey: boolean;
  /** Whether the path names a bucket at all. */
  onBucket: boolean;
  /** What has to stand in the query string: `list-type` with its value, or a name alone. */
  constants: ReadonlyMap<string, string>;
  status: number;
  input: NormalizedSchema;
  output: NormalizedSchema;
};

/** Says which operation it is, and is no part of its input. */
const OPERATION_HINT = 'x-id';

/** @throws TypeError for a schema that is no operation of a REST protocol */
export function readS3Operation(schema: OperationSchema): S3Operation {
  const [kind, , name, traits, inputSchema, output] = schema as unknown as [
    number,
    string,
    string,
    { http?: [method: string, path: string, status: number] },
    OperationSchema,
    OperationSchema,
  ];
  if (kind !== 9 || !traits.http) throw new TypeError(`${name} is no operation of a REST protocol`);
  const [method, uri, status] = traits.http;
  const [path, query = ''] = uri.split('?');
  const input = NormalizedSchema.of(inputSchema);
  const constants = new Map([...new URLSearchParams(query)].filter(([key]) => key !== OPERATION_HINT));
  return {
    name,
    method,
    onKey: path!.endsWith('{Key+}'),
    onBucket: !input.isUnitSchema() && [...input.structIterator()].some(([member]) => member === 'Bucket'),
    constants,
    status,
    input,
    output: NormalizedSchema.of(output),
  };
}

export type S3Place = { bucket: string | undefined; key: string | undefined };

/** `/BUCKET/KEY`, as addresses have it that name no bucket in the host; undefined for what is not well encoded. */
export function readPlace(path: string): S3Place | undefined {
  const [bucket = '', ...key] = path.slice(1).split('/');
  try {
    return {
      bucket: bucket === '' ? undefined : decodeURIComponent(bucket),
      key: key.join('/') === '' ? undefined : decodeURIComponent(key.join('/')),
    };
  } catch {
    return undefined;
  }
}

/** The operation of which most stands in the query string, and of which nothing is missing there. */
export function chooseS3Operation(
  operations: readonly S3Operation[],
  method: string,
  { bucket, key }: S3Place,
  query: URLSearchParams,
): S3Operation | undefined {
  return operations
    .filter((each) => each.method === method && each.onKey === (key !== undefined))
    .filter((each) => each.onBucket === (bucket !== undefined))
    .filter(({ constants }) => [...constants].every(([name, value]) => query.get(name) === value))
    .sort((a, b) => b.constants.size - a.constants.size)[0];
}

/** Names in a query string that an operation does nothing with. Those of a presigned request are the signature's. */
export function unknownNames({ constants, input }: S3Operation, query: URLSearchParams): string[] {
  const known = new Set([OPERATION_HINT, ...constants.keys()]);
  if (!input.isUnitSchema()) {
    for (const [, member] of input.structIterator()) {
      const { httpQuery } = member.getMergedTraits();
      if (httpQuery) known.add(httpQuery);
    }
  }
  return [...query.keys()].filter((name) => !known.has(name) && !name.startsWith('X-Amz-'));
}
