import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  decodeMessage,
  encodeQuery,
  formatZoneFile,
  isAtOrBelow,
  labelsOf,
  type Message,
  type Name,
  nameFromWire,
  type RecordSet,
  type ResourceRecord,
  rcodeName,
  rdataFromText,
  rdataToText,
  SERVFAIL,
} from '@pointsman/core/dns';
import fc from 'fast-check';
import { freePort } from '../../../test/system/free-port.ts';
import { findCommand, skipWithout } from '../../../test/system/packages.ts';
import { answerQuery } from './answer-query.ts';
import { compileZone, type Zone } from './compile-zone.ts';
import { APEXES, question, questions, zone, zoneList } from './random-zones.fixture.ts';
import { createZoneSet, type ZoneSet, zoneFor } from './zone-set.ts';

/** Random zones and questions, answered by us and by two others: the rules written down slowly and plainly, and BIND. */

type Verdict = { rcode: string; answers: string[]; authorities: string[] };

/** The rules (RFC 1034 §4.3.2, RFC 4592 §3.3, RFC 6672 §3.2), with nothing prepared and every record looked at each time. */
function model(zones: readonly Zone[], name: Name, type: string): Verdict | 'outside' {
  const verdict: Verdict = { rcode: 'NOERROR', answers: [], authorities: [] };
  let at = name;
  for (let aliases = 0; aliases <= 11; aliases++) {
    const covering = zones
      .filter((each) => isAtOrBelow(at, each.name))
      .sort((a, b) => b.name.length - a.name.length);
    const ownParent = type === 'DS' && covering[0]?.kind !== 'private' && covering[0]?.name === at;
    const found = (ownParent && covering[1]) || covering[0];
    if (found === undefined) return verdict.answers.length === 0 ? 'outside' : verdict;
    const next = modelZone(found, at, type, verdict);
    if (next === undefined) return verdict;
    at = next;
  }
  return { rcode: 'SERVFAIL', answers: [], authorities: [] };
}

function modelZone(
  { name: apex, kind, records }: Zone,
  name: Name,
  type: string,
  verdict: Verdict,
): Name | undefined {
  const lines = (set: RecordSet, owner: Name) =>
    set.data.map((data) => `${owner} ${set.ttl} ${set.type} ${rdataToText(set.type, data)}`);
  const at = (owner: Name, wanted: string) =>
    records.find((set) => set.name === owner && set.type === wanted);
  const labels = labelsOf(name);
  const ancestors = labels
    .map((_, index) => `${labels.slice(index).join('.')}.`)
    .filter((each) => isAtOrBelow(each, apex));
  for (const ancestor of ancestors.toReversed()) {
    const cut =
      ancestor !== apex && kind !== 'private' && !(ancestor === name && type === 'DS') && at(ancestor, 'NS');
    if (cut) {
      verdict.authorities = lines(cut, ancestor);
      return undefined;
    }
    const dname = ancestor !== name && at(ancestor, 'DNAME');
    if (dname) {
      const to = rdataToText('DNAME', dname.data[0]!);
      const moved = `${name.slice(0, -ancestor.length)}${to}`;
      verdict.answers.push(...lines(dname, ancestor));
      verdict.answers.push(`${name} ${dname.ttl} CNAME ${moved}`);
      return type === 'CNAME' ? undefined : moved;
    }
  }
  const exists = (owner: Name) => owner === apex || records.some((set) => isAtOrBelow(set.name, owner));
  const encloser = ancestors.find(exists)!;
  const source = encloser === name ? name : `*.${encloser}`;
  const there = records.filter((set) => set.name === source);
  const answer = there.find((set) => set.type === type) ?? there.find((set) => set.type === 'CNAME');
  if (answer) {
    verdict.answers.push(...lines(answer, name));
    return answer.type !== type ? rdataToText('CNAME', answer.data[0]!) : undefined;
  }
  if (!exists(source)) verdict.rcode = 'NXDOMAIN';
  const soa = at(apex, 'SOA')!;
  verdict.authorities = lines({ ...soa, ttl: 77 }, apex);
  return undefined;
}

