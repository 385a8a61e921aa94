import type { Cloud } from '@pointsman/cloud';

/** The machine that has a member's address now, as the cloud says; undefined: none. `member`: `main/a`. */
export type FindMachine = (member: string) => string | undefined;

/** `interfaces`: of the members, by their names. */
export function findMachines({ state }: Cloud, interfaces: ReadonlyMap<string, string>): FindMachine {
  return (member) => state.now().interfaces.get(interfaces.get(member) ?? '')?.attachment?.instanceId;
}
