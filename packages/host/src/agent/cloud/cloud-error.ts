/** Why a call to the cloud failed, by what can be done about it. */
export type CloudErrorKind =
  /** Too many calls: later. */
  | 'throttled'
  /** Somebody else was faster, or the thing is not in a state for it: look again. */
  | 'conflict'
  /** The instance has an interface at that device index already: take another. */
  | 'device-taken'
  /** The role lacks a permission; `message` names it. */
  | 'denied'
  /** No answer, or one that says nothing about the call: later. */
  | 'unreachable'
  /** The cloud will not do this however often it is asked; `message` says why. */
  | 'refused';

export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  constructor(kind: CloudErrorKind, message: string) {
    super(message);
    this.name = 'CloudError';
    this.kind = kind;
  }
}
