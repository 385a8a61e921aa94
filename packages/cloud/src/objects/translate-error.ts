import { AwsError } from '@pointsman/aws-wire';

/** S3's own words for what goes wrong in all services alike: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function translateError(error: AwsError): AwsError {
  const say = (code: string, status: number, message: string) => new AwsError(code, message, { status });
  switch (error.code) {
    case 'InvalidClientTokenId':
      return say(
        'InvalidAccessKeyId',
        403,
        'The AWS Access Key Id you provided does not exist in our records.',
      );
    case 'ExpiredToken':
      return say('ExpiredToken', 400, 'The provided token has expired.');
    case 'MissingAuthenticationToken':
      return say('AccessDenied', 403, 'Access Denied');
    case 'IncompleteSignature':
      return say('AuthorizationHeaderMalformed', 400, error.message);
    case 'Throttling':
      return say('SlowDown', 503, 'Please reduce your request rate.');
    case 'InternalFailure':
      return say('InternalError', 500, 'We encountered an internal error. Please try again.');
    case 'InvalidInput':
      return say('MalformedXML', 400, error.message);
    default:
      return error;
  }
}
