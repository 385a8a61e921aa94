import { nameAt } from '../load/names.ts';
import { ANSWERING_ZONE, EMPTY_ZONE } from '../upstream/nsd.ts';

/** The well-formed half of the soak's load: what is asked, over UDP and over TCP. */

/** Both zones of the upstream, so that names that do not exist are asked of it too; the last is the one that has answers. */
export const SOAK_SUFFIXES = [EMPTY_ZONE, ANSWERING_ZONE];

/** Small enough to be full, several times over, before memory is looked at. */
export const SOAK_CACHE_BYTES = 4 * 2 ** 20;

/** Far more names than the cache has room for, so that a name that comes round again is a miss again. */
const DISTINCT = 400_000;
const POPULAR = 500;

/** Of four queries two are for a popular name, one for a name that is new, one for a name that does not exist. */
export function soakNames(): string[] {
  return Array.from({ length: DISTINCT }, (_, index) => {
    switch (index % 4) {
      case 0:
        return nameAt('n', index, 1);
      case 1:
        return `x${index}.${EMPTY_ZONE}`;
      default:
        return nameAt('p', index % POPULAR, 1);
    }
  });
}
