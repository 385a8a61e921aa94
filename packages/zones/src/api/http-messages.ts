import type { AccessKey, Caller, Certificate } from '@pointsman/aws-wire';

/** What goes between the thread that has the store and the one that has HTTP. All of it can be cloned. */

export type HttpSetup = {
  address: string;
  port: number;
  keys: readonly AccessKey[];
  certificate: Certificate | undefined;
  /** The operations that may be called. */
  operations: readonly string[];
};

/** From the thread of HTTP. A call's number is its own; its reply has the same. */
export type HttpMessage =
  | { kind: 'listening'; endpoint: string; port: number }
  | { kind: 'not-listening'; name: string; code: string | undefined; message: string }
  | ({ kind: 'call' } & Call)
  /** Of which no client is to blame. */
  | { kind: 'failure'; error: unknown; operation: string };

/** An operation by its name, in the shapes of AWS's model. */
export type Call = { number: number; operation: string; input: object; caller: Caller };

/** To the thread of HTTP. */
export type StoreMessage =
  | { kind: 'reply'; number: number; result: CallResult }
  | { kind: 'renew'; certificate: Certificate }
  | { kind: 'stop' };

export type CallResult =
  | { output: object }
  | { refusal: { code: string; message: string; status: number | undefined } };
