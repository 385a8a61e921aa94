import { XmlCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { RpcOperation } from '../schema/operation-schema.ts';

/** The documents that a query protocol answers with. */
export type DocumentWriter = {
  output(operation: RpcOperation, output: object, requestId: string): string;
  error(code: string, message: string, status: number, requestId: string): string;
};

/** A structure's schema in the SDK's form: kind, namespace, name, traits, names of members, their schemas. */
type StructureSchema = [3, string, string, object, readonly string[], readonly unknown[]];

const STRING = 0;

/** EC2 puts the members of the output beside the request's ID, and errors into a document of their own form. */
export function ec2Documents(namespace: string): DocumentWriter {
  const write = makeWriter(namespace);
  const writeBare = makeWriter(undefined);
  const error = structure('Error', { Code: STRING, Message: STRING });
  const errors = structure('Errors', { Error: error });
  const failure = structure('Response', { Errors: errors, RequestID: STRING });
  const envelope = memoize(({ name, output }: RpcOperation) => {
    const [names, schemas] = output.isUnitSchema() ? [[], []] : membersOf(output);
    const members = ['requestId', ...names];
    return schema([3, '', `${name}Response`, {}, members, [STRING, ...schemas]]);
  });
  return {
    output: (operation, output, requestId) => write(envelope(operation), { requestId, ...output }),
    error: (Code, Message, _status, RequestID) =>
      writeBare(failure, { Errors: { Error: { Code, Message } }, RequestID }),
  };
}

/** The other services of the query protocol put the output into an element of its own. */
export function queryDocuments(namespace: string): DocumentWriter {
  const write = makeWriter(namespace);
  const metadata = structure('ResponseMetadata', { RequestId: STRING });
  const error = structure('Error', { Type: STRING, Code: STRING, Message: STRING });
  const failure = structure('ErrorResponse', { Error: error, RequestId: STRING });
  const envelope = memoize(({ name, output }: RpcOperation) => {
    if (output.isUnitSchema()) return structure(`${name}Response`, { ResponseMetadata: metadata });
    const result = schema([3, '', `${name}Result`, {}, ...membersOf(output)]);
    return structure(`${name}Response`, { [`${name}Result`]: result, ResponseMetadata: metadata });
  });
  return {
    output: (operation, output, RequestId) =>
      write(envelope(operation), {
        ...(operation.output.isUnitSchema() ? {} : { [`${operation.name}Result`]: output }),
        ResponseMetadata: { RequestId },
      }),
    error: (Code, Message, status, RequestId) =>
      write(failure, { Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message }, RequestId }),
  };
}

function structure(name: string, members: Readonly<Record<string, unknown>>): NormalizedSchema {
  return schema([3, '', name, {}, Object.keys(members), Object.values(members)]);
}

function schema(parts: StructureSchema): NormalizedSchema {
  return NormalizedSchema.of(parts as unknown as Parameters<typeof NormalizedSchema.of>[0]);
}

function membersOf(output: NormalizedSchema): [names: readonly string[], schemas: readonly unknown[]] {
  const { 4: names, 5: schemas } = output.getSchema() as unknown as StructureSchema;
  return [names, schemas];
}

function makeWriter(namespace: string | undefined) {
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: namespace!,
    serviceNamespace: '',
  });
  return (shape: NormalizedSchema, value: object): string => {
    const serializer = codec.createSerializer();
    serializer.write(shape, value);
    return serializer.flush() as string;
  };
}

function memoize(make: (operation: RpcOperation) => NormalizedSchema) {
  const made = new Map<string, NormalizedSchema>();
  return (operation: RpcOperation) => {
    const known = made.get(operation.name) ?? make(operation);
    made.set(operation.name, known);
    return known;
  };
}
