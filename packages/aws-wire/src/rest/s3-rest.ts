import { XmlCodec } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../aws-error.ts';
import type { Call, Protocol, WireRequest, WireResponse } from '../protocol.ts';
import { readErrorStatuses } from '../schema/operation-schema.ts';
import { readText } from '../schema/read-text.ts';
import { cleanText } from '../xml/clean-text.ts';
import { isMistake, parseXml } from '../xml/parse-xml.ts';
import { readStructure, requireMembers } from './read-shape.ts';
import type { RestXmlOptions } from './rest-xml.ts';
import {
  chooseS3Operation,
  readPlace,
  readS3Operation,
  type S3Operation,
  type S3Place,
  unknownNames,
} from './s3-operation.ts';

/**
 * REST-XML as S3 has it: buckets and keys in the path, bodies that are objects, errors without an envelope.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAPI.html
 */
export function s3Rest({ operations, errors, namespace }: RestXmlOptions): Protocol {
  const known = operations.map(readS3Operation);
  const byName = new Map(known.map((operation) => [operation.name, operation]));
  const statuses = readErrorStatuses(errors);
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: true,
    xmlNamespace: namespace,
    serviceNamespace: '',
  });
  const write = (schema: NormalizedSchema, value: object) => {
    const serializer = codec.createSerializer();
    serializer.write(schema, value);
    return serializer.flush() as string;
  };
  return {
    readCall: (request) => readCall(known, request),
    writeOutput: (name, output, requestId) => writeOutput(byName.get(name)!, output, requestId, write),
    writeError: (code, message, status = statuses.get(code) ?? 400, requestId) => {
      const element = (name: string, text: string) => `<${name}>${escapeText(text)}</${name}>`;
      const parts = [element('Code', code), element('Message', message), element('RequestId', requestId)];
      return respond(status, `<Error>${parts.join('')}</Error>`, requestId);
    },
  };
}

function readCall(known: readonly S3Operation[], request: WireRequest): Call {
  const query = new URLSearchParams(request.queryString);
  const place = readPlace(request.path);
  if (!place) throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  const operation = chooseS3Operation(known, request.method, place, query);
  if (!operation) {
    const on =
      place.key !== undefined ? 'an object' : place.bucket !== undefined ? 'a bucket' : 'the service';
    const names = [...query.keys()].join('&');
    throw notImplemented(`${request.method} of ${on}${names === '' ? '' : ` with ?${names}`}`);
  }
  const [unknown] = unknownNames(operation, query);
  if (unknown !== undefined) throw notImplemented(`?${unknown}`);
  if (request.headers['x-amz-content-sha256']?.toString().startsWith('STREAMING-')) {
    throw notImplemented('x-amz-content-sha256: STREAMING-…');
  }
  if (operation.input.isUnitSchema()) return { operation: operation.name, input: {} };
  return { operation: operation.name, input: readInput(operation.input, place, query, request) };
}

function notImplemented(what: string): AwsError {
  const message = `A header or query you provided implies functionality that is not implemented: ${what}`;
  return new AwsError('NotImplemented', message, { status: 501 });
}

function readInput(
  schema: NormalizedSchema,
  { bucket, key }: S3Place,
  query: URLSearchParams,
  { headers, body }: WireRequest,
): object {
  const input: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload } = member.getMergedTraits();
    if (httpPrefixHeaders) input[name] = readPrefixed(headers, httpPrefixHeaders);
    else if (httpPayload) input[name] = readPayload(member, body);
    else {
      const text = httpLabel
        ? name === 'Key'
          ? key
          : bucket
        : httpQuery
          ? query.get(httpQuery)
          : headers[httpHeader?.toLowerCase() ?? ''];
      if (text !== undefined && text !== null) input[name] = readMember(member, String(text), name);
    }
  }
  requireMembers(schema, input);
  return input;
}

function readMember(member: NormalizedSchema, text: string, name: string): unknown {
  const value = member.isListSchema()
    ? text.split(',').map((each) => each.trim())
    : readText(member, text, 'http-date');
  if (value === undefined)
    throw new AwsError('InvalidArgument', `'${text}' is not a valid value for ${name}.`);
  return value;
}

function readPrefixed(headers: WireRequest['headers'], prefix: string): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), String(value)]));
}

function readPayload(member: NormalizedSchema, body: Uint8Array): unknown {
  if (!member.isStructSchema()) return body;
  if (body.length === 0) return undefined;
  const root = parseXml(Buffer.from(body).toString());
  if (isMistake(root)) {
    throw new AwsError('MalformedXML', `The XML you provided was not well-formed: ${root.mistake}`);
  }
  return readStructure(member, root);
}

function writeOutput(
  { output: schema, status }: S3Operation,
  output: object,
  requestId: string,
  write: (schema: NormalizedSchema, value: object) => string,
): WireResponse {
  if (schema.isUnitSchema()) return respond(status, '', requestId);
  const inBody: Record<string, unknown> = { ...output };
  const headers: Record<string, string> = {};
  let payload: string | Uint8Array | undefined;
  let hasDocument = false;
  for (const [name, member] of schema.structIterator()) {
    const { httpHeader, httpPrefixHeaders, httpPayload } = member.getMergedTraits();
    hasDocument ||= !(httpHeader || httpPrefixHeaders || httpPayload);
    const value = inBody[name];
    if (!(httpHeader || httpPrefixHeaders || httpPayload) || value === undefined) continue;
    delete inBody[name];
    if (httpHeader) headers[httpHeader.toLowerCase()] = writeHeader(value);
    else if (httpPayload) payload = value as Uint8Array;
    else
      for (const [key, text] of Object.entries(value as object)) headers[`${httpPrefixHeaders}${key}`] = text;
  }
  const body = payload ?? (hasDocument ? write(schema, inBody) : '');
  const response = respond(status, body, requestId);
  return { ...response, headers: { ...response.headers, ...headers } };
}

function writeHeader(value: unknown): string {
  return value instanceof Date ? value.toUTCString() : String(value);
}

function respond(status: number, body: string | Uint8Array, requestId: string): WireResponse {
  const isDocument = typeof body === 'string' && body !== '';
  return {
    status,
    headers: { 'x-amz-request-id': requestId, ...(isDocument && { 'content-type': 'application/xml' }) },
    body: isDocument ? `<?xml version="1.0" encoding="UTF-8"?>\n${body}` : body,
  };
}

function escapeText(text: string): string {
  return cleanText(text).replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
