import {
  type Activity,
  type ActivityEnd,
  type Group,
  MOST_ACTIVITIES,
  type Moment,
  type Place,
} from './group.ts';

export type Beginning = { description: string; cause: string; place: Place; status: Activity['status'] };

export function beginActivity(
  group: Group,
  { description, cause, place, status }: Beginning,
  { now, newId }: Moment,
): { group: Group; id: string } {
  const id = newId();
  const activity: Activity = {
    id,
    description,
    cause,
    details: { subnetId: place.subnetId, availabilityZone: place.availabilityZone },
    startedAt: now,
    endedAt: undefined,
    status,
    statusMessage: undefined,
  };
  return { group: { ...group, activities: [activity, ...group.activities].slice(0, MOST_ACTIVITIES) }, id };
}

/** Of an activity that is over already, nothing changes. */
export function changeActivity(group: Group, id: string, change: Partial<Activity>): Group {
  const activities = group.activities.map((each) =>
    each.id === id && each.endedAt === undefined ? { ...each, ...change } : each,
  );
  return { ...group, activities };
}

export function endActivity(
  group: Group,
  id: string,
  status: ActivityEnd,
  { now }: Moment,
  statusMessage?: string,
): Group {
  return changeActivity(group, id, { status, endedAt: now, statusMessage });
}

/** To the second, as causes have times. */
export function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
