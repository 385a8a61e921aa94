import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { bindUdp } from '@pointsman/forwarder/namespace';
import { pointsman, run } from './system/command.ts';
import { findCommand, skipWithout } from './system/packages.ts';

const SKIP =
  process.getuid?.() === 0
    ? skipWithout('ip', 'dig', 'keepalived')
    : 'needs root, to make network namespaces';
const TOPOLOGY = 'examples/acme/hybrid.yaml';
/** The member's address, and those of the hosts that may hold it. */
const ADDRESS = '10.10.1.53';
const HOSTS = ['10.10.1.11', '10.10.1.12'] as const;
/** What the configuration asks the agent by. */
const HEALTH =
  '/usr/bin/curl --silent --fail --output /dev/null --max-time 1 --unix-socket /run/pointsman/agent.sock http://localhost/healthy';

type Host = {
  name: string;
  port: string;
  config: string;
  well: string;
  keepalived?: ChildProcess;
  dns: Socket;
  answered: number;
};

describe('an address that keepalived moves between two hosts', { skip: SKIP, timeout: 240_000 }, () => {
  const id = randomBytes(5).toString('hex');
  const router = `pointsman-r-${id}`;
  // Not in /tmp: keepalived runs no script from where others may write.
  const folder = mkdtempSync('/run/pointsman-keepalived-');
  const hosts: Host[] = [];

  before(async () => {
    const hostOptions = HOSTS.flatMap((host) => ['--host', host]);
    const rendered = await pointsman(
      'render',
      TOPOLOGY,
      '--for',
      'keepalived',
      '--member',
      'main/a',
      ...hostOptions,
    );
    assert.equal(rendered.code, 0, rendered.stderr);
    assert.ok(rendered.stdout.includes(HEALTH));
    await ip(`netns add ${router}`);
    await ip(`-n ${router} link add name subnet type bridge`);
    await ip(`-n ${router} address add 10.10.1.1/24 dev subnet`);
    await ip(`-n ${router} link set dev subnet up`);
    for (const [index, address] of HOSTS.entries())
      hosts.push(await makeHost(index, address, rendered.stdout));
  });
  after(async () => {
    for (const host of hosts) {
      await kill(host);
      host.dns.close();
      await ip(`netns del ${host.name}`);
    }
    await ip(`netns del ${router}`);
    rmSync(folder, { recursive: true });
  });

  test('keepalived itself finds nothing wrong with the configuration', async () => {
    const args = ['netns', 'exec', hosts[0]!.name, 'keepalived', '--config-test', '-f', hosts[0]!.config];
    const { code, stdout, stderr } = await run('ip', args);
    assert.equal(code, 0, stdout + stderr);
  });

  test('no host takes it before its agent is well; then one does, and answers', async () => {
    for (const host of hosts) start(host);
    setWell(hosts[1]!, true);
    await until(() => isAnsweredBy(hosts[1]!));
    assert.equal(await holds(hosts[0]!), false);
  });

  test('when that host dies the other one takes it, and answers', async () => {
    setWell(hosts[0]!, true);
    await kill(hosts[1]!);
    await ip(`-n ${router} link set dev ${hosts[1]!.port} down`);
    await until(() => isAnsweredBy(hosts[0]!));
  });

  test('the one that comes back leaves it where it is', async () => {
    // What a new start of the host does: nothing is left of the address.
    await ip(`-n ${hosts[1]!.name} address flush dev eth0`);
    await ip(`-n ${hosts[1]!.name} address add ${HOSTS[1]}/24 dev eth0`);
    await ip(`-n ${router} link set dev ${hosts[1]!.port} up`);
    const log = start(hosts[1]!);
    await until(() => /Entering BACKUP STATE/.test(log()));
    assert.equal(await holds(hosts[1]!), false);
    await until(() => isAnsweredBy(hosts[0]!));
  });

  test('when the agent of the one that holds it is not well, the other one takes it', async () => {
    setWell(hosts[0]!, false);
    await until(async () => (await isAnsweredBy(hosts[1]!)) && !(await holds(hosts[0]!)));
  });

  async function makeHost(index: number, address: string, text: string): Promise<Host> {
    const name = `pointsman-h${index}-${id}`;
    const port = `port${index}`;
    await ip(`netns add ${name}`);
    await ip(`-n ${name} link set dev lo up`);
    await ip(`-n ${name} link add name eth0 type veth peer name ${port} netns ${router}`);
    await ip(`-n ${router} link set dev ${port} master subnet up`);
    await ip(`-n ${name} link set dev eth0 up`);
    await ip(`-n ${name} address add ${address}/24 dev eth0`);
    // The server listens there while the address is elsewhere.
    await ip(`netns exec ${name} sysctl -q -w net.ipv4.ip_nonlocal_bind=1`);
    const well = join(folder, `well-${index}`);
    const config = join(folder, `keepalived-${index}.conf`);
    // A busy machine may let keepalived wait for longer than the other one has patience.
    const patient = text.replace('advert_int 0.5', 'advert_int 2');
    writeFileSync(config, patient.replace(HEALTH, `/usr/bin/test -f ${well}`));
    const dns = await bindUdp({ namespace: name, address: ADDRESS, port: 53 });
    const host: Host = { name, port, config, well, dns, answered: 0 };
    dns.on('message', (query, from) => {
      host.answered++;
      query[2]! |= 0x80;
      dns.send(query, from.port, from.address);
    });
    return host;
  }

  async function isAnsweredBy(host: Host): Promise<boolean> {
    const before = host.answered;
    const dig = ['dig', `@${ADDRESS}`, 'www.example', '+noedns', '+tries=1', '+time=1'];
    const { code } = await run('ip', ['netns', 'exec', router, ...dig]);
    return code === 0 && host.answered > before;
  }

  /** Returns what it has said so far. */
  function start(host: Host): () => string {
    const pidFiles = ['-p', '-r', '-c'].flatMap((flag) => [flag, `${host.config}${flag}.pid`]);
    const args = [
      'netns',
      'exec',
      host.name,
      findCommand('keepalived')!,
      '-n',
      '-l',
      '-D',
      '-f',
      host.config,
    ];
    // Its children die with it where all of its session does.
    const child = spawn('ip', [...args, ...pidFiles], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    host.keepalived = child;
    let log = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text) => (log += text));
    return () => log;
  }
});

async function kill(host: Host): Promise<void> {
  const { keepalived } = host;
  if (!keepalived) return;
  delete host.keepalived;
  const exited = once(keepalived, 'close');
  process.kill(-keepalived.pid!, 'SIGKILL');
  await exited;
}

function setWell({ well }: Host, isWell: boolean): void {
  if (isWell) writeFileSync(well, '');
  else rmSync(well);
}

async function holds({ name }: Host): Promise<boolean> {
  const { stdout } = await run('ip', ['-n', name, '-o', 'address', 'show']);
  return stdout.includes(` ${ADDRESS}/`);
}

async function ip(line: string): Promise<void> {
  const { code, stderr } = await run('ip', line.split(' '));
  assert.equal(code, 0, `ip ${line}: ${stderr}`);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'it did not come about within a minute');
    await delay(50);
  }
}
