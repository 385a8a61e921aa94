import { AwsError } from '@pointsman/aws-wire';

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html */
const CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  Throttling: 'ThrottlingException',
  InternalFailure: 'InternalServerError',
};

/** SSM's own codes for what goes wrong in all services alike. Clients are to blame with 400, whatever it is. */
export function translateError({ code, message, status = 400 }: AwsError): AwsError {
  return new AwsError(CODES[code] ?? code, message, { status: status === 403 ? 400 : status });
}
