/**
 * The mark by which everything of a lab is found again: its namespaces are called `pm-LAB.THING`, and all else that it makes (links, rule
 * sets) lives in them, or in the lab's folder; its processes have the lab's name in their environment. A lab's name has no dot, so that no lab's mark begins another's.
 */
import { FabricError } from './fabric-error.ts';

/** In the environment of every process that a lab starts: the lab's name. */
export const LAB_VARIABLE = 'POINTSMAN_LAB';

/** Where `ip netns` keeps its names. */
export const NAMESPACES = '/run/netns';

/** As in a topology: lower case letters, digits and hyphens. */
const LAB = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Of the cloud's things (`eni-0a1b…`) and of the lab's own. */
const ID = /^[A-Za-z0-9][\w-]{0,99}(?:\/\d{1,3})?$/;

/** @throws FabricError for what is no name of a lab */
export function checkLab(lab: string): string {
  if (LAB.test(lab)) return lab;
  throw new FabricError(
    `"${lab}" is no name of a lab: use lower case letters, digits and hyphens, 63 at the most`,
  );
}

/** @throws FabricError for what could not be a part of a command */
export function checkId(id: string): string {
  if (ID.test(id)) return id;
  throw new FabricError(`"${id}" is no ID: use letters, digits, hyphens and underscores, 100 at the most`);
}

export function markOf(lab: string): string {
  return `pm-${lab}.`;
}

export function namespaceOf(lab: string, id: string): string {
  return `${markOf(lab)}${id}`;
}

export function defaultFolder(lab: string): string {
  return `/run/pointsman/labs/${lab}/fabric`;
}
