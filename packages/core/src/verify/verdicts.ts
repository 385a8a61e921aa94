import type { Zone } from '../topology/topology.ts';
import type { Verdict } from './disposition.ts';

/** Verdicts by number: equal ones have the same number, so that comparing millions of them costs nothing. */
export type Verdicts = {
  readonly of: (id: number) => Verdict;
  readonly zone: (zone: Zone) => number;
  /** The zone that decides; undefined where none of the topology does. */
  readonly zoneOf: (id: number) => Zone | undefined;
  /** Public DNS, for a name that no zone of the topology covers. */
  readonly outside: number;
  readonly intern: (verdict: Verdict) => number;
  /** Neither silence, a failure nor a refusal: nobody else is asked for a better one. */
  readonly isFinal: (id: number) => boolean;
  readonly isUndecided: (id: number) => boolean;
};

/** `isPublicKnown`: public DNS is there for names that no zone covers. */
export function makeVerdicts(isPublicKnown: boolean): Verdicts {
  const all: Verdict[] = [];
  const final: boolean[] = [];
  const byKey = new Map<string, number>();
  const byZone = new Map<Zone, number>();
  const zones = new Map<number, Zone>();
  const add = (verdict: Verdict): number => {
    const { disposition } = verdict;
    final.push(
      disposition === 'ANSWERED' ||
        disposition === 'NXDOMAIN_BY' ||
        disposition === 'UNDECIDED' ||
        (disposition === 'PUBLIC' && (isPublicKnown || verdict.zone !== undefined)),
    );
    return all.push(Object.freeze(verdict)) - 1;
  };
  const outside = add({ disposition: 'PUBLIC' });
  return {
    outside,
    of: (id) => all[id]!,
    zoneOf: (id) => zones.get(id),
    zone: (zone) => {
      let id = byZone.get(zone);
      if (id === undefined) {
        id = add({ disposition: zone.kind === 'public' ? 'PUBLIC' : 'ANSWERED', zone: zone.name });
        byZone.set(zone, id);
        zones.set(id, zone);
      }
      return id;
    },
    intern: (verdict) => {
      const key = [verdict.disposition, verdict.zone, verdict.by, verdict.because].join('|');
      let id = byKey.get(key);
      if (id === undefined) {
        id = add(verdict);
        byKey.set(key, id);
      }
      return id;
    },
    isFinal: (id) => final[id]!,
    isUndecided: (id) => all[id]!.disposition === 'UNDECIDED',
  };
}
