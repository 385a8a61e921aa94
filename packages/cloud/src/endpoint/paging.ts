import { AwsError } from '@pointsman/aws-wire';

export type PageRequest = {
  size: number | undefined;
  token: string | undefined;
  /** As many come where no size is asked for, and at most. */
  most: number;
};

/** How a service calls the size of a page, and says that a value is invalid. */
export type PageWords = { size: string; invalid: (message: string) => AwsError };

/**
 * A page of what is listed, in the order of its positions; a token goes on after the last one of its page, also when that is gone by then.
 * @throws AwsError InvalidNextToken, and what is said of an invalid size
 */
export function pageOf<Item>(
  items: readonly Item[],
  positionOf: (item: Item) => string,
  { size, most, token }: PageRequest,
  words: PageWords,
): { page: Item[]; next: string | undefined } {
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= most)) {
    throw words.invalid(
      `1 validation error detected: Value '${size}' at '${words.size}' failed to satisfy constraint: Member must have value between 1 and ${most}`,
    );
  }
  const after = token === undefined ? '' : readToken(token);
  const rest = items
    .map((item) => ({ item, position: positionOf(item) }))
    .filter(({ position }) => position > after)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const page = rest.slice(0, size ?? most);
  const next = page.length < rest.length ? writeToken(page.at(-1)!.position) : undefined;
  return { page: page.map(({ item }) => item), next };
}

function writeToken(position: string): string {
  return Buffer.from(`after ${position}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('after ')) return text.slice('after '.length);
  throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
}
