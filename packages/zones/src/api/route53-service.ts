import {
  AwsError,
  type AwsService,
  type Caller,
  type Protocol,
  restXml,
  schemasOf,
} from '@pointsman/aws-wire';
import { Refusal } from '../store/refusal.ts';
import type { Operation, Route53 } from './operation.ts';
import { operations } from './operations.ts';

export const SERVICE = 'route53';

/** The Route 53 API of 2013-04-01 as one of the services of a server: https://docs.aws.amazon.com/Route53/latest/APIReference/ */
export function route53Service(route53: Route53): AwsService {
  let protocol: Promise<Protocol> | undefined;
  const handlers = Object.fromEntries(
    Object.keys(operations).map((name) => [
      name,
      (input: never, caller: Caller) => perform(route53, name, input, caller),
    ]),
  );
  return {
    name: SERVICE,
    protocol: () => {
      protocol ??= loadProtocol();
      return protocol;
    },
    handlers,
  };
}

/** Carries an operation of the API out. @throws AwsError */
export async function perform(
  route53: Route53,
  name: string,
  input: object,
  caller: Caller,
): Promise<object> {
  const operation = operations[name as keyof typeof operations] as unknown as Operation<object, object>;
  try {
    return await operation(route53, input, caller);
  } catch (error) {
    throw error instanceof Refusal ? toAwsError(error) : error;
  }
}

function toAwsError({ code, messages, cause }: Refusal): AwsError {
  if (code === 'ServiceUnavailable') return new AwsError(code, messages[0]!, { status: 503, cause });
  return new AwsError(code, code === 'InvalidChangeBatch' ? `[${messages.join(', ')}]` : messages[0]!);
}

/** The SDK's schemas take 0.4 s and 30 MB: they are loaded where requests are read, and nowhere else. */
export async function loadProtocol(): Promise<Protocol> {
  const aws = await import('@aws-sdk/client-route-53');
  return restXml({ ...schemasOf(aws), namespace: 'https://route53.amazonaws.com/doc/2013-04-01/' });
}
