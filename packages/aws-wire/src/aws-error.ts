export type AwsErrorOptions = {
  /** HTTP status; otherwise the one that the service's model gives the code, or 400. */
  status?: number;
  cause?: unknown;
};

/** An error as AWS's services give them: clients choose what to do by the code. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  constructor(code: string, message: string, { status, cause }: AwsErrorOptions = {}) {
    super(message, { cause });
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}
