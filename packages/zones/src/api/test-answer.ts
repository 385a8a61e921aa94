import { rcodeName } from '@pointsman/core/dns';
import { valueFromWire } from '../records/record-values.ts';
import { resolve } from '../resolve.ts';
import type { ZoneDirectory } from '../zone-directory.ts';
import type { AnswerTest } from './operation.ts';

/** What the zones of a directory answer: just as DNS does, with the record sets of the type at the end of any aliases. */
export function testsOf(directory: ZoneDirectory, random: () => number): AnswerTest {
  return ({ name, type, vpc, client }) => {
    const zones = vpc === undefined ? directory.ofPublic() : directory.ofVpc(vpc);
    const { rcode, answers, end } = resolve(zones, name, type, random, client);
    return {
      responseCode: end?.kind === 'outside' && answers.length === 0 ? 'REFUSED' : rcodeName(rcode),
      recordData: answers
        .filter((record) => record.type === type)
        .map(({ data }) => valueFromWire(type, data)),
    };
  };
}
