import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formatEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import { isAtOrBelow, type Name, rcodeName } from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import { originsOfConfig, type RenderTarget, renderers } from '@pointsman/core/render';
import { ask, planWorld } from '@pointsman/lab';
import { pointsman } from './system/command.ts';
import { skipWithout } from './system/packages.ts';
import { makeQuestions } from './system/questions.ts';
import { startRendered } from './system/rendered-server.ts';
import { type RunningWorld, startUp } from './system/running.ts';
import { readTopology } from './system/topology.ts';

/** Real servers with rendered configuration, beside a member of a tier: they answer as the native engine does. */

/** One that passes responses on as they come follows no aliases, and says REFUSED where its upstream does. */
type Peer = { target: RenderTarget; command: string; passesOn: boolean; stranger: string };

const PEERS: Peer[] = [
  { target: 'unbound', command: 'unbound', passesOn: false, stranger: 'REFUSED' },
  { target: 'dnsmasq', command: 'dnsmasq', passesOn: true, stranger: 'NOERROR' },
  { target: 'dnsdist', command: 'dnsdist', passesOn: true, stranger: 'silent' },
  { target: 'knot-resolver', command: 'kresd', passesOn: true, stranger: 'REFUSED' },
];

/** In no network of the examples. dnsmasq serves it, and is rendered with a warning of that; dnsdist drops what it asks. */
const STRANGER = '127.99.99.99';

const EXAMPLES = [
  { file: 'examples/acme/hybrid.yaml', client: 'orders', soa: 'corp.acme.example.' },
  { file: 'examples/overlap/overlap.yaml', client: 'freight', soa: 'harbour.example.' },
  { file: 'examples/two-sites/two-sites.yaml', client: 'syd-apps', soa: 'melb.northwind.example.' },
];

for (const { file, client, soa } of EXAMPLES) {
  describe(`rendered for the world of ${file}`, { timeout: 300_000 }, () => {
    const topology = readTopology(file);
    const questions = makeQuestions(topology);
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-diff-'));
    const queries = join(folder, 'queries.txt');
    let world: RunningWorld;
    before(async () => {
      writeFileSync(queries, questions.map(({ name, type }) => `${name} ${type}\n`).join(''));
      world = await startUp(file);
    });
    after(async () => {
      await world?.stop();
      rmSync(folder, { recursive: true });
    });

    for (const peer of PEERS) {
      test(`${peer.target} answers as the native engine does`, {
        skip: skipWithout(peer.command),
      }, async (t) => {
        const { forwarders, clients } = planWorld(topology, planTopology(topology), world.ready.port);
        const [member] = forwarders;
        const source = clients.find(({ network }) => network === client)!.loopback;
        const address = besideMember(member!.loopback);
        const config = { ...member!.config, listen: [formatEndpoint(address, world.ready.port)] };
        const rendered = renderers[peer.target].member(config, originsOfConfig(config.name));
        assert.ok(rendered.ok);
        const server = { address, port: world.ready.port };
        const running = await startRendered(peer.target, rendered.text, {
          server,
          source,
          name: soa,
          type: 'SOA',
        });
        t.after(running.stop);
        const { code, stdout, stderr } = await pointsman(
          ...['diff-answers', member!.config.listen[0]!, config.listen[0]!],
          ...['--queries', queries, '--source', source, '--json'],
        );
        assert.equal(stderr, '');
        const lines = stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Line);
        const { asked } = lines.at(-1) as Summary;
        const differences = lines.slice(0, -1) as Found[];
        assert.equal(asked, questions.length);
        const [refusals, others] = [
          differences.filter(passesRefusalOn),
          differences.filter((each) => !passesRefusalOn(each)),
        ];
        t.diagnostic(
          `${asked} questions; passed on as they came: ${refusals.length} refusals, ${others.length} aliases that leave their rule`,
        );
        for (const found of differences) {
          const isWarnedOf = passesRefusalOn(found) || leavesItsRule(found, config);
          assert.ok(peer.passesOn && isWarnedOf, JSON.stringify(found));
        }
        assert.equal(code, differences.length === 0 ? 0 : 1);
        const stranger = await ask({
          server,
          source: STRANGER,
          name: soa,
          type: 'SOA',
          patience: 300,
          tries: 1,
        });
        assert.equal(stranger.ok ? rcodeName(stranger.message.rcode) : stranger.reason, peer.stranger);
      });
    }
  });
}

type Found = {
  name: Name;
  type: string;
  difference: { kind: string; a?: string; b?: string; onlyA?: string[]; onlyB?: string[] };
};
type Summary = { asked: number; differ: number };
type Line = Found | Summary;

/** The native engine followed an alias to where another rule holds; that is all that the other one may leave out. */
function leavesItsRule({ name, difference }: Found, config: ForwarderConfig): boolean {
  if (difference.kind !== 'records' || difference.onlyB!.length > 0) return false;
  return difference.onlyA!.every(
    (record) => upstreamsOf(record.split(' ')[0]!, config) !== upstreamsOf(name, config),
  );
}

/** The native engine takes an upstream that refuses for one that fails. */
function passesRefusalOn({ difference: { kind, a, b } }: Found): boolean {
  return kind === 'rcode' && a === 'SERVFAIL' && b === 'REFUSED';
}

function upstreamsOf(name: Name, { rules, otherwise }: ForwarderConfig): string {
  const covering = rules
    .filter(({ suffix }) => isAtOrBelow(name, suffix))
    .sort((a, b) => b.suffix.length - a.suffix.length)[0];
  if (covering) return covering.upstreams.join();
  return otherwise === 'refuse' ? otherwise : otherwise.upstreams.join();
}

/** An address of the member's subnet that nobody has. */
function besideMember(loopback: string): string {
  return loopback.replace(/[0-9]+$/, '99');
}
