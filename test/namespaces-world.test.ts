import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { planTopology } from '@pointsman/core/plan';
import { buildModel, traceName } from '@pointsman/core/verify';
import { type Expected, makeOracle } from './expected-answers.ts';
import { type Capture, startCapture } from './system/capture.ts';
import { readDig } from './system/dig.ts';
import { copyTopology, type RunningLab, skipWithoutLab, startLab } from './system/lab.ts';
import { makeQuestions } from './system/questions.ts';
import { readTopology } from './system/topology.ts';

const ACME = 'examples/acme/hybrid.yaml';
const topology = readTopology(ACME);
const expectedOf = makeOracle(topology);
const NETWORKS = topology.networks.map(({ name }) => name);

describe('acme in network namespaces', { skip: skipWithoutLab, timeout: 900_000 }, () => {
  let lab: RunningLab;
  before(async () => {
    lab = await startLab(copyTopology(ACME));
  });
  after(() => lab?.stop());

  test('members are told in the order of the file, whichever serves first', () => {
    const names = topology.forwarders.flatMap((tier) =>
      tier.members.map(({ name }) => `${tier.name}/${name}`),
    );
    assert.deepEqual(
      lab.world.ready.forwarders.map(({ name }) => name),
      names,
    );
  });

  for (const network of NETWORKS) {
    test(`a client of ${network} has learned by DHCP whom to ask, and resolves every name with dig and no server`, async () => {
      const { resolvers } = planTopology(topology).clients.find((each) => each.network === network)!;
      const { stdout: conf } = await lab.exec(network, ['cat', '/etc/resolv.conf']);
      assert.deepEqual(
        [...conf.matchAll(/^nameserver (\S+)$/gm)].map(([, address]) => address),
        resolvers,
      );
      const asked = questionsFrom(network);
      assert.ok(asked.length > 50);
      const lines = asked.map(({ name, type }) => `+noall +comments +question +answer ${name} ${type}`);
      const { stdout } = await lab.exec(network, ['dig', '-f', '-'], `${lines.join('\n')}\n`);
      const answers = readDig(stdout);
      assert.equal(answers.length, asked.length);
      for (const [index, { name, type, expected }] of asked.entries()) {
        const { status, answers: records, question } = answers[index]!;
        const got = records.map((each) => `${each.name.toLowerCase()} ${each.type} ${each.data}`).sort();
        assert.deepEqual({ status, answers: got, question }, { ...expected, question: `${name} ${type}` });
      }
    });

    test(`programs on a client of ${network} get addresses from libc, and names of addresses`, async () => {
      const named = questionsFrom(network).filter(
        ({ type, expected }) => type === 'A' && expected.answers.some((each) => / A /.test(each)),
      );
      const script = 'while read -r name; do echo "= $name"; getent ahostsv4 "$name"; done';
      const { stdout } = await lab.exec(
        network,
        ['sh', '-c', script],
        named.map(({ name }) => `${name}\n`).join(''),
      );
      const found = stdout.split(/^= /m).slice(1).map(addressesIn);
      assert.deepEqual(
        found,
        named.map(({ name, expected }) => ({ name, addresses: addressesOf(expected) })),
      );
      const reverse = await lab.exec(network, ['getent', 'hosts', '192.168.1.10']);
      assert.match(reverse.stdout, /ad1\.corp\.acme\.example/);
    });
  }

  for (const [from, name] of [
    ['orders', 'no-such-host.corp.acme.example'],
    ['sydney', 'no-such-host.cloud.acme.example'],
    ['billing', 'www.nowhere.test'],
  ] as const) {
    test(`the packets for ${name} from ${from} take the path that trace says, and no other`, async (t) => {
      const captures = new Map<string, Capture>();
      for (const network of NETWORKS) {
        const capture = await startCapture(lab.routerOf(network));
        t.after(capture.stop);
        captures.set(network, capture);
      }
      await lab.exec(from, ['dig', name]);
      const proven = hopsByNetwork(from, `${name}.`);
      const seen = () =>
        Object.fromEntries(NETWORKS.map((network) => [network, pathsIn(captures.get(network)!, name)]));
      await until(() => isDeepStrictEqual(seen(), proven));
      assert.deepEqual(seen(), proven);
    });
  }
});

const MODEL = buildModel(topology, planTopology(topology), { world: 'namespaces' });
const CLIENTS = new Map(planTopology(topology).clients.map(({ network, address }) => [address, network]));

/** What each network's router sees of a question by its trace: who asks whom, of tiers whichever member. */
function hopsByNetwork(from: string, name: string): Record<string, string[]> {
  const seen = new Map(NETWORKS.map((network) => [network, new Set<string>()]));
  for (const { at, asks, address } of traceName(MODEL, { from, name, type: 'A' }).hops) {
    if (address === undefined) continue;
    for (const subject of [at, asks]) seen.get(networkOf(subject))!.add(`${whole(at)} > ${whole(asks)}`);
  }
  return Object.fromEntries(Array.from(seen, ([network, hops]) => [network, [...hops].sort()]));
}

function pathsIn(capture: Capture, name: string): string[] {
  const paths = Array.from(capture.questionsFor(name), (packet) =>
    packet
      .split(' > ')
      .map((address) => {
        const client = CLIENTS.get(address);
        return client === undefined
          ? whole(MODEL.findPlace(address, 'shared').subject)
          : `networks/${client}`;
      })
      .join(' > '),
  );
  return [...new Set(paths)].sort();
}

/** `forwarders/main/a` is `forwarders/main`: on a busy machine the next member may be asked as well. */
function whole(subject: string): string {
  return subject.split('/').slice(0, 2).join('/');
}

function networkOf(subject: string): string {
  const [kind, name] = subject.split('/') as [string, string];
  const { forwarders, authorities } = topology;
  if (kind === 'forwarders') return forwarders.find((each) => each.name === name)!.network;
  return kind === 'authorities' ? authorities.find((each) => each.name === name)!.network : name;
}

type Asked = { name: string; type: string; expected: Expected };

/** Every name of the topology, and what is not there; what no zone covers has no answer. The file leaves SOA records to Route 53. */
function questionsFrom(network: string): Asked[] {
  return makeQuestions(topology)
    .filter(({ type }) => type !== 'SOA')
    .map(({ name, type }) => ({ name, type, expected: expectedOf(network, name, type) }))
    .filter(({ expected }) => expected.status !== 'REFUSED');
}

/** Of a block that begins with a name and has an address a line. */
function addressesIn(block: string): { name: string; addresses: string[] } {
  const [name, ...lines] = block.trim().split('\n');
  return { name: name!, addresses: [...new Set(lines.map((line) => line.split(' ')[0]!))].sort() };
}

function addressesOf({ answers }: Expected): string[] {
  return answers.flatMap((each) => (each.includes(' A ') ? [each.split(' ').at(-1)!] : [])).sort();
}

/** Milliseconds. */
const PATIENCE = 30_000;

/** Until the condition holds, or the time is over: what is asserted behind it says what is wrong. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!holds() && performance.now() < end) await wait(50);
}
