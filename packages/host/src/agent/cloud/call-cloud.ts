import { CloudError, type CloudErrorKind } from './cloud-error.ts';

/**
 * Makes a call of the AWS SDK; `action` is the IAM action that it needs, such as `ec2:AttachNetworkInterface`. The SDK's clients are set to
 * try once: whoever decides looks again first.
 * @throws CloudError
 */
export async function callCloud<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw describeError(action, error as AwsFailure);
  }
}

type AwsFailure = Error & { $metadata?: { httpStatusCode?: number }; $response?: { statusCode?: number } };

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, and the common errors of the other services. */
const KINDS: Readonly<Record<string, CloudErrorKind>> = {
  RequestLimitExceeded: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  TooManyUpdates: 'throttled',
  SlowDown: 'throttled',
  'InvalidNetworkInterface.InUse': 'conflict',
  'InvalidNetworkInterfaceID.NotFound': 'conflict',
  'InvalidAttachmentID.NotFound': 'conflict',
  'InvalidAttachment.NotFound': 'conflict',
  'InvalidInstanceID.NotFound': 'conflict',
  IncorrectState: 'conflict',
  IncorrectInstanceState: 'conflict',
  ResourceContention: 'conflict',
  UnauthorizedOperation: 'denied',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
};

function describeError(action: string, error: AwsFailure): CloudError {
  const { name, message } = error;
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
  const kind = KINDS[name];
  if (kind === 'denied') {
    const text = `the role of this host may not do ${action}: allow it (docs/agent.md has the policy); the cloud says ${name}: ${message}`;
    return new CloudError('denied', text);
  }
  if (name === 'InvalidParameterValue' && message.includes('device index'))
    return new CloudError('device-taken', `${action}: ${message}`);
  if (kind !== undefined) return new CloudError(kind, `${action}: ${name}: ${message}`);
  if (name === 'CredentialsProviderError')
    return new CloudError('unreachable', `${action}: there are no keys to sign it with: ${message}`);
  // Below 300: an answer that broke off, of which the SDK says in further lines how to debug it.
  if (status === undefined || status < 300 || status >= 500)
    return new CloudError('unreachable', `${action}: no answer: ${message.split('\n')[0] || name}`);
  return new CloudError('refused', `${action}: ${name}: ${message}`);
}
