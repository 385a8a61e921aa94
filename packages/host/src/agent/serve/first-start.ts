/** Milliseconds that this host may fail to begin with an address before it lets go of it: what is in the way may pass, such as an address that comes late. */
const GIVE_UP_AFTER = 30_000;

/** What keeps a host from beginning to serve, told by whoever tries. */
export type FirstStart = {
  /** It failed by what is particular to this host. */
  failed: (reason: string) => void;
  /** It did not, or by something that would be so on any host. */
  excused: () => void;
};

/** `onHopeless`: it has failed for too long without interruption; told once. `now`: milliseconds, never backwards. */
export function followFirstStart(onHopeless: (reason: string) => void, now: () => number): FirstStart {
  let since: number | undefined;
  let isHopeless = false;
  return {
    failed: (reason) => {
      since ??= now();
      if (isHopeless || now() - since < GIVE_UP_AFTER) return;
      isHopeless = true;
      onHopeless(reason);
    },
    excused: () => (since = undefined),
  };
}
