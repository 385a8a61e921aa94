import { rcodeName } from '@pointsman/core/dns';
import { valueFromWire } from '../records/record-values.ts';
import { resolve } from '../resolve.ts';
import type { ZoneDirectory } from '../zone-directory.ts';
import type { AnswerTest } from './operation.ts';

/** What one zone of a directory answers, as DNS does; an alias that leads out of it ends there: other zones may be of other accounts. */
export function testsOf(directory: ZoneDirectory, random: () => number): AnswerTest {
  return ({ zone, name, type, vpc, client }) => {
    const { rcode, answers, end } = resolve(directory.ofZone(zone, vpc), name, type, random, client);
    return {
      responseCode: end?.kind === 'outside' && answers.length === 0 ? 'REFUSED' : rcodeName(rcode),
      recordData: answers
        .filter((record) => record.type === type)
        .map(({ data }) => valueFromWire(type, data)),
    };
  };
}
