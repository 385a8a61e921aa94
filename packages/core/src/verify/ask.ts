import { answerAs } from './answer-as.ts';
import { type Contact, type ContactList, linkTo, obstacleTo } from './contacts.ts';
import type { Player } from './players.ts';
import type { Question, Walker } from './question.ts';
import { type AskerKind, endAt, isAccepted, type Reply, saidOf } from './reply.ts';

/** Who asks, in the words of hops, what kind of asker that is, and why these are asked. */
export type Asking = { at: string; kind: AskerKind; because: string };

/** Asks a contact list for a name, as its asker would: what comes back counts for the asker. */
export function ask(
  walker: Walker,
  list: ContactList,
  question: Question,
  asking: Asking,
  depth: number,
): Reply {
  const replies: Reply[] = [];
  const asked = new Set<Player>();
  let { because } = asking;
  for (const contact of list.contacts) {
    if (asked.has(contact.player)) continue;
    const reply = askOne(walker, contact, list, question, { ...asking, because }, depth);
    if (reply === undefined) {
      because = `${asking.because}; ${contact.place.address} does not answer`;
      continue;
    }
    asked.add(contact.player);
    replies.push(reply);
    if (list.ordered && (reply.disposition === 'UNDECIDED' || isAccepted(reply, asking.kind))) return reply;
    because = `${asking.because}; ${contact.place.address} says ${reply.rcode === 'silent' ? 'nothing' : reply.rcode}`;
  }
  return conclude(walker, list, replies, question, asking);
}

/** Undefined where the contact cannot be asked. */
function askOne(
  walker: Walker,
  contact: Contact,
  list: ContactList,
  question: Question,
  { at, because }: Asking,
  depth: number,
): Reply | undefined {
  const { place, player } = contact;
  const link = linkTo(contact, walker.outage);
  const hop = walker.hop({
    at,
    asks: place.subject,
    address: place.address,
    ...question,
    because,
    ...(link === undefined ? {} : { via: `links/${walker.model.linkNames[link]}` }),
    depth,
  });
  const obstacle = obstacleTo(contact, walker.outage);
  if (obstacle) {
    hop.because = obstacle.because;
    if (obstacle.unsaid && !hasCertain(list, player, walker)) {
      const { name } = question;
      return endAt(name, 'UNDECIDED', undefined, at, { because: obstacle.because, records: undefined });
    }
    walker.settle(hop, 'silent');
    return undefined;
  }
  const reply = answerAs(walker, player, place.subject, question, depth + 1);
  walker.settle(hop, saidOf(reply));
  return reply;
}

/** True where another contact of the player can be asked for certain. */
function hasCertain({ contacts }: ContactList, player: Player, { outage }: Walker): boolean {
  return contacts.some((each) => each.player === player && obstacleTo(each, outage) === undefined);
}

/** What many replies come to, none of which was enough by itself. */
function conclude(
  walker: Walker,
  list: ContactList,
  replies: readonly Reply[],
  { name }: Question,
  { at, kind }: Asking,
): Reply {
  const undecided = replies.find(({ disposition }) => disposition === 'UNDECIDED');
  if (undecided) return undecided;
  const accepted = list.ordered ? [] : replies.filter((reply) => isAccepted(reply, kind));
  const [first, ...others] = accepted;
  if (first) {
    const other = others.find((reply) => !agree(first, reply));
    if (!other) return first;
    const because = `${first.by} and ${other.by} answer differently, and either may be asked`;
    return endAt(name, 'UNDECIDED', undefined, at, { because, records: undefined });
  }
  const failed = replies.find(({ disposition }) => disposition !== 'NO_ROUTE') ?? replies[0];
  if (failed) return failed;
  if (list.contacts.length === 0)
    return endAt(name, 'NO_RESOLVER', 'silent', at, { because: `${at} knows nobody to ask` });
  const { because } = obstacleTo(list.contacts[0]!, walker.outage)!;
  return endAt(name, 'NO_ROUTE', 'silent', at, { because });
}

function agree(one: Reply, other: Reply): boolean {
  return (
    one.disposition === other.disposition &&
    one.zone === other.zone &&
    one.rcode === other.rcode &&
    JSON.stringify(saidOf(one)) === JSON.stringify(saidOf(other))
  );
}
