import { XmlCodec } from '@aws-sdk/core/protocols';
import { AwsError } from '../aws-error.ts';
import type { Call, Protocol, WireRequest, WireResponse } from '../protocol.ts';
import { type OperationSchema, readErrorStatuses } from '../schema/operation-schema.ts';
import { cleanText } from '../xml/clean-text.ts';
import { isMistake, parseXml } from '../xml/parse-xml.ts';
import { type Match, makeRouter, type RestOperation, readOperation } from './operation.ts';
import { readSimple, readStructure, requireMembers } from './read-shape.ts';

export type RestXmlOptions = {
  operations: readonly OperationSchema[];
  /** Errors of the service's model, with their HTTP statuses. */
  errors: readonly OperationSchema[];
  namespace: string;
};

/** The protocol of services such as Route 53: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
export function restXml({ operations, errors, namespace }: RestXmlOptions): Protocol {
  const known = operations.map(readOperation);
  const byName = new Map(known.map((operation) => [operation.name, operation]));
  const route = makeRouter(known);
  const statuses = readErrorStatuses(errors);
  const writeOutput = makeOutputWriter(namespace);
  return {
    readCall(request) {
      const match = route(request.method, request.path);
      if (!match) {
        const message = `no operation of this service has the path ${request.method} ${request.path}`;
        throw new AwsError('UnknownOperationException', message, { status: 404 });
      }
      return readCall(match, request);
    },
    writeOutput: (name, output, requestId) => writeOutput(byName.get(name)!, output, requestId),
    writeError: (code, message, status = statuses.get(code) ?? 400, requestId) => {
      const error = `<Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeText(code)}</Code><Message>${escapeText(message)}</Message></Error>`;
      const body = `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
      return respond(status, body, requestId);
    },
  };
}

function readCall({ operation, labels }: Match, request: WireRequest): Call {
  const { name, input: schema } = operation;
  const query = new URLSearchParams(request.queryString);
  const input: Record<string, unknown> = {};
  let hasBody = false;
  for (const [member, memberSchema] of schema.structIterator()) {
    const traits = memberSchema.getMergedTraits();
    const text = traits.httpLabel
      ? labels.get(member)
      : traits.httpQuery
        ? (query.get(traits.httpQuery) ?? undefined)
        : traits.httpHeader
          ? request.headers[traits.httpHeader.toLowerCase()]
          : undefined;
    hasBody ||= !(traits.httpLabel || traits.httpQuery || traits.httpHeader);
    if (text !== undefined) input[member] = readSimple(memberSchema, String(text), member);
  }
  if (hasBody && request.body.length > 0)
    return { operation: name, input: readBody(operation, request.body, input) };
  requireMembers(schema, input);
  return { operation: name, input };
}

/** The input: what the request carries outside of its document, and what the document says. */
function readBody(
  { input: schema }: RestOperation,
  body: Uint8Array,
  carried: Record<string, unknown>,
): object {
  const root = parseXml(decodeUtf8(body));
  if (isMistake(root)) throw malformed(`Invalid XML ; ${root.mistake}, at character ${root.offset + 1}`);
  const expected = schema.getMergedTraits().xmlName ?? schema.getName()!;
  if (root.name !== expected) throw malformed(`${root.name} is not valid, expected ${expected}`);
  return readStructure(schema, root, carried);
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw malformed('Invalid XML ; the document is not in UTF-8');
  }
}

function makeOutputWriter(namespace: string) {
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: true,
    xmlNamespace: namespace,
    serviceNamespace: '',
  });
  return ({ output: schema, status }: RestOperation, output: object, requestId: string): WireResponse => {
    const inBody: Record<string, unknown> = { ...output };
    const headers: Record<string, string> = {};
    for (const [member, memberSchema] of schema.structIterator()) {
      const { httpHeader } = memberSchema.getMergedTraits();
      if (!httpHeader || inBody[member] === undefined) continue;
      headers[httpHeader.toLowerCase()] = String(inBody[member]);
      delete inBody[member];
    }
    const serializer = codec.createSerializer();
    serializer.write(schema, inBody);
    const response = respond(status, serializer.flush() as string, requestId);
    return { ...response, headers: { ...response.headers, ...headers } };
  };
}

function respond(status: number, document: string, requestId: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0"?>\n${document}`,
  };
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedInput', message);
}

function escapeText(text: string): string {
  return cleanText(text).replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
