import { JsonCodec } from '@aws-sdk/core/protocols';
import { AwsError } from '../aws-error.ts';
import type { Protocol } from '../protocol.ts';
import {
  type OperationSchema,
  type RpcOperation,
  readErrorStatuses,
  readRpcOperation,
} from '../schema/operation-schema.ts';
import { readJson } from './read-json.ts';

export type JsonOptions = {
  operations: readonly OperationSchema[];
  /** Errors of the service's model, with their HTTP statuses. */
  errors: readonly OperationSchema[];
  /** What stands before the operation in `X-Amz-Target`: `AmazonSSM`. */
  target: string;
};

/** The protocol of services such as SSM, AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export function awsJson({ operations, errors, target }: JsonOptions): Protocol {
  const byName = new Map<string, RpcOperation>();
  for (const schema of operations) {
    const operation = readRpcOperation(schema);
    byName.set(operation.name, operation);
  }
  const statuses = readErrorStatuses(errors);
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });
  return {
    readCall({ headers, body }) {
      const [service, name, ...more] = String(headers['x-amz-target'] ?? '').split('.');
      const operation = byName.get(name ?? '');
      if (service !== target || !operation || more.length > 0) {
        throw new AwsError('UnknownOperationException', `No operation ${headers['x-amz-target'] ?? ''}.`);
      }
      const document = parseDocument(body);
      const input = operation.input.isUnitSchema() ? {} : readJson(operation.input, document);
      return { operation: operation.name, input: input as object };
    },
    writeOutput(name, output, requestId) {
      const { output: schema } = byName.get(name)!;
      if (schema.isUnitSchema()) return respond(200, '{}', requestId);
      const serializer = codec.createSerializer();
      serializer.write(schema, output);
      return respond(200, serializer.flush() as string, requestId);
    },
    writeError: (code, message, status = statuses.get(code) ?? 400, requestId) =>
      respond(status, JSON.stringify({ __type: code, message }), requestId),
  };
}

function parseDocument(body: Uint8Array): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : 'it is not in UTF-8';
    throw new AwsError('SerializationException', `The body is no JSON: ${reason}`);
  }
}

function respond(status: number, body: string, requestId: string) {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
  return { status, headers, body };
}
