import { parentPort, workerData } from 'node:worker_threads';
import { AwsError, type Caller, startApiServer } from '@pointsman/aws-wire';
import type { CallResult, HttpMessage, HttpSetup, StoreMessage } from './http-messages.ts';
import { loadProtocol, SERVICE } from './route53-service.ts';

/**
 * The thread of the API's HTTP, signatures and XML, none of which may hold up an answer of DNS. Each request becomes a call of the thread that has the
 * store; a bounded number of them is under way.
 */

const MOST_CALLS = 100;

const setup = workerData as HttpSetup;
const store = parentPort!;
const underWay = new Map<number, PromiseWithResolvers<object>>();
let lastNumber = 0;

function tell(message: HttpMessage): void {
  store.postMessage(message);
}

function call(operation: string, input: object, caller: Caller): Promise<object> {
  if (underWay.size >= MOST_CALLS) {
    throw new AwsError('ServiceUnavailable', 'Too many requests are under way. Please try again.', {
      status: 503,
    });
  }
  const number = ++lastNumber;
  const waiting = Promise.withResolvers<object>();
  underWay.set(number, waiting);
  tell({ kind: 'call', number, operation, input, caller });
  return waiting.promise;
}

function settle(number: number, result: CallResult): void {
  const { resolve, reject } = underWay.get(number)!;
  underWay.delete(number);
  if ('output' in result) return resolve(result.output);
  const { code, message, status } = result.refusal;
  reject(new AwsError(code, message, status === undefined ? {} : { status }));
}

async function start() {
  const protocol = await loadProtocol();
  const handlers = Object.fromEntries(
    setup.operations.map((name) => [name, (input: never, caller: Caller) => call(name, input, caller)]),
  );
  const { address, port, keys, certificate } = setup;
  const service = { name: SERVICE, protocol: () => protocol, handlers };
  const onFailure = (error: unknown, operation: string) => tell({ kind: 'failure', error, operation });
  const options = { address, port, keys, certificate, now: Date.now, onFailure };
  return startApiServer({ services: [service], ...options });
}

try {
  const server = await start();
  store.on('message', async (message: StoreMessage) => {
    if (message.kind === 'reply') return settle(message.number, message.result);
    if (message.kind === 'renew') return server.renew(message.certificate);
    await server.stop();
    process.exit(0);
  });
  tell({ kind: 'listening', endpoint: server.endpoint, port: server.port });
} catch (error) {
  const { name, code, message } = error as NodeJS.ErrnoException;
  tell({ kind: 'not-listening', name, code, message });
}
