import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, parseName } from '@pointsman/core/dns';
import fc from 'fast-check';
import { type AskServer, askAsStub, parseResolvConf } from './stub-resolver.ts';

const QUESTION = { name: parseName('www.example'), type: 'A' };

test('a resolv.conf as DHCP writes it: its servers, with the time-outs of libc', () => {
  const text = 'search corp.example\nnameserver 10.10.1.53\nnameserver 10.10.2.53\n';
  assert.deepEqual(parseResolvConf(text), {
    nameservers: ['10.10.1.53', '10.10.2.53'],
    timeout: 5,
    attempts: 2,
  });
});

test('options are read as far as libc goes: 30 seconds, 5 rounds, 3 servers', () => {
  const servers = ['1', '2', '3', '4'].map((last) => `nameserver 10.0.0.${last}`).join('\n');
  const conf = parseResolvConf(`${servers}\noptions ndots:2 timeout:99 attempts:0\noptions attempts:7`);
  assert.deepEqual(conf, { nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'], timeout: 30, attempts: 5 });
});

test('whatever stands in it, what is read of it is within libc’s bounds', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('nameserver', 'options', 'timeout:3', 'attempts:x', '\n', ' '),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const { nameservers, timeout, attempts } = parseResolvConf(words.join(' '));
      assert.ok(nameservers.length <= 3 && timeout >= 1 && timeout <= 30 && attempts >= 1 && attempts <= 5);
    }),
  );
});

test('servers that are silent are asked in their order, twice, with the time-outs of glibc', async () => {
  const { asked, ask } = scripted({});
  const conf = parseResolvConf('nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3');
  assert.equal(await askAsStub(conf, QUESTION, ask), undefined);
  const round = [
    ['10.0.0.1', 5000],
    ['10.0.0.2', 3000],
    ['10.0.0.3', 6000],
  ];
  assert.deepEqual(asked, [...round, ...round]);
});

test('a server that fails is passed over, and NXDOMAIN is an answer', async () => {
  const { asked, ask } = scripted({ '10.0.0.1': 2, '10.0.0.2': 3, '10.0.0.3': 0 });
  const conf = parseResolvConf('nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3');
  assert.equal((await askAsStub(conf, QUESTION, ask))?.rcode, 3);
  assert.deepEqual(
    asked.map(([server]) => server),
    ['10.0.0.1', '10.0.0.2'],
  );
});

/** Servers that answer with an RCODE; all others are silent. */
function scripted(rcodes: Record<string, number>) {
  const asked: [string, number][] = [];
  const ask: AskServer = async (server, _, patience) => {
    asked.push([server, patience]);
    const rcode = rcodes[server];
    return rcode === undefined ? 'silent' : ({ rcode } as Message);
  };
  return { asked, ask };
}
