import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import type { WireRequest } from '../protocol.ts';

/** What a signed request says of its signature (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
export type Signature = {
  accessKeyId: string;
  /** `DATE/REGION/SERVICE/aws4_request` */
  scope: string;
  /** `YYYYMMDD` */
  date: string;
  region: string;
  service: string;
  /** `YYYYMMDDTHHMMSSZ` */
  time: string;
  signedHeaders: readonly string[];
  signature: string;
  sessionToken: string | undefined;
  /** Seconds that a presigned request is good for; undefined where the signature is in a header. */
  expires: number | undefined;
};

export const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Seconds: the longest that a presigned request may be good for. */
const LONGEST_EXPIRY = 604_800;

/** @throws AwsError MissingAuthenticationToken, IncompleteSignature */
export function readSignature({
  headers,
  queryString,
}: Pick<WireRequest, 'headers' | 'queryString'>): Signature {
  const { authorization } = headers;
  if (authorization !== undefined) return readHeader(authorization, headers);
  const query = new URLSearchParams(queryString);
  if (query.has('X-Amz-Signature')) return readQuery(query);
  throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
}

function readHeader(authorization: string, headers: IncomingHttpHeaders): Signature {
  const [algorithm, ...rest] = authorization.trim().split(' ');
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`);
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map((field) => {
        const [name, ...value] = field.trim().split('=');
        return [name!, value.join('=')];
      }),
  );
  const need = (name: string) => {
    const value = fields.get(name);
    if (!value) throw incomplete(`Authorization header requires '${name}' parameter.`);
    return value;
  };
  const time = headers['x-amz-date'] ?? headers.date;
  if (time === undefined) {
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  return {
    ...readCredential(need('Credential')),
    time: readTime(String(time)),
    signedHeaders: readSignedHeaders(need('SignedHeaders')),
    signature: need('Signature'),
    sessionToken: headers['x-amz-security-token'] as string | undefined,
    expires: undefined,
  };
}

function readQuery(query: URLSearchParams): Signature {
  const need = (name: string) => {
    const value = query.get(name);
    if (!value) throw incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  };
  const algorithm = need('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`);
  const expires = Number(need('X-Amz-Expires'));
  if (!Number.isInteger(expires) || expires < 1 || expires > LONGEST_EXPIRY) {
    throw incomplete(`X-Amz-Expires must be from 1 to ${LONGEST_EXPIRY} seconds`);
  }
  return {
    ...readCredential(need('X-Amz-Credential')),
    time: readTime(need('X-Amz-Date')),
    signedHeaders: readSignedHeaders(need('X-Amz-SignedHeaders')),
    signature: need('X-Amz-Signature'),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    expires,
  };
}

function readCredential(credential: string) {
  const [accessKeyId, date, region, service, terminator, ...more] = credential.split('/');
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || more.length > 0) {
    throw incomplete(
      'Credential must have exactly 5 slash-delimited elements, KEY/DATE/REGION/SERVICE/aws4_request',
    );
  }
  return { accessKeyId, date, region, service, scope: `${date}/${region}/${service}/${terminator}` };
}

function readSignedHeaders(text: string): string[] {
  const names = text.split(';');
  if (!names.includes('host')) throw incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  return names;
}

/** A `Date` header has the time in another form. */
function readTime(text: string): string {
  if (/^[0-9]{8}T[0-9]{6}Z$/.test(text)) return text;
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${text}'.`);
  return basicTime(date.getTime());
}

/** Milliseconds since 1970 as `YYYYMMDDTHHMMSSZ`. */
export function basicTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.[0-9]+/g, '');
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message, { status: 403 });
}
