/**
 * Whether Auto Scaling may go on with an instance that it launches and holds back by a lifecycle hook: when answers flow, or it stands by
 * with all it needs; not at all where that has not come about in time.
 */
export function decideLaunch(
  state: string | undefined,
  ready: boolean,
  waitedFor: number,
): 'CONTINUE' | 'ABANDON' | 'wait' | 'over' {
  if (state === undefined || !state.startsWith('Pending')) return 'over';
  if (state !== 'Pending:Wait') return 'wait';
  if (ready) return 'CONTINUE';
  return waitedFor > GIVE_UP_AFTER ? 'ABANDON' : 'wait';
}

/** Milliseconds. A hook waits for an hour if nobody says anything; an address that is long without a host needs another try sooner. */
const GIVE_UP_AFTER = 10 * 60_000;
