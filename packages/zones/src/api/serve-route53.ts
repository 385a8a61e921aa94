import { createSecureContext } from 'node:tls';
import type { Worker } from 'node:worker_threads';
import { type AccessKey, ApiError, type ApiServer, AwsError, type Certificate } from '@pointsman/aws-wire';
import { startThread } from '@pointsman/forwarder/thread';
import { watchThread } from '../vital-thread.ts';
import type { Call, CallResult, HttpMessage, HttpSetup, StoreMessage } from './http-messages.ts';
import type { Route53 } from './operation.ts';
import { operations } from './operations.ts';
import { perform } from './route53-service.ts';

/** Of one place: its thread listens there alone. */
export type Route53Server = Omit<ApiServer, 'serveAlso'>;

export type Route53ServerOptions = {
  address: string;
  /** 0 takes a free one. */
  port: number;
  /** Who may call. An empty list: anybody on this machine, and the address has to be a loopback one. */
  keys: readonly AccessKey[];
  /** Given: HTTPS. */
  certificate?: Certificate | undefined;
  /** Told of what no client is to blame for. */
  onFailure: (error: unknown, operation: string) => void;
  /** Told of each call that was carried out or refused: `code` is that of the refusal. */
  onAnswer?: ((operation: string, code: string | undefined) => void) | undefined;
};

/**
 * Serves the Route 53 API over a store, which stays in this thread; HTTP has a thread of its own (http-thread.ts), without which the process ends.
 * @throws ApiError without keys elsewhere than on loopback; what listening throws
 */
export async function serveRoute53(route53: Route53, options: Route53ServerOptions): Promise<Route53Server> {
  const { address, port, keys, certificate } = options;
  // What is no certificate is told of here, before anything runs.
  if (certificate) createSecureContext(certificate);
  const setup: HttpSetup = { address, port, keys, certificate, operations: Object.keys(operations) };
  const worker = startThread(new URL('./http-thread.ts', import.meta.url), { workerData: setup });
  const take = takeInTurns((call) => answerCall(route53, call, worker, options));
  const started = Promise.withResolvers<{ endpoint: string; port: number }>();
  worker.on('message', (message: HttpMessage) => {
    if (message.kind === 'call') take(message);
    else if (message.kind === 'failure') options.onFailure(message.error, message.operation);
    else if (message.kind === 'listening') started.resolve(message);
    else started.reject(errorOf(message));
  });
  worker.on('error', started.reject);
  try {
    const { endpoint, port: bound } = await started.promise;
    const thread = watchThread(worker, 'The thread of the API');
    let stopped: Promise<void> | undefined;
    const stop = () => {
      worker.postMessage({ kind: 'stop' } satisfies StoreMessage);
      return thread.end();
    };
    return {
      endpoint,
      address,
      port: bound,
      renew: (certificate) => {
        createSecureContext(certificate);
        worker.postMessage({ kind: 'renew', certificate } satisfies StoreMessage);
      },
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** One call a turn of the event loop, in order: between two of them DNS is answered. */
function takeInTurns(act: (call: Call) => void): (call: Call) => void {
  const waiting: Call[] = [];
  const next = () => {
    act(waiting.shift()!);
    if (waiting.length > 0) setImmediate(next);
  };
  return (call) => {
    waiting.push(call);
    if (waiting.length === 1) setImmediate(next);
  };
}

async function answerCall(
  route53: Route53,
  { number, operation, input, caller }: Call,
  worker: Worker,
  { onFailure, onAnswer }: Route53ServerOptions,
): Promise<void> {
  const reply = (result: CallResult) =>
    worker.postMessage({ kind: 'reply', number, result } satisfies StoreMessage);
  try {
    reply({ output: await perform(route53, operation, input, caller) });
    onAnswer?.(operation, undefined);
  } catch (error) {
    const isAnswer = error instanceof AwsError;
    if (!isAnswer || error.cause !== undefined) onFailure(isAnswer ? error.cause : error, operation);
    const refusal = isAnswer ? shapeOf(error) : INTERNAL_FAILURE;
    reply({ refusal });
    onAnswer?.(operation, refusal.code);
  }
}

const INTERNAL_FAILURE = { code: 'InternalFailure', message: 'An internal error occurred.', status: 500 };

function shapeOf({ code, message, status }: AwsError) {
  return { code, message, status };
}

function errorOf({ name, code, message }: Extract<HttpMessage, { kind: 'not-listening' }>): Error {
  if (name === 'ApiError') return new ApiError(code as ApiError['code'], message);
  return Object.assign(new Error(message), { code });
}
