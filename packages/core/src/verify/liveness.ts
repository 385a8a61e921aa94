import { type Contact, type ContactList, obstacleTo } from './contacts.ts';
import { type Live, livePlayers } from './decide.ts';
import { type Failure, formatFailure, type Without } from './failure.ts';
import type { Model } from './model.ts';
import { makeOutage, type Outage } from './outage.ts';

/** Which players of contact lists can be asked, and what each single failure changes in that. */
export type Liveness = {
  /** What has failed from the start. */
  readonly outage: Outage;
  readonly live: (list: ContactList) => Live;
  /** Only failures that change who can be asked: with three members alike there are none but those that take all three. */
  readonly changes: (list: ContactList) => readonly LivenessChange[];
  /** What has failed from the start, and one thing more. */
  readonly outageOf: (failure: number) => Outage;
};

/** A single failure, by its place in the list of failures. */
export type LivenessChange = { readonly failure: number; readonly live: Live };

type Known = { live: Live; changes: readonly LivenessChange[] | undefined };

export function makeLiveness(model: Model, failures: readonly Failure[], without: Without): Liveness {
  const outage = makeOutage(model, without);
  const known = new Map<ContactList, Known>();
  const indexOf = new Map(failures.map((failure, index) => [formatFailure(failure), index]));
  const outages = new Map<number, Outage>();
  const outageOf = (failure: number): Outage => {
    const made = outages.get(failure) ?? makeOutage(model, [...without, failures[failure]!]);
    outages.set(failure, made);
    return made;
  };
  const look = (list: ContactList): Known => {
    let entry = known.get(list);
    if (!entry) {
      entry = { live: livePlayers(list, outage), changes: undefined };
      known.set(list, entry);
    }
    return entry;
  };
  /** The single failures that this contact does not survive. */
  const fatalTo = ({ place, route }: Contact): number[] => {
    const { address, availabilityZone, kind, subject } = place;
    const links = route.kind === 'links' ? route.links.filter((link) => !outage.isDown(link)) : [];
    const texts = [
      `az:${availabilityZone}`,
      kind === 'member' ? `member:${subject.slice('forwarders/'.length)}` : `upstream:${address}`,
      ...(links.length === 1 ? [`link:${model.linkNames[links[0]!]}`] : []),
    ];
    return texts.flatMap((text) => indexOf.get(text) ?? []);
  };
  const findChanges = (list: ContactList, before: Live): LivenessChange[] => {
    const alive = list.contacts.filter((contact) => obstacleTo(contact, outage) === undefined);
    const candidates = [...new Set(alive.flatMap(fatalTo))].sort((a, b) => a - b);
    return candidates.flatMap((failure) => {
      const live = livePlayers(list, outageOf(failure));
      return isSame(before, live) ? [] : [{ failure, live }];
    });
  };
  return {
    outage,
    outageOf,
    live: (list) => look(list).live,
    changes: (list) => {
      const entry = look(list);
      entry.changes ??= findChanges(list, entry.live);
      return entry.changes;
    },
  };
}

function isSame(one: Live, other: Live): boolean {
  return (
    one.length === other.length &&
    one.every(({ player, doubt }, index) => player === other[index]!.player && doubt === other[index]!.doubt)
  );
}
