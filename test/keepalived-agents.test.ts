import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Ask, playUpstream, startClient } from './system/agent-servers.ts';
import { POINTSMAN, pointsman, spawnPointsman } from './system/command.ts';
import { skipWithout } from './system/packages.ts';
import {
  HOSTS,
  makeVrrpNetwork,
  ROUTER,
  type VrrpHost,
  type VrrpNetwork,
  withPatience,
} from './system/vrrp-hosts.ts';

const SKIP =
  process.getuid?.() === 0 ? skipWithout('ip', 'keepalived') : 'needs root, to make network namespaces';
const ADDRESS = '10.10.1.53';
/** Milliseconds: far more than anything here takes. */
const PATIENCE = 120_000;

/** Two hosts, each with keepalived as it is rendered and a real agent, which keepalived asks. */
describe('an address that keepalived moves to where an agent is well', {
  skip: SKIP,
  timeout: 300_000,
}, () => {
  const cleanups: (() => unknown)[] = [];
  const agents = new Map<VrrpHost, ChildProcess>();
  const consoles = new Map<VrrpHost, string>();
  const logs: (() => string)[] = [];
  let network: VrrpNetwork;
  let ask: Ask;
  before(async () => {
    network = await makeVrrpNetwork();
    cleanups.push(network.remove);
    const t = { after: (cleanup: unknown) => cleanups.push(cleanup as () => unknown) };
    await playUpstream(t, { namespace: network.router, address: ROUTER }, { answers: true });
    ask = await startClient(t, network.router, [ROUTER]);
    const hostOptions = HOSTS.flatMap((host) => ['--host', host]);
    const options = ['--for', 'keepalived', '--member', 'main/a', ...hostOptions];
    const { code, stdout, stderr } = await pointsman('render', 'examples/acme/hybrid.yaml', ...options);
    assert.equal(code, 0, stderr);
    writeFileSync(join(network.folder, 'forwarder.json'), FORWARDER);
    for (const host of network.hosts) {
      startAgent(host);
      logs.push(host.start(withPatience(askingOwnAgent(host, stdout))));
    }
  });
  after(async () => {
    for (const agent of agents.values()) agent.kill('SIGKILL');
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test('one host takes it, and its agent answers', async () => {
    await until(async () => (await holders()).length === 1 && (await ask(ADDRESS)) === '10.0.0.1');
  });

  test('its agent killed, the other host takes it, and answers', async () => {
    const [holder] = await holders();
    agents.get(holder!)!.kill('SIGKILL');
    await until(() => isServedByOther(holder!));
    startAgent(holder!);
  });

  test('its agent wedged, the other host takes it, and answers', async () => {
    const [holder] = await holders();
    agents.get(holder!)!.kill('SIGSTOP');
    await until(() => isServedByOther(holder!));
  });

  function startAgent(host: VrrpHost): void {
    const { configFile, socket, state } = filesOf(host);
    const addresses = [{ address: `${ADDRESS}/24`, gateway: ROUTER }];
    const configuration = `file://${join(network.folder, 'forwarder.json')}`;
    const config = { interface: { mac: host.mac, addresses }, configuration, socket, stateDirectory: state };
    writeFileSync(configFile, JSON.stringify(config));
    const prefix = ['ip', 'netns', 'exec', host.name];
    const agent = spawnPointsman(['agent', '--config', configFile], { prefix });
    agent.stderr!.setEncoding('utf8').on('data', (text: string) => {
      consoles.set(host, (consoles.get(host) ?? '') + text);
    });
    agents.set(host, agent);
  }

  function filesOf({ name }: VrrpHost) {
    const pathOf = (what: string) => join(network.folder, `${name}-${what}`);
    return { configFile: pathOf('agent.json'), socket: pathOf('agent.sock'), state: pathOf('state') };
  }

  /** What is rendered, for a host whose files are elsewhere, as the other one is on this machine too. */
  function askingOwnAgent(host: VrrpHost, rendered: string): string {
    const { configFile, socket } = filesOf(host);
    const asked = /^ +script "(.*)"$/m.exec(rendered)![1]!;
    const own = asked
      .replace('/usr/bin/pointsman', `${process.execPath} ${POINTSMAN}`)
      .replace('/etc/pointsman/agent.json', configFile)
      .replace('/run/pointsman/agent.sock', socket);
    assert.notEqual(own, asked);
    return rendered.replace(asked, own);
  }

  async function holders(): Promise<VrrpHost[]> {
    const held = await Promise.all(network.hosts.map((host) => host.holds(ADDRESS)));
    return network.hosts.filter((_, index) => held[index]);
  }

  async function isServedByOther(before: VrrpHost): Promise<boolean> {
    const now = await holders();
    return now.length === 1 && now[0] !== before && (await ask(ADDRESS)) === '10.0.0.1';
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isSo())) {
      const texts = () => [...consoles.values(), ...logs.map((log) => log())].join('\n\n');
      assert.ok(performance.now() < end, `not so after ${PATIENCE} ms\n${texts()}`);
      await delay(50);
    }
  }
});

const FORWARDER = JSON.stringify({
  name: 'a',
  listen: [`${ADDRESS}:53`],
  clients: ['10.10.1.0/24'],
  rules: [{ suffix: 'corp.example', upstreams: [ROUTER] }],
  cache: { bytes: 2 ** 21 },
  deadline: 700,
});
