import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Protocol, WireRequest, WireResponse } from '../protocol.ts';
import type { Authenticate, Caller } from '../signature/authenticate.ts';

/** One of a service's operations, from input to output, both in the shapes of the service's model. @throws AwsError */
export type Handler = (input: never, caller: Caller) => object | Promise<object>;

export type AwsService = {
  /** As signatures name it: `route53`. */
  name: string;
  protocol: Protocol;
  handlers: Readonly<Record<string, Handler>>;
};

export type AnswerOptions = {
  service: AwsService;
  authenticate: Authenticate;
  /** Told of what no client is to blame for. */
  onFailure: (error: unknown, operation: string) => void;
};

/** Request in, response out. Never rejects. */
export async function answerRequest(request: WireRequest, options: AnswerOptions): Promise<WireResponse> {
  const { service, authenticate, onFailure } = options;
  const requestId = randomUUID();
  let operation = 'an unknown operation';
  try {
    const caller = authenticate(request, service.name);
    const call = service.protocol.readCall(request);
    operation = call.operation;
    const handler = Object.hasOwn(service.handlers, operation) ? service.handlers[operation] : undefined;
    if (!handler)
      throw new AwsError('NotImplemented', `${operation} is not implemented here.`, { status: 501 });
    const output = await handler(call.input as never, caller);
    return service.protocol.writeOutput(operation, output, requestId);
  } catch (error) {
    if (!(error instanceof AwsError)) {
      onFailure(error, operation);
      const message = 'An internal error occurred.';
      return service.protocol.writeError('InternalFailure', message, 500, requestId);
    }
    if (error.cause !== undefined) onFailure(error.cause, operation);
    return service.protocol.writeError(error.code, error.message, error.status, requestId);
  }
}
