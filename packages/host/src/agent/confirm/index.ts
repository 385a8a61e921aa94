export {
  applyConfirmed,
  applyUnconfirmed,
  type ConfirmEvent,
  type ConfirmOptions,
} from './apply-confirmed.ts';
export { confirmPending } from './confirm-pending.ts';
export { type Resumed, resumeConfirmation } from './resume-confirmation.ts';
export { WATCHDOG_PROGRAM } from './start-watchdog.ts';
export type { UnconfirmedChange } from './unconfirmed-change.ts';
