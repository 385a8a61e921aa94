import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { AwsError } from '../aws-error.ts';
import type { Protocol } from '../protocol.ts';
import type { Handler } from './answer-request.ts';
import {
  API_LIMITS,
  ApiError,
  type ApiServer,
  type ApiServerOptions,
  startApiServer,
} from './start-server.ts';

/** The body of a request names its operation, and responses are plain text. */
const plain: Protocol = {
  readCall: ({ body }) => ({
    operation: Buffer.from(body).toString().slice(0, 20),
    input: { size: body.length },
  }),
  writeOutput: (_operation, output) => ({ status: 200, headers: {}, body: JSON.stringify(output) }),
  writeError: (code, message, status = 400) => ({ status, headers: {}, body: `${code}: ${message}` }),
};
const handlers: Record<string, Handler> = {
  who: (_input, { account }) => ({ account }),
  refuse: () => {
    throw new AwsError('Refused', 'no');
  },
  break: () => {
    throw new TypeError('secret detail');
  },
};

const running: ApiServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(options: Partial<ApiServerOptions> = {}) {
  const failures: unknown[] = [];
  const server = await startApiServer({
    address: '127.0.0.1',
    port: 0,
    services: [{ name: 'plain', protocol: () => plain, handlers }],
    keys: [],
    now: Date.now,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  running.push(server);
  return { ...server, failures };
}

const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=a/20260101/r/plain/aws4_request, SignedHeaders=host, Signature=a',
  'x-amz-date': '20260101T000000Z',
};

function send(port: number, body: string, headers: Record<string, string> = SIGNED) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers }, async (reply) => {
      const text = Buffer.concat(await reply.toArray()).toString();
      resolve({ status: reply.statusCode!, text });
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('an API server', () => {
  test('answers with what the handler of the operation gives', async () => {
    const { port, endpoint } = await serve();
    assert.equal(endpoint, `http://127.0.0.1:${port}`);
    assert.deepEqual(await send(port, 'who'), { status: 200, text: '{"account":"000000000000"}' });
  });

  test('says refusals, and of what broke inside only that it did', async () => {
    const { port, failures } = await serve();
    assert.deepEqual(await send(port, 'refuse'), { status: 400, text: 'Refused: no' });
    assert.deepEqual(failures, []);
    const { status, text } = await send(port, 'break');
    assert.equal(status, 500);
    assert.doesNotMatch(text, /secret/);
    assert.match(String(failures), /secret detail/);
  });

  test('answers 501 for operations that it does not have, also for those that every object has', async () => {
    const { port } = await serve();
    assert.equal((await send(port, 'other')).status, 501);
    assert.equal((await send(port, 'toString')).status, 501);
  });

  test('listens without keys on loopback only', async () => {
    await assert.rejects(
      serve({ address: '0.0.0.0' }),
      (error) => error instanceof ApiError && error.code === 'keys-needed',
    );
    await serve({ address: '::1' });
    await serve({ address: '0.0.0.0', keys: [{ accessKeyId: 'a', secretAccessKey: 'b', account: '1' }] });
  });

  test('takes without keys no request to a name that somebody may have pointed here', async () => {
    const { port } = await serve();
    assert.equal((await send(port, 'who', { ...SIGNED, host: `evil.example:${port}` })).status, 403);
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      assert.equal((await send(port, 'who', { ...SIGNED, host: `${host}:${port}` })).status, 200, host);
    }
  });

  test('takes with keys no request that nobody has signed', async () => {
    const { port } = await serve({ keys: [{ accessKeyId: 'b', secretAccessKey: 'b', account: '1' }] });
    assert.match((await send(port, 'who', {})).text, /^MissingAuthenticationToken/);
    assert.match((await send(port, 'who')).text, /^InvalidClientTokenId/);
  });

  test('serves the same at more places, to callers with keys, until each of them is stopped', async () => {
    const keys = [{ accessKeyId: 'b', secretAccessKey: 'b', account: '1' }];
    const { serveAlso } = await serve({ keys });
    let other: Server | undefined;
    const { stop } = await serveAlso(async (server) => {
      other = server;
      await once(server.listen(0, '127.0.0.1'), 'listening');
    });
    const { port } = other!.address() as AddressInfo;
    assert.match((await send(port, 'who')).text, /^InvalidClientTokenId/);
    await stop();
    await assert.rejects(send(port, 'who'), /ECONNREFUSED|socket hang up/);
    const open = await serve();
    await assert.rejects(
      open.serveAlso(() => Promise.resolve()),
      (error) => error instanceof ApiError && error.code === 'keys-needed',
    );
  });

  test('refuses a body that is too large, said or not, and goes on serving', async () => {
    const { port } = await serve();
    const said = { ...SIGNED, 'content-length': String(API_LIMITS.body + 1), expect: '100-continue' };
    const refused = await new Promise<number>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers: said }, (reply) => {
        resolve(reply.statusCode!);
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
    });
    assert.equal(refused, 413);
    assert.equal(await sendChunks(port, API_LIMITS.body + 1), 413);
    assert.equal((await send(port, 'who')).status, 200);
    assert.deepEqual((await send(port, 'who'.padEnd(API_LIMITS.body))).status, 501);
  });

  test('keeps no more than so much of what is on its way, and takes it again when that is gone', async () => {
    const { port } = await serve();
    const part = API_LIMITS.body - 1;
    const most = Math.ceil(API_LIMITS.allBodies / part);
    const half: ReturnType<typeof beginBody>[] = [];
    let status: number;
    do {
      half.push(beginBody(port, part));
      status = await sendChunks(port, part);
      // Some of it may still be in sockets; what is slow to come is given up by the server.
    } while (status !== 503 && half.length < 2 * most);
    assert.equal(status, 503);
    for (const request of half) request.destroy();
    while ((await sendChunks(port, part)) === 503);
    assert.equal((await send(port, 'who')).status, 200);
  });

  test('ends when it is stopped, also with connections that idle', async () => {
    const { port, stop } = await serve();
    await send(port, 'who');
    running.pop();
    await stop();
    await assert.rejects(send(port, 'who'), /ECONNREFUSED|socket hang up/);
  });
});

/** Sends a body that does not end. */
function beginBody(port: number, size: number) {
  const headers = { ...SIGNED, 'transfer-encoding': 'chunked' };
  const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers });
  request.on('error', () => {});
  request.write(Buffer.alloc(size));
  return request;
}

/** Sends a body of which nothing says how large it is. */
function sendChunks(port: number, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...SIGNED, 'transfer-encoding': 'chunked' };
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers }, (reply) => {
      resolve(reply.statusCode!);
      reply.resume();
    });
    request.on('error', reject);
    request.end(Buffer.alloc(size));
  });
}
