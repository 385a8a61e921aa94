import { AwsError } from '@pointsman/aws-wire';
import { invalidInput } from './operation.ts';

export type Page<Item> = { items: Item[]; next: Item | undefined };

/** The first `max` of what follows, and the one after them. */
export function pageOf<Item>(items: Iterable<Item>, max: number): Page<Item> {
  const page: Item[] = [];
  for (const item of items) {
    if (page.length === max) return { items: page, next: item };
    page.push(item);
  }
  return { items: page, next: undefined };
}

/** How many items a page has: what the client asks for, up to the most that AWS gives. @throws AwsError InvalidInput */
export function pageSize(asked: number | string | undefined, most: number): number {
  if (asked === undefined) return most;
  const size = Number(asked);
  if (Number.isInteger(size) && size >= 1) return Math.min(size, most);
  throw invalidInput(
    `1 validation error detected: Value '${asked}' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  );
}

/** A token says where the next page begins, in a form that clients have no reason to read. */
export function writeToken(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/** @throws AwsError InvalidPaginationToken */
export function readToken(token: string): string {
  const position = Buffer.from(token, 'base64url').toString();
  if (position !== '' && writeToken(position) === token) return position;
  throw new AwsError(
    'InvalidPaginationToken',
    `The value that you specified for the token is not valid: ${token}`,
  );
}
