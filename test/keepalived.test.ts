import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { bindUdp } from '@pointsman/forwarder/namespace';
import { pointsman, run } from './system/command.ts';
import { skipWithout } from './system/packages.ts';
import {
  HOSTS,
  makeVrrpNetwork,
  type VrrpHost,
  type VrrpNetwork,
  withPatience,
} from './system/vrrp-hosts.ts';

const SKIP =
  process.getuid?.() === 0
    ? skipWithout('ip', 'dig', 'keepalived')
    : 'needs root, to make network namespaces';
const TOPOLOGY = 'examples/acme/hybrid.yaml';
/** The member's address. */
const ADDRESS = '10.10.1.53';
/** What the configuration asks the agent by. */
const HEALTH =
  '/usr/bin/curl --silent --fail --output /dev/null --max-time 1 --unix-socket /run/pointsman/agent.sock http://localhost/healthy';

/** A host whose agent and DNS server are stand-ins. */
type Host = VrrpHost & { config: string; well: string; dns: Socket; answered: number };

describe('an address that keepalived moves between two hosts', { skip: SKIP, timeout: 240_000 }, () => {
  const hosts: Host[] = [];
  let network: VrrpNetwork;

  before(async () => {
    const hostOptions = HOSTS.flatMap((host) => ['--host', host]);
    const options = ['--for', 'keepalived', '--member', 'main/a', ...hostOptions];
    const rendered = await pointsman('render', TOPOLOGY, ...options);
    assert.equal(rendered.code, 0, rendered.stderr);
    assert.ok(rendered.stdout.includes(HEALTH));
    network = await makeVrrpNetwork();
    for (const host of network.hosts) hosts.push(await playServer(host, rendered.stdout));
  });
  after(async () => {
    for (const host of hosts) host.dns.close();
    await network?.remove();
  });

  test('keepalived itself finds nothing wrong with the configuration', async () => {
    const file = join(network.folder, 'keepalived.conf');
    writeFileSync(file, hosts[0]!.config);
    const args = ['netns', 'exec', hosts[0]!.name, 'keepalived', '--config-test', '-f', file];
    const { code, stdout, stderr } = await run('ip', args);
    assert.equal(code, 0, stdout + stderr);
  });

  test('no host takes it before its agent is well; then one does, and answers', async () => {
    for (const host of hosts) host.start(host.config);
    setWell(hosts[1]!, true);
    await until(() => isAnsweredBy(hosts[1]!));
    assert.equal(await hosts[0]!.holds(ADDRESS), false);
  });

  test('when that host dies the other one takes it, and answers', async () => {
    setWell(hosts[0]!, true);
    await hosts[1]!.kill();
    await hosts[1]!.setLink('down');
    await until(() => isAnsweredBy(hosts[0]!));
  });

  test('the one that comes back leaves it where it is', async () => {
    const host = hosts[1]!;
    // What a new start of the host does: nothing is left of the address.
    await ip(`-n ${host.name} address flush dev eth0`);
    await ip(`-n ${host.name} address add ${HOSTS[1]}/24 dev eth0`);
    await host.setLink('up');
    const log = host.start(host.config);
    await until(() => /Entering BACKUP STATE/.test(log()));
    assert.equal(await host.holds(ADDRESS), false);
    await until(() => isAnsweredBy(hosts[0]!));
  });

  test('when the agent of the one that holds it is not well, the other one takes it', async () => {
    setWell(hosts[0]!, false);
    await until(async () => (await isAnsweredBy(hosts[1]!)) && !(await hosts[0]!.holds(ADDRESS)));
  });

  async function playServer(host: VrrpHost, text: string): Promise<Host> {
    // The server listens there while the address is elsewhere.
    await ip(`netns exec ${host.name} sysctl -q -w net.ipv4.ip_nonlocal_bind=1`);
    const well = join(network.folder, `${host.name}-well`);
    const config = withPatience(text).replace(HEALTH, `/usr/bin/test -f ${well}`);
    const dns = await bindUdp({ namespace: host.name, address: ADDRESS, port: 53 });
    const played: Host = { ...host, config, well, dns, answered: 0 };
    dns.on('message', (query, from) => {
      played.answered++;
      query[2]! |= 0x80;
      dns.send(query, from.port, from.address);
    });
    return played;
  }

  async function isAnsweredBy(host: Host): Promise<boolean> {
    const before = host.answered;
    const dig = ['dig', `@${ADDRESS}`, 'www.example', '+noedns', '+tries=1', '+time=1'];
    const { code } = await run('ip', ['netns', 'exec', network.router, ...dig]);
    return code === 0 && host.answered > before;
  }
});

function setWell({ well }: Host, isWell: boolean): void {
  if (isWell) writeFileSync(well, '');
  else rmSync(well);
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
