import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Zone } from '@pointsman/core/topology';
import { makeOracle } from './expected-answers.ts';
import { digAll } from './system/dig.ts';
import { ENGINES, exampleWithEngine } from './system/engines.ts';
import { skipWithout } from './system/packages.ts';
import { type RunningWorld, startUp } from './system/running.ts';
import { readTopology } from './system/topology.ts';

const EXAMPLES = [
  'examples/acme/hybrid.yaml',
  'examples/overlap/overlap.yaml',
  'examples/two-sites/two-sites.yaml',
];

/** Real `dig` from every network to every name of every zone; the answers are those of the zone files, whatever the engine. */
for (const { file, engine, skip } of EXAMPLES.flatMap((file) => ENGINES.map((each) => ({ file, ...each })))) {
  describe(`${file} with engine ${engine}`, { skip: skipWithout('dig') || skip, timeout: 300_000 }, () => {
    const topology = readTopology(file);
    const expected = makeOracle(topology);
    let example: ReturnType<typeof exampleWithEngine>;
    let world: RunningWorld;
    before(async () => {
      example = exampleWithEngine(file, engine);
      world = await startUp(example.path);
    });
    after(async () => {
      await world?.stop();
      example.remove();
    });

    test(`its members are played by the engine ${engine}`, () => {
      const isNamed = world.ready.forwarders.map(({ transport }) => transport === 'named');
      assert.deepEqual([...new Set(isNamed)], [engine === 'bind']);
    });

    for (const network of topology.networks) {
      test(`a client of ${network.name} gets from each of its resolvers what the zones say`, async () => {
        const { client, resolvers } = world.ready.networks.find(({ name }) => name === network.name)!;
        const questions = topology.zones.flatMap(questionsFor);
        const asked = questions.map((question, index) => ({
          client,
          server: resolvers[index % resolvers.length]!,
          ...question,
        }));
        const answers = await digAll(asked);
        for (const [index, { name, type, ttl }] of questions.entries()) {
          const { status, answers: records, extendedErrors } = answers[index]!;
          const got = {
            status,
            answers: records.map((each) => `${each.name} ${each.type} ${each.data}`).sort(),
          };
          const context = `${name} ${type} from ${network.name}: ${extendedErrors.join()}`;
          assert.deepEqual(got, expected(network.name, name, type), context);
          const first = records.find((each) => each.name === name);
          if (first && ttl !== undefined)
            assert.ok(first.ttl <= ttl, `${context}: TTL ${first.ttl} > ${ttl}`);
        }
      });
    }
  });
}

/** Every record set of a zone; a type that is not there; a name that is not there; a name that only a wildcard covers. */
function questionsFor(zone: Zone): { name: string; type: string; ttl?: number }[] {
  const sets = zone.records.filter(({ type }) => type !== 'SOA' && type !== 'NS');
  return [
    ...sets.map(({ name, type, ttl }) => ({ name, type, ttl })),
    ...sets.filter(({ type }) => type === 'CNAME').map(({ name }) => ({ name, type: 'A' })),
    ...sets.slice(0, 1).map(({ name }) => ({ name, type: 'HINFO' })),
    { name: `there-is-no-such-name.${zone.name}`, type: 'A' },
    ...sets
      .filter(({ name }) => name.startsWith('*.'))
      .flatMap(({ name, type }) => [
        { name: name.replace('*', 'anything'), type },
        { name: name.replace('*', 'deeper.down'), type: 'A' },
      ]),
  ];
}
