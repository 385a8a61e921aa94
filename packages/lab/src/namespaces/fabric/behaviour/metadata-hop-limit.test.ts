import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connectTcp, listenTcp } from '@pointsman/forwarder/namespace';
import { namespaceOf } from '../names.ts';
import {
  inMachine,
  openTrial,
  putInterface,
  putVpc,
  skipWithoutRoot,
  type Trial,
  until,
} from './trial.fixture.ts';

const METADATA = ['169.254.169.254', 'fd00:ec2::254'] as const;
const PORT = 80;

/** i-1-HOST at 10.1.1.HOST; behind it a container at the second address of its interface, 10.1.1.1HOST, as a pod has it in a VPC. */
describe('the metadata service', { skip: skipWithoutRoot }, () => {
  let trial: Trial;
  const servers: Server[] = [];
  before(async () => {
    trial = await openTrial();
    await putVpc(trial, 1);
    for (const address of METADATA) {
      const server = createServer((connection) => {
        connection.on('error', () => {});
        connection.end('metadata');
      });
      servers.push(server);
      await listenTcp(server, { namespace: trial.fabric.routerNamespace('vpc-1'), address, port: PORT });
    }
    for (const host of [10, 11]) {
      const addresses = [host, host + 100].flatMap((each) => [`10.1.1.${each}`, `2001:db8:1::${each}`]);
      await putInterface(trial, 1, host, { addresses });
      await start(host);
    }
  });
  after(async () => {
    for (const server of servers) server.close();
    await trial.fabric.close();
  });

  async function start(host: number, metadataHopLimit?: number): Promise<void> {
    await trial.fabric.startInstance({
      ...{ id: `i-1-${host}`, vpcId: 'vpc-1', subnetId: 'subnet-1', availabilityZone: 'zone-1' },
      primaryInterfaceId: `eni-1-${host}`,
      ...(metadataHopLimit === undefined ? {} : { metadataHopLimit }),
    });
    putContainer(host);
  }

  async function restart(host: number, metadataHopLimit?: number): Promise<void> {
    await trial.fabric.stopInstance(`i-1-${host}`);
    execFileSync('ip', ['netns', 'delete', containerOf(host)]);
    await start(host, metadataHopLimit);
  }

  /** With the mark of the lab, so that it goes with it. */
  const containerOf = (host: number) => namespaceOf(trial.name, `container-${host}`);

  /** A namespace of its own that the machine routes for, and answers ARP and NDP for. */
  function putContainer(host: number): void {
    const [machine, container] = [trial.fabric.machineNamespace(`i-1-${host}`), containerOf(host)];
    const inNamespace = (namespace: string, script: string) =>
      execFileSync('nsenter', [`--net=/run/netns/${namespace}`, 'sh', '-euc', script]);
    execFileSync('ip', ['netns', 'add', container]);
    inNamespace(
      machine,
      `ip link add pod0 type veth peer name eth0 netns ${container}
      ip link set pod0 up
      ip address add 10.0.0.1/32 dev pod0
      ip address add fe80::1/64 dev pod0 nodad
      for each in ipv4/ip_forward ipv6/conf/all/forwarding ipv4/conf/eth0/proxy_arp ipv6/conf/eth0/proxy_ndp; do
        echo 1 > /proc/sys/net/$each
      done
      ip -6 address del 2001:db8:1::${host + 100}/64 dev eth0
      ip route add 10.1.1.${host + 100} dev pod0
      ip -6 route add 2001:db8:1::${host + 100} dev pod0
      ip -6 neighbour add proxy 2001:db8:1::${host + 100} dev eth0`,
    );
    inNamespace(
      container,
      `ip link set eth0 up
      ip address add 10.1.1.${host + 100}/32 dev eth0
      ip -6 address add 2001:db8:1::${host + 100}/128 dev eth0 nodad
      ip route add 10.0.0.1 dev eth0
      ip route add default via 10.0.0.1
      ip -6 route add default via fe80::1 dev eth0`,
    );
  }

  function ask(namespace: string, service: string, host: number): Socket {
    const address = service.includes(':') ? `2001:db8:1::${host}` : `10.1.1.${host}`;
    return connectTcp({ namespace, address, port: 0 }, { address: service, port: PORT });
  }

  async function assertAnswered(asking: Socket, who: string): Promise<void> {
    try {
      const [data] = await once(asking, 'data', { signal: AbortSignal.timeout(60_000) });
      assert.equal(String(data), 'metadata', who);
    } finally {
      asking.destroy();
    }
  }

  async function assertMachineAnswered(host: number): Promise<void> {
    for (const service of METADATA) {
      const machine = trial.fabric.machineNamespace(`i-1-${host}`);
      await assertAnswered(ask(machine, service, host), `i-1-${host} at ${service}`);
    }
  }

  async function assertContainerAnswered(host: number): Promise<void> {
    for (const service of METADATA) {
      await assertAnswered(ask(containerOf(host), service, host + 100), `behind i-1-${host} at ${service}`);
    }
  }

  /** Packets that the machine had to forward and that could go no hop further. */
  async function expiredAt(host: number, service: string): Promise<number> {
    const counter = service.includes(':') ? 'Ip6InHdrErrors' : 'IpInHdrErrors';
    const shown = await inMachine(trial, `i-1-${host}`, 'cat /proc/net/snmp /proc/net/snmp6');
    return Number(readCounters(shown).get(counter));
  }

  /** The service does answer, and the answer ends at the machine. */
  async function assertContainerHearsNothing(host: number): Promise<void> {
    for (const service of METADATA) {
      const before = await expiredAt(host, service);
      const asking = ask(containerOf(host), service, host + 100);
      let isConnected = false;
      asking.on('connect', () => {
        isConnected = true;
      });
      asking.on('error', () => {});
      try {
        await until(`an answer of ${service} expires at i-1-${host}`, async () => {
          assert.equal(isConnected, false, `behind i-1-${host} ${service} is reached`);
          return (await expiredAt(host, service)) > before;
        });
        assert.equal(isConnected, false, `behind i-1-${host} ${service} is reached`);
      } finally {
        asking.destroy();
      }
    }
  }

  it('reaches a machine, and nothing behind it', async () => {
    await assertMachineAnswered(10);
    await assertContainerHearsNothing(10);
  });

  it('reaches what is behind a machine that is started with a higher limit, and behind that one only', async () => {
    await restart(10, 2);
    await assertMachineAnswered(10);
    await assertContainerAnswered(10);
    await assertMachineAnswered(11);
    await assertContainerHearsNothing(11);
  });

  it('goes as far as the limit is while the machine runs', async () => {
    await trial.fabric.setMetadataHopLimit('i-1-10', 1);
    await assertMachineAnswered(10);
    await assertContainerHearsNothing(10);
    await trial.fabric.setMetadataHopLimit('i-1-10', 2);
    await assertContainerAnswered(10);
    await trial.fabric.setMetadataHopLimit('i-none', 2);
  });

  it('goes as far to an interface while it is attached to that machine', async () => {
    const isRaised = () =>
      execFileSync('ip', ['netns', 'exec', trial.fabric.routerNamespace('vpc-1'), 'nft', 'list', 'ruleset'], {
        encoding: 'utf8',
      })
        .split('\n')
        .some((rule) => rule.endsWith('ip ttl set 2') && /10\.1\.1\.53\b/.test(rule));
    await putInterface(trial, 1, 53);
    assert.equal(isRaised(), false);
    await trial.fabric.attachInterface({ interfaceId: 'eni-1-53', instanceId: 'i-1-10', deviceIndex: 1 });
    assert.equal(isRaised(), true);
    await trial.fabric.detachInterface('eni-1-53', { force: false });
    assert.equal(isRaised(), false);
  });

  it('goes as far after a reboot, and no further than the machine once it is started with the limit left out', async () => {
    await trial.fabric.rebootInstance('i-1-10');
    execFileSync('ip', ['netns', 'delete', containerOf(10)]);
    putContainer(10);
    await assertContainerAnswered(10);
    await restart(10);
    await assertMachineAnswered(10);
    await assertContainerHearsNothing(10);
  });
});

/** Of /proc/net/snmp (a line of names, a line of values, `Ip: …`) and /proc/net/snmp6 (`NAME VALUE`), by name. */
function readCounters(text: string): Map<string, string> {
  const counters = new Map<string, string>();
  let names: string[] = [];
  for (const line of text.trim().split('\n')) {
    const [first, ...rest] = line.split(/\s+/);
    if (!first!.endsWith(':')) counters.set(first!, rest[0]!);
    else if (Number.isNaN(Number(rest[0]))) names = rest;
    else for (const [index, name] of names.entries()) counters.set(first!.slice(0, -1) + name, rest[index]!);
  }
  return counters;
}
