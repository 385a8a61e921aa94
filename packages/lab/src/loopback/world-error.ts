/** A world that cannot start, in a sentence for its operator. Nothing of it runs. `code` is stable: EADDRINUSE, EACCES, no-room, … */
export class WorldError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'WorldError';
    this.code = code;
  }
}
