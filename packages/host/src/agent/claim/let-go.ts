import type { HolderState, MemberInterface } from '../cloud/address-cloud.ts';
import type { HostFitness } from '../fitness.ts';

/**
 * How long a host that should not have its address any more keeps it. Hosts of a tier that all find themselves unfit have one fault in common,
 * such as a configuration or the cloud's own clock, which no other host is free of: they must not let go together. So one member at a time is
 * without a settled host, and meanwhile the others go on serving. One that is silent serves nobody by staying: it waits for its turn, and no
 * longer.
 *
 * Those that find out at the same moment, that they are unfit or that all others are settled again, have their turns by the order of their names,
 * further apart than they find out and EC2's answers lag.
 */
export function whyStay(held: MemberInterface, view: LetGoView): Stay {
  const { interfaces, fitness } = view;
  if (fitness === 'fit' || fitness === 'leaving') return { for: 0, since: UNFIT, why: '' };
  const unsettled = findUnsettled(held, view);
  const turn = membersOf(interfaces)
    .map(({ member }) => member!)
    .toSorted()
    .indexOf(held.member!);
  if (!unsettled)
    return { for: turn * TURN, since: UNFIT_ALONE, why: 'others of its tier may have the same fault' };
  const why = `${unsettled.member} has no settled host, and one member at a time is enough`;
  const longest = fitness === 'silent' ? (turn + 1) * SILENT_TURN : Number.POSITIVE_INFINITY;
  return { for: longest, since: UNFIT, why };
}

/** For so many milliseconds since something has been so without interruption, and why. */
export type Stay = { for: number; since: Unfitness; why: string };

/** What is so of an unfit host, to be told since when. `held`: what it has. */
export function unfitnessOf(held: MemberInterface | undefined, view: LetGoView): Unfitness[] {
  if (view.fitness === 'fit') return [];
  return held && findUnsettled(held, view) ? [UNFIT] : [UNFIT, UNFIT_ALONE];
}

type Unfitness = typeof UNFIT | typeof UNFIT_ALONE;

const UNFIT = 'this host is unfit';
const UNFIT_ALONE = 'this host is unfit, and all other members are settled';

type LetGoView = {
  interfaces: readonly MemberInterface[];
  holders: ReadonlyMap<string, HolderState>;
  host: { instanceId: string };
  fitness: HostFitness;
};

/** Milliseconds. */
const TURN = 10_000;
const SILENT_TURN = 60_000;

function findUnsettled(
  held: MemberInterface,
  { interfaces, holders, host }: LetGoView,
): MemberInterface | undefined {
  return membersOf(interfaces).find(
    (each) => each.id !== held.id && !isSettled(each, holders, host.instanceId),
  );
}

function membersOf(interfaces: readonly MemberInterface[]): MemberInterface[] {
  return interfaces.filter(({ member }) => member !== undefined);
}

function isSettled(
  { attachment }: MemberInterface,
  holders: ReadonlyMap<string, HolderState>,
  self: string,
): boolean {
  if (attachment?.state !== 'attached') return false;
  return attachment.instanceId === self || holders.get(attachment.instanceId) === 'alive';
}
