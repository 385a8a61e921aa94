/**
 * The mark by which everything of a lab is found again: its namespaces are called `pm-LAB.THING`, and all else that it makes (links, rule
 * sets) lives in them, or in the lab's folder; its processes have the lab's name in their environment. A lab's name has no dot, so that no lab's mark begins another's.
 */
/** In the environment of every process that a lab starts: the lab's name. */
export const LAB_VARIABLE = 'POINTSMAN_LAB';

/** Where `ip netns` keeps its names. */
export const NAMESPACES = '/run/netns';

export function markOf(lab: string): string {
  return `pm-${lab}.`;
}

export function namespaceOf(lab: string, id: string): string {
  return `${markOf(lab)}${id}`;
}

export function defaultFolder(lab: string): string {
  return `/run/pointsman/labs/${lab}/fabric`;
}
