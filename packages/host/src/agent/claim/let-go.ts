import type { HolderState, MemberInterface } from '../cloud/address-cloud.ts';
import type { HostFitness } from '../fitness.ts';

/**
 * How long a host that should not have its address any more keeps it. Hosts of a tier that all find themselves unfit have one fault in common,
 * such as a configuration or the cloud's own clock, which no other host is free of: they must not let go together. So one member at a time is
 * without a settled host, and meanwhile the others go on serving. One that is silent serves nobody by staying: it waits for its turn, and no
 * longer.
 *
 * Those that find out at the same moment have their turns by the order of their names, further apart than they find out and EC2's answers lag.
 */
export function whyStay(held: MemberInterface, { interfaces, holders, host, fitness }: LetGoView): Stay {
  if (fitness === 'fit' || fitness === 'leaving') return { for: 0, why: '' };
  const members = interfaces.filter(({ member }) => member !== undefined);
  const unsettled = members.find((each) => each.id !== held.id && !isSettled(each, holders, host.instanceId));
  const names = members.map(({ member }) => member!).toSorted();
  const turn = names.indexOf(held.member!);
  if (!unsettled) return { for: turn * TURN, why: 'others of its tier may have the same fault' };
  const why = `${unsettled.member} has no settled host, and one member at a time is enough`;
  return { for: fitness === 'silent' ? (turn + 1) * SILENT_TURN : Number.POSITIVE_INFINITY, why };
}

/** For so many milliseconds since it became unfit, and why. */
export type Stay = { for: number; why: string };

type LetGoView = {
  interfaces: readonly MemberInterface[];
  holders: ReadonlyMap<string, HolderState>;
  host: { instanceId: string };
  fitness: HostFitness;
};

/** Milliseconds. */
const TURN = 10_000;
const SILENT_TURN = 60_000;

function isSettled(
  { attachment }: MemberInterface,
  holders: ReadonlyMap<string, HolderState>,
  self: string,
): boolean {
  if (attachment?.state !== 'attached') return false;
  return attachment.instanceId === self || holders.get(attachment.instanceId) === 'alive';
}
