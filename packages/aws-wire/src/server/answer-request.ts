import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Protocol, WireRequest, WireResponse } from '../protocol.ts';
import type { Authenticate, Caller } from '../signature/authenticate.ts';

/** One of a service's operations, from input to output, both in the shapes of the service's model. @throws AwsError */
export type Handler = (input: never, caller: Caller) => object | Promise<object>;

export type AwsService = {
  /** As signatures name it: `route53`. */
  name: string;
  /** Made when the first request comes: a model may take tens of megabytes. */
  protocol: () => Protocol | Promise<Protocol>;
  handlers: Readonly<Record<string, Handler>>;
  /** Bytes of a request's body, where the service takes more than `API_LIMITS.body`. */
  bodyLimit?: number;
  /** What the service says in place of an error that is the same for all services: EC2 has codes of its own. */
  translateError?: (error: AwsError) => AwsError;
};

/** A call that is about to be made. */
export type GatedCall = { service: string; operation: string; input: object; caller: Caller };

export type AnswerOptions = {
  authenticate: Authenticate;
  /** Lets a call pass, or throws what it is refused with; it may take its time. */
  gate?: (call: GatedCall) => void | Promise<void>;
  /** Told of what no client is to blame for. */
  onFailure: (error: unknown, operation: string) => void;
};

/** Request in, response out. Rejects only where the protocol cannot be made. */
export async function answerRequest(
  request: WireRequest,
  service: AwsService,
  { authenticate, gate, onFailure }: AnswerOptions,
): Promise<WireResponse> {
  const requestId = randomUUID();
  const protocol = await service.protocol();
  let operation = 'an unknown operation';
  try {
    const caller = authenticate(request, service.name);
    const call = protocol.readCall(request);
    operation = call.operation;
    const handler = Object.hasOwn(service.handlers, operation) ? service.handlers[operation] : undefined;
    if (!handler)
      throw new AwsError('NotImplemented', `${operation} is not implemented here.`, { status: 501 });
    await gate?.({ service: service.name, operation, input: call.input, caller });
    const output = await handler(call.input as never, caller);
    return protocol.writeOutput(operation, output, requestId);
  } catch (error) {
    return writeError(service, protocol, asAwsError(error, operation, onFailure), requestId);
  }
}

/** The response that tells of an error, in the service's own words. */
export function writeError(
  { translateError = (error) => error }: AwsService,
  protocol: Protocol,
  error: AwsError,
  requestId: string,
): WireResponse {
  const { code, message, status } = translateError(error);
  return protocol.writeError(code, message, status, requestId);
}

/** What broke inside is told to the operator, and to the client only that something did. */
function asAwsError(error: unknown, operation: string, onFailure: AnswerOptions['onFailure']): AwsError {
  if (!(error instanceof AwsError)) {
    onFailure(error, operation);
    return new AwsError('InternalFailure', 'An internal error occurred.', { status: 500 });
  }
  if (error.cause !== undefined) onFailure(error.cause, operation);
  return error;
}
