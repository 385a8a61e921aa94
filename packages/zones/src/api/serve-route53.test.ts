import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createMemoryStore } from '../store/memory-store.ts';
import { AWS_LIMITS, type Store } from '../store/store.ts';
import type { Route53 } from './operation.ts';
import { type Route53ServerOptions, serveRoute53 } from './serve-route53.ts';

/** The two threads of the API: what is refused where many calls are under way, and how they end. */

const vpc = {
  id: 'vpc-a',
  region: 'eu-west-1',
  account: '000000000000',
  cidrs: [],
  enableDnsSupport: true,
  enableDnsHostnames: true,
};

function serviceOver(parts: Partial<Store>): Route53 {
  const findVpc = () => vpc;
  return {
    store: { ...createMemoryStore({ findVpc, limits: AWS_LIMITS, now: Date.now }), ...parts },
    limits: AWS_LIMITS,
    findVpc,
    health: { status: () => undefined, lastFailure: () => undefined },
    answerTest: () => ({ responseCode: 'NOERROR', recordData: [] }),
  };
}

/** Ends with the test. */
async function serve(context: TestContext, route53: Route53, options: Partial<Route53ServerOptions> = {}) {
  const onFailure = (error: unknown) => assert.fail(String(error));
  const server = await serveRoute53(route53, {
    address: '127.0.0.1',
    port: 0,
    keys: [],
    onFailure,
    ...options,
  });
  context.after(() => server.stop());
  return server;
}

const SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/route53/aws4_request, SignedHeaders=host;x-amz-date, Signature=0';

function createZone(endpoint: string, reference: string): Promise<Response> {
  return fetch(`${endpoint}/2013-04-01/hostedzone`, {
    method: 'POST',
    headers: { authorization: SIGNATURE, 'x-amz-date': '20260101T000000Z' },
    body: `<CreateHostedZoneRequest><Name>z${reference}.example</Name><CallerReference>${reference}</CallerReference></CreateHostedZoneRequest>`,
  });
}

test('more calls than a hundred at a time are refused with 503, and those under way go on', async (context) => {
  const gate = Promise.withResolvers<void>();
  const { store, ...rest } = serviceOver({});
  const createZoneLater: Store['createZone'] = async (zone) => {
    await gate.promise;
    return store.createZone(zone);
  };
  const server = await serve(context, { ...rest, store: { ...store, createZone: createZoneLater } });
  const statuses: number[] = [];
  const asked = Array.from({ length: 120 }, async (_, index) => {
    const response = await createZone(server.endpoint, String(index));
    const text = await response.text();
    statuses.push(response.status);
    if (response.status === 503) assert.match(text, /<Code>ServiceUnavailable<\/Code>/);
    if (statuses.length === 20) gate.resolve();
  });
  await Promise.all(asked);
  assert.deepEqual(statuses.slice(0, 20), Array(20).fill(503));
  assert.deepEqual(statuses.slice(20), Array(100).fill(201));
});

test('what breaks inside an operation is told to the operator, and to the client only that something did', async (context) => {
  const failures: [string, string][] = [];
  const server = await serve(
    context,
    serviceOver({ createZone: () => Promise.reject(new Error('broken store')) }),
    { onFailure: (error, operation) => failures.push([(error as Error).message, operation]) },
  );
  const response = await createZone(server.endpoint, '1');
  assert.equal(response.status, 500);
  assert.match(await response.text(), /<Code>InternalFailure<\/Code><Message>An internal error occurred\./);
  assert.deepEqual(failures, [['broken store', 'CreateHostedZone']]);
});

test('what cannot be listened on is the error of the system; a server that has stopped leaves the port', async (context) => {
  const server = await serve(context, serviceOver({}));
  await assert.rejects(serve(context, serviceOver({}), { port: server.port }), { code: 'EADDRINUSE' });
  await assert.rejects(serve(context, serviceOver({}), { address: '0.0.0.0' }), {
    name: 'ApiError',
    code: 'keys-needed',
  });
  await Promise.all([server.stop(), server.stop()]);
  const [error] = (await once(connect(server.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
});

test('a process whose thread of HTTP ends by itself ends with the reason', async (context) => {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const program = `
    process.on('worker', (worker) => worker.once('message', () => worker.terminate()));
    const { serveRoute53 } = await import(${module('serve-route53.ts')});
    await serveRoute53({}, { address: '127.0.0.1', port: 0, keys: [], onFailure: () => {} });`;
  const folder = mkdtempSync(join(tmpdir(), 'thread-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'program.mjs'), program);
  const child = spawn(process.execPath, [join(folder, 'program.mjs')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  context.after(() => child.kill('SIGKILL'));
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(complaint, /The thread of the API has ended by itself, with code 1/);
});
