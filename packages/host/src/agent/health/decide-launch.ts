/** How far a launch has come, as this host sees it. */
export type LaunchProgress = {
  /** Answers flow, or it stands by with all it needs. */
  ready: boolean;
  /** It has a fault for which it should be replaced. */
  unfit: boolean;
  /** Seconds since the agent's start, and those that it may take. */
  waitedFor: number;
  within: number;
};

/**
 * Whether Auto Scaling may go on with an instance that it launches and holds back by a lifecycle hook: when it is ready; not at all where it
 * has a fault, or that has not come about in time.
 */
export function decideLaunch(
  state: string | undefined,
  { ready, unfit, waitedFor, within }: LaunchProgress,
): 'CONTINUE' | 'ABANDON' | 'wait' | 'over' {
  if (state === undefined || !state.startsWith('Pending')) return 'over';
  if (state !== 'Pending:Wait') return 'wait';
  if (unfit) return 'ABANDON';
  if (ready) return 'CONTINUE';
  return waitedFor > within ? 'ABANDON' : 'wait';
}
