import { NormalizedSchema } from '@smithy/core/schema';

/** An operation's or an error's schema, as AWS SDKs for JavaScript export it: `CreateHostedZone$` and the like. */
export type OperationSchema = Parameters<typeof NormalizedSchema.of>[0];

/** The numbers by which the SDK tells kinds of schemas apart. */
const OPERATION = 9;
const ERROR = -3;

/** What a service's client of the SDK exports of its model. Only the operations of `names`, where it is given. */
export function schemasOf(
  client: object,
  names?: Iterable<string>,
): { operations: OperationSchema[]; errors: OperationSchema[] } {
  const wanted = names && new Set(names);
  const schemas = Object.values(client).filter((value) => Array.isArray(value)) as [number, string, string][];
  const ofKind = (kind: number) => schemas.filter((schema) => schema[0] === kind);
  const operations = ofKind(OPERATION).filter(([, , name]) => !wanted || wanted.has(name));
  return {
    operations: operations as unknown as OperationSchema[],
    errors: ofKind(ERROR) as unknown as OperationSchema[],
  };
}

/** An operation of a protocol that does not go by paths. */
export type RpcOperation = { name: string; input: NormalizedSchema; output: NormalizedSchema };

/** @throws TypeError for a schema that is no operation */
export function readRpcOperation(schema: OperationSchema): RpcOperation {
  const [kind, , name, , input, output] = schema as unknown as [
    number,
    string,
    string,
    unknown,
    OperationSchema,
    OperationSchema,
  ];
  if (kind !== OPERATION) throw new TypeError(`${name} is no operation`);
  return { name, input: NormalizedSchema.of(input), output: NormalizedSchema.of(output) };
}

/** The names of members without which a structure says nothing. They come first in a schema; their number stands at its end. */
export function requiredMembers(schema: NormalizedSchema): readonly string[] {
  if (!schema.isStructSchema()) return [];
  const { 4: names, 6: required = 0 } = schema.getSchema() as unknown as { 4: string[]; 6?: number };
  return names.slice(0, required);
}

/** HTTP statuses by the codes of errors: 400 where the model names none. */
export function readErrorStatuses(errors: readonly OperationSchema[]): ReadonlyMap<string, number> {
  const statuses = errors.map((error): [string, number] => {
    const schema = NormalizedSchema.of(error);
    const { httpError = 400 } = schema.getMergedTraits() as { httpError?: number };
    return [schema.getName()!, httpError];
  });
  return new Map(statuses);
}

/** The same for the query protocol, in which errors may have other codes and statuses. */
export function readQueryErrorStatuses(errors: readonly OperationSchema[]): ReadonlyMap<string, number> {
  const statuses = new Map(readErrorStatuses(errors));
  for (const error of errors) {
    const { awsQueryError } = NormalizedSchema.of(error).getMergedTraits() as {
      awsQueryError?: [code: string, status: number];
    };
    if (awsQueryError) statuses.set(...awsQueryError);
  }
  return statuses;
}
