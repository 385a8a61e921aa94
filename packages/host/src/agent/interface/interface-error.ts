/**
 * Why the service interface is not as it should be. `code` is stable: `NO_INTERFACE`, `NOT_INSTALLED` (a command), `TIMEOUT` (of a command),
 * `COMMAND_FAILED`, `UNSETTLED` (changed by somebody at the same time), `CONFIRMATION_PENDING` (an
 * earlier change waits for its confirmation), `NOT_PROVEN` (and put back), `TOO_LATE` (likewise), `NOTHING_PENDING`, `NOT_RESTORED`, `NO_WATCHDOG`,
 * `DAMAGED_STATE` (a file that cannot be read).
 */
export class InterfaceError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'InterfaceError';
    this.code = code;
  }
}
