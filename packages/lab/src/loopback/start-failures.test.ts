import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainStartFailures } from './start-failures.ts';
import type { WorldPlan } from './world-plan.ts';

const client = { network: 'hub', address: '10.1.0.10', loopback: '127.1.0.10', resolvers: [] };
const resolver = {
  network: 'hub',
  address: '10.1.0.2',
  loopback: '127.1.0.2',
  clients: [],
  zones: [],
  publicZones: [],
};
const plan: WorldPlan = {
  port: 53,
  clients: [client],
  resolvers: [resolver],
  authorities: [],
  forwarders: [],
  outside: [],
  moves: [],
};

test('the first failure is told by name, those like it by number', () => {
  const { code, message } = explainStartFailures(
    ['2', '3', '4'].map((last) => failure('EADDRINUSE', last)),
    plan,
  );
  assert.equal(code, 'EADDRINUSE');
  assert.match(
    message,
    /^VPC resolver of hub cannot listen at 127\.1\.0\.2 port 53, nor at 2 more: another program/,
  );
});

test('a port that only some may bind is said to be one, and another one has its own reason', () => {
  assert.match(explainStartFailures([failure('EACCES')], plan).message, /ports below 1024/);
  assert.match(
    explainStartFailures([failure('EACCES')], { ...plan, port: 10053 }).message,
    /the system does not allow it/,
  );
});

test('where loopback addresses have to be added, the command that adds every one of them is there', () => {
  const { message } = explainStartFailures([failure('EADDRNOTAVAIL')], plan);
  assert.match(message, /for a in 127\.1\.0\.2 127\.1\.0\.10; do sudo ifconfig lo0 alias \$a up; done$/);
});

test('any other failure is told in its own words, and is none of listening', () => {
  assert.equal(
    explainStartFailures([failure('EOTHER'), failure('EOTHER')], plan).message,
    'VPC resolver of hub cannot start: the system says EOTHER (and 1 more)',
  );
});

test('a member that ended before it served is said to have ended', () => {
  const error = Object.assign(new Error('killed by SIGTERM'), { code: 'member-ended' });
  const { code, message } = explainStartFailures(
    [{ what: 'forwarder main/b', loopback: '127.1.0.53', error }],
    plan,
  );
  assert.deepEqual(
    [code, message],
    ['member-ended', 'forwarder main/b ended while it started: killed by SIGTERM'],
  );
});

function failure(code: string, last = '2') {
  const error = Object.assign(new Error(`the system says ${code}`), { code });
  return { what: 'VPC resolver of hub', loopback: `127.1.0.${last}`, error };
}
