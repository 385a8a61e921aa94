/**
 * How soon an interface is looked at again. The kernel's messages wake us, our own changes and strangers' storms of routes among them; and
 * somebody who changes back whatever we put right must not be fought at full speed, by two programs that each take the other for broken.
 */
export type RepairPace = {
  /** Times at which something was put right, within the last WINDOW; at most MOST_COUNTED. */
  repairs: readonly number[];
  /** No look before this time. */
  notBefore: number;
};

/** Milliseconds, all of them; of a clock that does not jump. */
const LEAST_PAUSE = 200;
const MOST_PAUSE = 30_000;
const WINDOW = 120_000;
/** So many within the window are no fight: a DHCP client takes several steps at a renewal. */
const FREE_REPAIRS = 3;
const MOST_COUNTED = 32;

export const STARTING_PACE: RepairPace = { repairs: [], notBefore: 0 };

/** After a look at the time `now`, which found something to put right or not. */
export function paceAfter({ repairs }: RepairPace, repaired: boolean, now: number): RepairPace {
  const recent = repairs.filter((at) => now - at < WINDOW);
  const counted = repaired ? [...recent, now].slice(-MOST_COUNTED) : recent;
  const pause = LEAST_PAUSE * 2 ** Math.max(0, counted.length - FREE_REPAIRS);
  return { repairs: counted, notBefore: now + Math.min(pause, MOST_PAUSE) };
}

/** Somebody fights us: looks are further apart than they would be. */
export function isFought({ repairs }: RepairPace): boolean {
  return repairs.length > FREE_REPAIRS;
}
