import * as aws from '@aws-sdk/client-route-53';
import {
  type ApiServer,
  type ApiServerOptions,
  AwsError,
  type AwsService,
  type Caller,
  type Handler,
  restXml,
  schemasOf,
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
  options: Omit<ApiServerOptions, 'services'>,
): Promise<Route53Server> {
  return startApiServer({ ...options, services: [route53Service(route53)] });
}

/** The API as one of the services of a server. */
export function route53Service(route53: Route53): AwsService {
  const handlers = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      makeHandler(route53, operation as Operation<never, object>),
    ]),
  );
  const protocol = makeProtocol();
  return { name: 'route53', protocol: () => protocol, handlers };
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

function makeProtocol() {
  return restXml({ ...schemasOf(aws), namespace: 'https://route53.amazonaws.com/doc/2013-04-01/' });
}
