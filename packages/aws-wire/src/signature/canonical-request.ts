import { createHash } from 'node:crypto';
import type { WireRequest } from '../protocol.ts';

/**
 * A request as it is signed:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 * The hash is the one of the body that came, whatever a header says of it. S3 alone leaves the path as it was sent, and takes requests that say
 * that their body is not signed.
 */
export function canonicalRequest(
  request: WireRequest,
  signedHeaders: readonly string[],
  service: string,
): string {
  const isS3 = service === 's3';
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name])}\n`);
  return [
    request.method,
    isS3 ? request.path : canonicalPath(request.path),
    canonicalQuery(request.queryString),
    headers.join(''),
    signedHeaders.join(';'),
    isS3 && isBodyUnsigned(request) ? UNSIGNED : sha256(request.body),
  ].join('\n');
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** Presigned requests never sign their body. */
function isBodyUnsigned({ headers, queryString }: WireRequest): boolean {
  return (
    headers['x-amz-content-sha256'] === UNSIGNED || new URLSearchParams(queryString).has('X-Amz-Signature')
  );
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Without `.`, `..` and empty segments, and encoded once more. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return encodeURI3986(`/${segments.join('/')}${end}`).replaceAll('%2F', '/');
}

function canonicalQuery(queryString: string): string {
  return [...new URLSearchParams(queryString)]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeURI3986(name), encodeURI3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalValue(value: string | string[] | undefined): string {
  return String(value ?? '')
    .trim()
    .replace(/ +/g, ' ');
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function encodeURI3986(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
