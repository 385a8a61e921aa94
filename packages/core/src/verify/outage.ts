import type { Without } from './failure.ts';
import type { Model } from './model.ts';
import type { Place } from './places.ts';

/** What has failed, made ready for look-up. */
export type Outage = {
  /** Why a server does not answer; undefined where it does. */
  ofPlace: (place: Place) => string | undefined;
  /** True for a link, by its index, that has failed. */
  isDown: (link: number) => boolean;
  readonly isNothing: boolean;
};

export const NO_OUTAGE: Outage = { ofPlace: () => undefined, isDown: () => false, isNothing: true };

export function makeOutage(model: Model, without: Without): Outage {
  if (without.length === 0) return NO_OUTAGE;
  const named = (kind: string) => new Set(without.flatMap((each) => (each.kind === kind ? [each.name] : [])));
  const zones = named('az');
  const members = named('member');
  const upstreams = named('upstream');
  const links = named('link');
  const down = new Set(model.linkNames.flatMap((name, index) => (links.has(name) ? [index] : [])));
  return {
    ofPlace: ({ kind, subject, address, availabilityZone }) => {
      if (availabilityZone !== undefined && zones.has(availabilityZone))
        return `${availabilityZone} has failed`;
      if (kind === 'member' && members.has(subject.slice('forwarders/'.length)))
        return `${subject} has failed`;
      return upstreams.has(address) ? `${address} has failed` : undefined;
    },
    isDown: (link) => down.has(link),
    isNothing: false,
  };
}
