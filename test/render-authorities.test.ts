import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formatEndpoint } from '@pointsman/core/address';
import { isAtOrBelow, labelsOf } from '@pointsman/core/dns';
import { type PlannedAuthority, planTopology } from '@pointsman/core/plan';
import { originsOfAuthority, type RenderTarget, renderers } from '@pointsman/core/render';
import { planWorld, type WorldPlan } from '@pointsman/lab';
import { pointsman } from './system/command.ts';
import { skipWithout } from './system/packages.ts';
import { makeQuestions } from './system/questions.ts';
import { startRendered } from './system/rendered-server.ts';
import { type RunningWorld, startUp } from './system/running.ts';
import { readTopology } from './system/topology.ts';

/**
 * Conditional forwarders in real servers, beside an authority's stand-in: of the names that it forwards they say the same. Servers that can
 * be told which address to ask from: a tier knows its clients by that, and on loopback the system would choose another.
 */
const FILE = 'examples/overlap/overlap.yaml';
const AUTHORITY = 'quay-dns';

type Around = (address: string, port: number, authority: PlannedAuthority) => string;

/** What is there already: where it answers, and, where it follows aliases, who has the zones of its own. */
const PEERS: { target: RenderTarget; command: string; around: Around }[] = [
  {
    target: 'unbound',
    command: 'unbound',
    around: (address, port, { zones, addresses }) =>
      [
        'server:',
        `  interface: ${address}@${port}`,
        `  outgoing-interface: ${address}`,
        '  access-control: 127.0.0.0/8 allow',
        ...zones.flatMap((zone) => [
          `  local-zone: "${zone}" nodefault`,
          'stub-zone:',
          `  name: "${zone}"`,
          `  stub-addr: ${addresses[0]}@${port}`,
          'server:',
        ]),
        '',
      ].join('\n'),
  },
  {
    target: 'knot-resolver',
    command: 'kresd',
    around: (address, port) =>
      [
        `net.listen('${address}', ${port}, { kind = 'dns' })`,
        `net.outgoing_v4('${address}')`,
        "modules.unload('priming')",
        "modules.unload('detect_time_skew')",
        '',
      ].join('\n'),
  },
];

describe('conditional forwarders', { timeout: 300_000 }, () => {
  const topology = readTopology(FILE);
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-authorities-'));
  const queries = join(folder, 'queries.txt');
  let world: RunningWorld;
  before(async () => {
    world = await startUp(FILE);
  });
  after(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const { target, command, around } of PEERS) {
    test(`${target} forwards what the authority does`, { skip: skipWithout(command) }, async (t) => {
      const { port } = world.ready;
      const authority = onLoopback(planWorld(topology, planTopology(topology), port), AUTHORITY);
      const [standIn] = authority.addresses;
      const address = standIn!.replace(/[0-9]+$/, '99');
      const rendered = renderers[target].authority(authority, originsOfAuthority(topology, authority));
      assert.ok(rendered.ok);
      const questions = makeQuestions(topology).filter(({ name }) => isForwarded(name, authority));
      assert.ok(questions.length > 50, `${questions.length} questions`);
      writeFileSync(queries, questions.map(({ name, type }) => `${name} ${type}\n`).join(''));
      const running = await startRendered(target, around(address, port, authority) + rendered.text, {
        server: { address, port },
        source: address,
        name: authority.forwards[0]!.suffix,
        type: 'SOA',
      });
      t.after(running.stop);
      const servers = [standIn!, address].map((each) => formatEndpoint(each, port));
      const { code, stdout } = await pointsman(
        'diff-answers',
        ...servers,
        '--queries',
        queries,
        '--source',
        address,
      );
      assert.match(stdout, /give the same answers to/);
      assert.equal(code, 0);
      t.diagnostic(`${questions.length} questions`);
    });
  }
});

/** An authority as it is planned, in the addresses of a world. */
function onLoopback({ authorities, port }: WorldPlan, name: string): PlannedAuthority {
  const { network, servers, zones, forwards } = authorities.find((each) => each.name === name)!;
  return {
    name,
    network,
    software: 'other',
    addresses: servers.map(({ loopback }) => loopback),
    zones,
    forwards: forwards.map(({ suffix, upstreams }) => ({
      suffix,
      upstreams: upstreams.map((each) => formatEndpoint(each, port)),
    })),
  };
}

/** The longest suffix is one that it forwards, and no zone of its own. */
function isForwarded(name: string, { zones, forwards }: PlannedAuthority): boolean {
  const depth = (suffixes: readonly string[]) =>
    Math.max(
      -1,
      ...suffixes.filter((suffix) => isAtOrBelow(name, suffix)).map((suffix) => labelsOf(suffix).length),
    );
  return depth(forwards.map(({ suffix }) => suffix)) > depth(zones);
}
