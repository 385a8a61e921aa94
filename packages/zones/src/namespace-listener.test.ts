import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { run } from '../../../test/system/command.ts';
import { skipWithout } from '../../../test/system/packages.ts';
import { ListenError } from './dns-handler.ts';
import { startDnsServer } from './dns-server.ts';

const NAMESPACE = `pm-dns${process.pid}`;
const skip = process.getuid?.() === 0 ? skipWithout('ip', 'dig') : 'needs root, for a network namespace';

describe('a DNS server inside a network namespace', { skip, timeout: 300_000 }, () => {
  before(() => {
    execFileSync('ip', ['netns', 'add', NAMESPACE]);
    execFileSync('ip', ['-netns', NAMESPACE, 'link', 'set', 'lo', 'up']);
  });
  after(() => execFileSync('ip', ['netns', 'delete', NAMESPACE]));

  test('answers there over UDP and TCP, IPv4 and IPv6', async (t) => {
    for (const address of ['127.0.0.1', '::1']) {
      const server = await startDnsServer({ address, port: 0, namespace: NAMESPACE, handle: refuse });
      t.after(server.stop);
      for (const transport of ['+notcp', '+tcp']) {
        const asked = [`@${address}`, '-p', String(server.port), transport, 'one.example'];
        const { stdout } = await run('ip', ['netns', 'exec', NAMESPACE, 'dig', ...asked]);
        assert.match(stdout, /status: REFUSED/, `${address} ${transport}`);
      }
    }
  });

  test('a place that is taken there is a ListenError', async (t) => {
    const first = await startDnsServer({
      address: '127.0.0.1',
      port: 0,
      namespace: NAMESPACE,
      handle: refuse,
    });
    t.after(first.stop);
    const { port } = first;
    await assert.rejects(
      startDnsServer({ address: '127.0.0.1', port, namespace: NAMESPACE, handle: refuse }),
      (error) => error instanceof ListenError && error.code === 'EADDRINUSE',
    );
  });
});

/** The query, as a response with the code REFUSED. */
function refuse(query: Uint8Array): Uint8Array {
  const response = Uint8Array.from(query);
  response[2]! |= 0x80;
  response[3] = 5;
  return response;
}
