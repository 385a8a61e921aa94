import { AwsError } from '../aws-error.ts';
import type { Protocol, WireRequest, WireResponse } from '../protocol.ts';
import {
  type OperationSchema,
  type RpcOperation,
  readQueryErrorStatuses,
  readRpcOperation,
} from '../schema/operation-schema.ts';
import { cleanText } from '../xml/clean-text.ts';
import { isFormMistake, type Parameter, parseForm } from './parameters.ts';
import { type QueryDialect, readParameters } from './read-parameters.ts';
import { type DocumentWriter, ec2Documents, queryDocuments } from './write-documents.ts';

export type QueryOptions = {
  operations: readonly OperationSchema[];
  /** Errors of the service's model, with their HTTP statuses. */
  errors: readonly OperationSchema[];
  namespace: string;
  /** Of the API: `2016-11-15`. */
  version: string;
};

/** The protocol of EC2: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export function ec2Query(options: QueryOptions): Protocol {
  return queryProtocol(options, EC2, ec2Documents(options.namespace));
}

/** The protocol of services such as Auto Scaling and STS: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function awsQuery(options: QueryOptions): Protocol {
  return queryProtocol(options, QUERY, queryDocuments(options.namespace));
}

type Dialect = QueryDialect & {
  malformed: (mistake: string) => never;
  noAction: (action: string | undefined, version: string | undefined) => never;
};

/** https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html */
const EC2: Dialect = {
  ec2: true,
  unknown: (path) => refuse('UnknownParameter', `The parameter ${path} is not recognized`),
  missing: (path) => refuse('MissingParameter', `The request must contain the parameter ${path}`),
  invalid: (path, text, type) =>
    refuse('InvalidParameterValue', `Value (${text}) for parameter ${path} is invalid. It is no ${type}.`),
  malformed: (mistake) => refuse('InvalidQueryParameter', mistake),
  noAction: (action, version) =>
    action === undefined
      ? refuse('MissingAction', 'The request is missing an action or a required parameter.')
      : refuse(
          'InvalidAction',
          `The action ${action} is not valid for this web service${version === undefined ? '.' : ` in version ${version}.`}`,
        ),
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html */
const QUERY: Dialect = {
  ec2: false,
  unknown: (path) => refuse('ValidationError', `The parameter ${path} is not recognized`),
  missing: (path) => {
    const at = path
      .split('.')
      .map((part) => `${part[0]!.toLowerCase()}${part.slice(1)}`)
      .join('.');
    refuse(
      'ValidationError',
      `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
    );
  },
  invalid: (path, text, type) =>
    refuse('MalformedInput', `'${text}' is not a valid value for '${type}' at '${path}'.`),
  malformed: (mistake) => refuse('MalformedQueryString', mistake),
  noAction: (action, version) =>
    action === undefined
      ? refuse('MissingAction', 'The request is missing an action or a required parameter.')
      : refuse(
          'InvalidAction',
          `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
        ),
};

function queryProtocol(options: QueryOptions, dialect: Dialect, documents: DocumentWriter): Protocol {
  const operations = new Map<string, RpcOperation>();
  for (const schema of options.operations) {
    const operation = readRpcOperation(schema);
    operations.set(operation.name, operation);
  }
  const statuses = readQueryErrorStatuses(options.errors);
  return {
    readCall(request) {
      const form = readForm(dialect, request);
      const action = takeText(form, 'Action');
      const version = takeText(form, 'Version');
      const operation = action === undefined ? undefined : operations.get(action);
      if (!operation || (version !== undefined && version !== options.version)) {
        return dialect.noAction(action, version);
      }
      if (operation.input.isUnitSchema()) {
        const [extra] = form.children.values();
        return extra ? dialect.unknown(extra.path) : { operation: operation.name, input: {} };
      }
      return { operation: operation.name, input: readParameters(dialect, operation.input, form) };
    },
    writeOutput: (name, output, requestId) =>
      respond(200, documents.output(operations.get(name)!, output, requestId), requestId),
    writeError: (code, message, status = statuses.get(code) ?? 400, requestId) =>
      respond(status, documents.error(code, cleanText(message), status, requestId), requestId),
  };
}

function readForm(dialect: Dialect, { body, queryString }: WireRequest): Parameter {
  const form = parseForm(queryString, Buffer.from(body).toString());
  return isFormMistake(form) ? dialect.malformed(form.mistake) : withoutSignature(form);
}

/** Without what a presigned request carries in its query string. */
function withoutSignature(form: Parameter): Parameter {
  for (const name of form.children.keys()) if (name.startsWith('X-Amz-')) form.children.delete(name);
  return form;
}

/** The text of a parameter, which is then no input of the operation. */
function takeText(form: Parameter, name: string): string | undefined {
  const parameter = form.children.get(name);
  if (parameter?.children.size !== 0) return undefined;
  form.children.delete(name);
  return parameter.text;
}

function respond(status: number, document: string, requestId: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${document}`,
  };
}

function refuse(code: string, message: string): never {
  throw new AwsError(code, cleanText(message));
}
