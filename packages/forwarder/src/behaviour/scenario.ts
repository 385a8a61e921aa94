/**
 * Scenarios as text: who answers what, a question, what the client gets, and who was asked. One line each:
 * ```
 * corp.example: www.corp.example. A -> NXDOMAIN ; OWNER TTL TYPE RDATA ; authority OWNER TTL TYPE RDATA
 * ask www.corp.example. A -> NXDOMAIN ; OWNER TYPE RDATA ; authority OWNER TYPE RDATA ; because TEXT
 * asked corp.example: www.corp.example. app.corp.example.
 * ```
 * The word before the colon is the suffix of a forwarding rule whose only upstream gives the answer; NOERROR may be left out. `because`
 * is a part of the extended error's text. `asked` has the names that the rule's upstream was asked, in order; what is not listed must not
 * have been asked. A name that has no line is an NXDOMAIN without an SOA record.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { answersOf, authoritiesOf, type Content, extendedErrorOf, rcodeOf } from './records.ts';
import type { ScriptedUpstream } from './scripted-upstream.ts';
import { type Rules, startWorld, upstream, type World } from './world.ts';

type Expectation = { rcode: string; answers: string[]; authorities: string[]; because: string | undefined };

export async function play(t: TestContext, text: string): Promise<World> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const answers = new Map<string, Map<string, Content>>();
  for (const line of lines) {
    const [, suffix, question, content] = /^(\S+): (\S+ \S+) -> ?(.*)$/.exec(line) ?? [];
    if (suffix === undefined || line.startsWith('ask')) continue;
    const known = answers.get(suffix) ?? new Map<string, Content>();
    const { rcode, answers: records, authorities } = readContent(content!);
    answers.set(suffix, known.set(question!, { rcode, answers: records, authorities }));
  }
  const upstreams = new Map<string, ScriptedUpstream>();
  for (const [suffix, known] of answers) {
    upstreams.set(
      suffix,
      await upstream(t, ({ name, type }) => known.get(`${name} ${type}`) ?? { rcode: 'NXDOMAIN' }),
    );
  }
  const world = await startWorld(t, Object.fromEntries(upstreams) as Rules);
  const asked = new Map([...upstreams.keys()].map((suffix) => [suffix, [] as string[]]));
  for (const line of lines) {
    const ask = /^ask (\S+) (\S+) -> ?(.*)$/.exec(line);
    if (ask) assertResponse(await world.client.ask(ask[1]!, ask[2]), readContent(ask[3]!), line);
    const names = /^asked (\S+): ?(.*)$/.exec(line);
    if (names) asked.set(names[1]!, names[2]!.split(' ').filter(Boolean));
  }
  for (const [suffix, names] of asked) {
    assert.deepEqual(
      upstreams.get(suffix)!.asked.map(({ name }) => name),
      names,
      `what the upstream of ${suffix} was asked`,
    );
  }
  return world;
}

function readContent(text: string): Expectation {
  const result: Expectation = { rcode: 'NOERROR', answers: [], authorities: [], because: undefined };
  for (const part of text.split(';').map((piece) => piece.trim())) {
    if (/^[A-Z]+$/.test(part)) result.rcode = part;
    else if (part.startsWith('authority ')) result.authorities.push(part.slice(10));
    else if (part.startsWith('because ')) result.because = part.slice(8);
    else if (part !== '') result.answers.push(part);
  }
  return result;
}

function assertResponse(
  response: Parameters<typeof rcodeOf>[0],
  { rcode, answers, authorities, because }: Expectation,
  line: string,
): void {
  const got = {
    rcode: rcodeOf(response),
    answers: answersOf(response),
    authorities: authoritiesOf(response),
  };
  assert.deepEqual(got, { rcode, answers, authorities }, line);
  if (because === undefined) return;
  const why = extendedErrorOf(response)?.text ?? '';
  assert.ok(why.includes(because), `"${why}" is the extended error of: ${line}`);
}
