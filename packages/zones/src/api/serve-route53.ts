import * as aws from '@aws-sdk/client-route-53';
import {
  type ApiServer,
  type ApiServerOptions,
  AwsError,
  type Caller,
  type Handler,
  type OperationSchema,
  restXml,
  startApiServer,
} from '@pointsman/aws-wire';
import { Refusal } from '../store/refusal.ts';
import type { Operation, Route53 } from './operation.ts';
import { operations } from './operations.ts';

export type Route53Server = ApiServer;

/**
 * Serves the Route 53 API of 2013-04-01 over a store: https://docs.aws.amazon.com/Route53/latest/APIReference/
 * @throws ApiError without keys elsewhere than on loopback; what listening throws
 */
export function serveRoute53(
  route53: Route53,
  options: Omit<ApiServerOptions, 'service'>,
): Promise<Route53Server> {
  const handlers = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      makeHandler(route53, operation as Operation<never, object>),
    ]),
  );
  const service = { name: 'route53', protocol: makeProtocol(), handlers };
  return startApiServer({ ...options, service });
}

function makeHandler(route53: Route53, operation: Operation<never, object>): Handler {
  return async (input: never, caller: Caller) => {
    try {
      return await operation(route53, input, caller);
    } catch (error) {
      throw error instanceof Refusal ? toAwsError(error) : error;
    }
  };
}

function toAwsError({ code, messages, cause }: Refusal): AwsError {
  if (code === 'ServiceUnavailable') return new AwsError(code, messages[0]!, { status: 503, cause });
  return new AwsError(code, code === 'InvalidChangeBatch' ? `[${messages.join(', ')}]` : messages[0]!);
}

/** Operations are schemas of kind 9 in the SDK, errors of kind -3. */
function makeProtocol() {
  const schemas = Object.values(aws).filter((value) => Array.isArray(value)) as unknown as OperationSchema[];
  const ofKind = (kind: number) => schemas.filter((schema) => (schema as unknown as [number])[0] === kind);
  return restXml({
    operations: ofKind(9),
    errors: ofKind(-3),
    namespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
  });
}