const show = (records: readonly ResourceRecord[]) =>
  [
    ...new Set(
      records.map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${rdataToText(type, data)}`),
    ),
  ].sort();

function verdictOf(response: Message): Verdict {
  return {
    rcode: rcodeName(response.rcode),
    answers: show(response.answers),
    authorities: show(response.authorities),
  };
}

function ourAnswer(zones: ZoneSet, name: Name, type: string) {
  const packet = encodeQuery({ id: 1, name, type });
  return answerQuery(zones, packet, { authoritative: true, transport: 'tcp', random: Math.random });
}

for (const kind of ['private', 'external'] as const) {
  test(`${kind} zones are answered as the plain rules say`, () => {
    fc.assert(
      fc.property(zoneList(kind), questions, (zones, list) => {
        const set = createZoneSet(zones.map(compileZone));
        for (const [name, type] of list) {
          const answer = ourAnswer(set, name, type);
          const expected = model(zones, name, type);
          if (expected === 'outside') assert.equal(answer.kind, 'outside');
          else {
            assert.ok(answer.kind === 'answer' || answer.kind === 'open');
            const sorted = {
              ...expected,
              answers: [...new Set(expected.answers)].sort(),
              authorities: expected.authorities.sort(),
            };
            assert.deepEqual(verdictOf(decodeMessage(answer.response)!), sorted, `${name} ${type}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
}

/** A real named with the zones; gives a function that asks it. It ends with the test. */
async function startNamed(zones: readonly Zone[]): Promise<(packet: Uint8Array) => Promise<Message>> {
  const folder = mkdtempSync(join(tmpdir(), 'named-'));
  const port = await freePort();
  const statements = zones.map(({ name, records }) => {
    writeFileSync(join(folder, name), formatZoneFile(name, records));
    return `zone "${name}" { type primary; file "${name}"; check-names ignore; check-integrity no; };`;
  });
  const options = `directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
    pid-file none; session-keyfile none; minimal-responses yes; zero-no-soa-ttl no; notify no; dnssec-validation no;`;
  writeFileSync(join(folder, 'conf'), `options { ${options} }; controls { }; ${statements.join('\n')}`);
  const named = spawn(findCommand('named')!, ['-g', '-n', '1', '-c', join(folder, 'conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  named.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const socket = createSocket('udp4');
  after(async () => {
    socket.close();
    if (named.exitCode === null) {
      named.kill();
      await once(named, 'exit');
    }
    rmSync(folder, { recursive: true });
  });
  await new Promise<void>((resolve, reject) => {
    named.stderr.on('data', () => / running\n/.test(log) && resolve());
    named.on('exit', () => reject(new Error(log)));
  });
  return async (packet) => {
    socket.send(packet, port, '127.0.0.1');
    const [response] = (await once(socket, 'message', { signal: AbortSignal.timeout(60_000) })) as [Buffer];
    return decodeMessage(response)!;
  };
}

/** Where in the answers an alias leads out of the zone that the question is in; -1 where none does. */
function leavesAt(set: ZoneSet, response: Message, name: Name, type: string): number {
  const first = zoneFor(set, name, type);
  return response.answers.findIndex(
    ({ type: found, data }) =>
      found === 'CNAME' && type !== 'CNAME' && zoneFor(set, nameFromWire(data)!.name, type) !== first,
  );
}

/** What is left of an answer for a server that follows aliases only inside the zone it began in, as BIND does where it does not recurse. */
function withinOneZone(response: Message, leaves: number): Message {
  return leaves === -1
    ? response
    : { ...response, rcode: 0, answers: response.answers.slice(0, leaves + 1), authorities: [] };
}

test('BIND answers the same zones with the same records', { skip: skipWithout('named') }, async () => {
  const seed = Date.now();
  const samples = fc.sample(fc.tuple(...APEXES.map((apex) => zone(apex, 'external'))), { seed, numRuns: 12 });
  // Each sample lives under a name of its own, so that one named serves them all.
  const under = (index: number, name: Name) => name.replaceAll('test.', `t${index}.`);
  const zones = samples.flatMap((list, index) =>
    list.map((each) => ({
      ...each,
      name: under(index, each.name),
      records: each.records.map((set) => ({
        ...set,
        name: under(index, set.name),
        data: set.data.map((data) => rdataFromText(set.type, under(index, rdataToText(set.type, data)), '.')),
      })),
    })),
  );
  const askNamed = await startNamed(zones);
  const set = createZoneSet(zones.map(compileZone));
  for (const [number, [name, type]] of fc.sample(question, { seed, numRuns: 1200 }).entries()) {
    const asked = under(number % samples.length, name);
    const answer = ourAnswer(set, asked, type);
    assert.ok(answer.kind === 'answer' || answer.kind === 'open');
    const ours = decodeMessage(answer.response)!;
    // Where an alias leads to the apex of another zone, BIND asks that zone for the DS and not its parent. Nobody needs either.
    if (type === 'DS' && ours.answers.some((each) => each.type === 'CNAME')) continue;
    const theirs = await askNamed(encodeQuery({ id: 1, name: asked, type, recursionDesired: false }));
    const context = () =>
      zones
        .filter((each) => isAtOrBelow(asked, each.name))
        .map((each) => formatZoneFile(each.name, each.records))
        .join('\n');
    if (ours.rcode === SERVFAIL) {
      const cannotEnd = theirs.rcode === SERVFAIL || leavesAt(set, theirs, asked, type) !== -1;
      assert.ok(cannotEnd, `${asked} ${type}, seed ${seed}\n${context()}`);
      continue;
    }
    const comparable = withinOneZone(ours, leavesAt(set, ours, asked, type));
    assert.deepEqual(
      { ...verdictOf(comparable), aa: ours.flags.aa },
      { ...verdictOf(theirs), aa: theirs.flags.aa },
      `${asked} ${type}, seed ${seed}\n${context()}`,
    );
  }
});
