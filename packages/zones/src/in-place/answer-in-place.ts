import { NOERROR, NXDOMAIN } from '@pointsman/core/dns';
import { lookUp } from '../look-up.ts';
import { ANY_QUERIER } from '../routing/querier.ts';
import { type Choice, MOST_LOOKS, newChoice } from '../routing/routed-set.ts';
import { type ZoneSet, zoneFor } from '../zone-set.ts';
import {
  createPlainQuestion,
  HEADER_SIZE,
  type PlainQuestion,
  readPlainName,
  readPlainQuestion,
} from './plain-question.ts';
import {
  beginResponse,
  createPlainResponse,
  endResponse,
  type PlainResponse,
  writeSet,
} from './write-response.ts';

/**
 * Answers from a packet's bytes to a response's bytes, in a microsecond or two, what is ordinary: records, by whatever routing policy; aliases by CNAME;
 * NODATA and NXDOMAIN. All else is left to `answerQuery`, which says the same of these: mistakes, what depends on the client's address, referrals, DNAME, ANY, long chains, and what has to be
 * truncated. Gives the length of the response, or NOT_PLAIN, and has then written nothing that counts.
 */
export type AnswerInPlace = (
  zones: ZoneSet,
  bytes: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  start: number,
) => number;

export const NOT_PLAIN = -1;

/** Longer chains, and circles, are for `resolve`. */
const MOST_ALIASES = 4;

/** @param random from 0 up to, not including, 1: where the records of a set begin, and what routing policies choose */
export function createAnswerer(authoritative: boolean, random: () => number): AnswerInPlace {
  const question = createPlainQuestion();
  const response = createPlainResponse();
  const choice = newChoice(ANY_QUERIER, random);
  return (zones, bytes, offset, length, out, start) => {
    if (!readPlainQuestion(question, bytes, offset, length)) return NOT_PLAIN;
    beginResponse(response, question, out, start);
    choice.querier = zones.querier;
    choice.looks = MOST_LOOKS;
    choice.askedForClient = false;
    const rcode = follow(zones, question, response, choice);
    if (rcode === NOT_PLAIN || !response.fits || choice.askedForClient) return NOT_PLAIN;
    return endResponse(response, question, rcode, authoritative);
  };
}

/** Writes what the zones say, alias by alias; gives the RCODE. */
function follow(zones: ZoneSet, question: PlainQuestion, response: PlainResponse, choice: Choice): number {
  const { type } = question;
  let { name } = question;
  /** Where `name` stands in the message. */
  let owner = HEADER_SIZE;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases++) {
    const zone = zoneFor(zones, name, type);
    // An alias that leads out of the zones ends the answer; a question outside of them is refused, with the reason.
    if (zone === undefined) return aliases === 0 ? NOT_PLAIN : NOERROR;
    const finding = lookUp(zone, name, type, choice);
    switch (finding.kind) {
      case 'records':
        response.answers += writeSet(response, finding.set, owner, firstOf(finding.set.data.length, choice));
        return NOERROR;
      case 'cname': {
        const { data } = finding.set;
        const target = data.length === 1 ? readPlainName(data[0]!, 0, data[0]!.length) : undefined;
        if (target === undefined) return NOT_PLAIN;
        response.answers += writeSet(response, finding.set, owner, 0);
        if (!response.fits) return NOT_PLAIN;
        owner = response.at - response.start - data[0]!.length;
        name = target;
        break;
      }
      case 'no-data':
      case 'no-name': {
        const apex = zone.name === '.' ? 0 : zone.name.length;
        response.authorities += writeSet(response, zone.negativeSoa, owner + name.length - apex, 0);
        return finding.kind === 'no-name' ? NXDOMAIN : NOERROR;
      }
      default:
        return NOT_PLAIN;
    }
  }
  return NOT_PLAIN;
}

function firstOf(count: number, { random }: Choice): number {
  return count > 1 ? Math.floor(random() * count) : 0;
}
