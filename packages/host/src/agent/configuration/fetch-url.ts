import { readBounded } from './read-bounded.ts';
import { type Fetched, MOST_BYTES } from './source.ts';

/** Milliseconds for all of it. */
const PATIENCE = 20_000;

/** Over HTTP(S), by ETag (RFC 9110, section 13.1.2). Redirects are followed. */
export async function fetchUrl(
  url: string,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...(tag !== undefined && { 'if-none-match': tag }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (response.status === 304) return undefined;
    if (response.ok)
      return { text: await readBody(response), tag: response.headers.get('etag') ?? undefined };
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${url} does not answer: ${cause instanceof Error ? cause.message : message}`);
  }
  await response.body?.cancel();
  throw new Error(`${url} answers ${response.status} ${response.statusText}`.trimEnd());
}

async function readBody({ body }: Response): Promise<string> {
  return body ? readBounded(body, MOST_BYTES) : '';
}
