import { AwsError, type AwsService, type Caller, ec2Query, schemasOf } from '@pointsman/aws-wire';
import type { Ec2, Operation } from './ec2.ts';
import { operations } from './operations.ts';
import { refuseUntaken } from './taken-members.ts';

type Operations = typeof operations;
type Bound<Each> =
  Each extends Operation<infer Input, infer Output>
    ? (input: Input, caller: Caller) => Promise<Output>
    : never;

/** The operations of EC2 for callers in the same process, by their names in AWS's model and in its shapes. They throw what the wire would say. */
export type Ec2Api = { readonly [Name in keyof Operations]: Bound<Operations[Name]> };

export function bindEc2(ec2: Ec2): Ec2Api {
  const bound = Object.entries(operations).map(([name, operation]) => [
    name,
    makeHandler(ec2, name, operation as Operation<object, object>),
  ]);
  return Object.fromEntries(bound);
}

/** The API of 2016-11-15 as one of the services of a server: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ */
export function ec2Service(api: Ec2Api): AwsService {
  let protocol: ReturnType<typeof loadProtocol> | undefined;
  return {
    name: 'ec2',
    protocol: () => {
      protocol ??= loadProtocol();
      return protocol;
    },
    handlers: api,
    translateError,
  };
}

/** The model of EC2 is 90 MB in memory, so it is loaded by the first request. */
async function loadProtocol() {
  const aws = await import('@aws-sdk/client-ec2');
  return ec2Query({
    ...schemasOf(aws),
    namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    version: '2016-11-15',
  });
}

type Common = { DryRun?: boolean | undefined; ClientToken?: string | undefined };

function makeHandler(ec2: Ec2, name: string, { takes, run }: Operation<object, object>) {
  return async (input: object, caller: Caller) => {
    const { DryRun, ClientToken } = input as Common;
    refuseUntaken(input, ['DryRun', 'ClientToken', ...takes]);
    if (DryRun) {
      throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', {
        status: 412,
      });
    }
    return ec2.tokens.once({ operation: name, token: ClientToken, input, caller }, async () =>
      run(ec2, input, caller),
    );
  };
}

const UNVALIDATED = 'AWS was not able to validate the provided access credentials';

/** EC2's own codes: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html */
function translateError(error: AwsError): AwsError {
  const say = (code: string, message: string, status: number) => new AwsError(code, message, { status });
  switch (error.code) {
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
      return say('AuthFailure', UNVALIDATED, 401);
    case 'ExpiredToken':
      return say('RequestExpired', 'Request has expired.', 400);
    case 'InternalFailure':
      return say('InternalError', 'An internal error has occurred', 500);
    case 'Throttling':
      return say('RequestLimitExceeded', 'Request limit exceeded.', 503);
    case 'ServiceUnavailable':
      return say('Unavailable', "The server is overloaded and can't handle the request.", 503);
    default:
      return error;
  }
}
