import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { pointsman } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import { startCommand } from './system/running.ts';

/** Binds a Unix socket for datagrams, which Node cannot, and prints what comes, a datagram a line. */
const LISTENER = `
import socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listening.bind(sys.argv[1].replace("@", "\\0", 1))
print("listening", flush=True)
while True:
    print(listening.recv(4096).decode(), flush=True)
`;

test('systemd is told that the agent is ready, lives, and ends', {
  skip: skipWithout('python3'),
  timeout: 300_000,
}, async (t) => {
  const folder = folderOf(t);
  const config = await writeConfig(folder);
  const socket = join(folder, 'notify');
  const heard = await listen(t, socket);
  const agent = startCommand(['agent', '--config', config], {
    env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' },
  });
  t.after(() => agent.process.kill('SIGKILL'));
  assert.equal(await heard.next(), 'READY=1');
  const status = await pointsman('agent', 'status', '--config', config, '--json');
  assert.equal(JSON.parse(status.stdout).address, '127.0.0.1', status.stderr);
  for (let sign = 0; sign < 3; sign++) assert.equal(await heard.next(), 'WATCHDOG=1');
  agent.process.kill('SIGTERM');
  let last = await heard.next();
  while (last === 'WATCHDOG=1') last = await heard.next();
  assert.equal(last, 'STOPPING=1');
  assert.equal((await agent.exited).code, 0);
});

test('a name in the abstract namespace will do; where nobody listens that is told, and the agent serves', {
  skip: skipWithout('python3'),
  timeout: 300_000,
}, async (t) => {
  const folder = folderOf(t);
  const config = await writeConfig(folder);
  const name = `@pointsman-test-${process.pid}`;
  const heard = await listen(t, name);
  const agent = startCommand(['agent', '--config', config], { env: { NOTIFY_SOCKET: name } });
  assert.equal(await heard.next(), 'READY=1');
  await agent.stop();
  const alone = startCommand(['agent', '--config', config], {
    env: { NOTIFY_SOCKET: join(folder, 'nobody') },
  });
  t.after(() => alone.process.kill('SIGKILL'));
  while (!alone.stderr().includes('local answers')) await once(alone.process.stderr!, 'data');
  assert.match(alone.stderr(), /systemd is not told READY=1: ENOENT: cannot send to the socket .*nobody/);
  await alone.stop();
});

/** Of an agent outside AWS, for an address that every host has. */
async function writeConfig(folder: string): Promise<string> {
  const forwarder = join(folder, 'forwarder.json');
  const listens = [`127.0.0.1:${await freePort()}`];
  writeFileSync(
    forwarder,
    JSON.stringify({ name: 'a', listen: listens, clients: ['127.0.0.0/8'], rules: [] }),
  );
  const config = join(folder, 'agent.json');
  const addresses = [{ address: '127.0.0.1/8', gateway: '127.0.0.2' }];
  const text = {
    interface: { mac: '02:00:00:00:00:53', addresses },
    configuration: `file://${forwarder}`,
    stateDirectory: join(folder, 'state'),
    socket: join(folder, 'agent.sock'),
  };
  writeFileSync(config, JSON.stringify(text));
  return config;
}

async function listen(t: TestContext, socket: string): Promise<{ next: () => Promise<string> }> {
  const child = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value as string;
  assert.equal(await next(), 'listening');
  return { next };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-service-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
