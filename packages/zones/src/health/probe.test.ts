import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { skipWithout } from '../../../../test/system/packages.ts';
import type { HealthCheckConfig } from '../store/model.ts';
import { PROBE_LIMITS, probeEndpoint } from './probe.ts';

/** Health checks against endpoints on the loopback interface. */

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const serve = (answer: RequestListener) => listen(createServer(answer));
/** Milliseconds: what is not about time shall not depend on how busy this machine is. */
const PATIENT = { ...PROBE_LIMITS, tcpConnect: 60_000, httpConnect: 60_000, httpResponse: 60_000 };
const look = (config: Partial<HealthCheckConfig>, limits = {}) =>
  probeEndpoint({ type: 'HTTP', ipAddress: '127.0.0.1', ...config }, { ...PATIENT, ...limits });

describe('HTTP', () => {
  for (const [status, healthy] of [
    [200, true],
    [301, true],
    [308, true],
    [400, false],
    [503, false],
  ] as const) {
    test(`status ${status} is ${healthy ? 'healthy' : 'unhealthy'}`, async () => {
      const port = await serve((_, response) => response.writeHead(status).end());
      const result = await look({ port });
      assert.equal(result.healthy, healthy);
      assert.match(result.reason, new RegExp(`^HTTP Status Code ${status}, [A-Z]`));
    });
  }

  test('asks for the path, in the name of the domain', async () => {
    let seen = '';
    const port = await serve((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers.host}`;
      response.end();
    });
    await look({ port, resourcePath: 'health?deep=1', fullyQualifiedDomainName: 'app.example' });
    assert.equal(seen, `GET /health?deep=1 app.example:${port}`);
  });

  test('a string has to be in the first 5,120 bytes of the body', async () => {
    const port = await serve((request, response) => {
      response.end(`${' '.repeat(Number(request.url!.slice(1)))}fine`);
    });
    const at = (place: number, searchString = 'fine') =>
      look({ type: 'HTTP_STR_MATCH', port, resourcePath: `/${place}`, searchString });
    assert.equal((await at(0)).healthy, true);
    assert.equal((await at(5116)).healthy, true);
    assert.equal((await at(5117)).healthy, false);
    assert.equal((await at(0, 'ill')).healthy, false);
  });

  test('an endless body is not read to its end', async () => {
    const port = await serve((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(1024)));
        response.once('drain', more);
      };
      more();
    });
    const { healthy } = await look({ type: 'HTTP_STR_MATCH', port, searchString: 'y' });
    assert.equal(healthy, false);
  });

  test('a response that does not come in time is unhealthy', async () => {
    const port = await serve(() => undefined);
    const { reason } = await look({ port }, { httpResponse: 20 });
    assert.equal(reason, 'no response in time');
  });

  test('a path that no request can have is unhealthy, and no crash', async () => {
    assert.equal((await look({ port: 1, resourcePath: '/\u0100' })).healthy, false);
  });
});

describe('HTTPS', () => {
  test('takes any certificate, and names the server where it has a name', {
    skip: skipWithout('openssl'),
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = [
      '-subj',
      '/CN=any',
      '-days',
      '1',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
    ];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    const names: unknown[] = [];
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.end('fine'),
    );
    rmSync(folder, { recursive: true });
    server.on('secureConnection', (socket) => names.push(socket.servername));
    const port = await listen(server);
    const named = { port, fullyQualifiedDomainName: 'app.example' };
    assert.equal((await look({ type: 'HTTPS', ...named })).healthy, true);
    assert.equal((await look({ type: 'HTTPS', ...named, enableSni: false })).healthy, true);
    assert.equal((await look({ type: 'HTTPS_STR_MATCH', port, searchString: 'fine' })).healthy, true);
    assert.equal((await look({ type: 'HTTPS_STR_MATCH', port, searchString: 'ill' })).healthy, false);
    assert.deepEqual(names.slice(0, 2), ['app.example', false]);
  });
});

describe('TCP', () => {
  test('an endpoint that takes connections is healthy, one that refuses them is not', async () => {
    const server = createTcpServer((socket) => socket.end());
    const port = await listen(server);
    assert.deepEqual(await look({ type: 'TCP', port }), { healthy: true, reason: 'connected' });
    server.close();
    await once(server, 'close');
    const { healthy, reason } = await look({ type: 'TCP', port });
    assert.equal(healthy, false);
    assert.match(reason, /ECONNREFUSED/);
  });
});
