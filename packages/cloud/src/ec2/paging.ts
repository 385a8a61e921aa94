import { AwsError } from '@pointsman/aws-wire';
import { invalidCombination, invalidValue } from './resources.ts';

export type PageRequest = { MaxResults?: number | undefined; NextToken?: string | undefined };

/** What EC2 allows to ask for at once; where nothing is asked, everything comes. */
const LEAST_RESULTS = 5;
const MOST_RESULTS = 1000;

/**
 * A page of what is listed, by ID, and the token of the next one. A token goes on where its page ended, also when what stood there is gone.
 * @throws AwsError InvalidParameterValue, InvalidParameterCombination where IDs are given, too
 */
export function pageOf<Kept extends { id: string }>(
  records: readonly Kept[],
  { MaxResults, NextToken }: PageRequest,
  ids: { name: string; given: readonly string[] | undefined },
): { page: Kept[]; NextToken: string | undefined } {
  if (MaxResults !== undefined) {
    if (ids.given && ids.given.length > 0) {
      throw invalidCombination(`The parameter ${ids.name} cannot be used with the parameter maxResults`);
    }
    if (!Number.isInteger(MaxResults) || MaxResults < LEAST_RESULTS || MaxResults > MOST_RESULTS) {
      const bound =
        MaxResults < LEAST_RESULTS
          ? `greater than or equal to ${LEAST_RESULTS}`
          : `less than or equal to ${MOST_RESULTS}`;
      throw invalidValue(MaxResults, 'maxResults', `Expecting a value ${bound}.`);
    }
  }
  const after = NextToken === undefined || NextToken === '' ? '' : readToken(NextToken);
  const sorted = records.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = sorted.slice(0, MaxResults);
  return { page, NextToken: page.length < sorted.length ? writeToken(page.at(-1)!.id) : undefined };
}

function writeToken(id: string): string {
  return Buffer.from(`after ${id}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after '))
    throw new AwsError('InvalidParameterValue', 'Unable to parse pagination token');
  return text.slice('after '.length);
}
