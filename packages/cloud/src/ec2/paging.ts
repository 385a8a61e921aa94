import { AwsError } from '@pointsman/aws-wire';
import { pageOf as pageByPosition } from '../endpoint/paging.ts';
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
  const request = { size: MaxResults, token: NextToken || undefined, most: Number.POSITIVE_INFINITY };
  const words = {
    size: 'maxResults',
    invalid: (message: string) => new AwsError('InvalidParameterValue', message),
  };
  const { page, next } = pageByPosition(records, ({ id }) => id, request, words);
  return { page, NextToken: next };
}
