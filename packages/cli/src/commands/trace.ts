import { writeFileSync } from 'node:fs';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import {
  bare,
  buildModel,
  type Failure,
  type Trace,
  traceName,
  type WorldRules,
} from '@pointsman/core/verify';
import { DEFAULT_PORT } from '@pointsman/lab';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { parsePort } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { say, sayJson, shellWord, style } from '../terminal.ts';
import { type LiveTrace, walkLive } from '../trace/live.ts';
import { isGood, verdictOf } from '../trace/phrases.ts';
import { traceSvg } from '../trace/picture.ts';
import { collect, readFailures, readNetwork, readQuestion } from '../trace/question.ts';
import { traceText } from '../trace/text.ts';

const AFTER_HELP = `
Nothing is asked and nothing runs: the path follows from the topology. Each step says who asks whom, over which link, which rule or zone won and
over which others, and what comes back.

Examples:
  pointsman trace hybrid.yaml --from orders db.corp.example
  pointsman trace hybrid.yaml --from orders db.corp.example --without az:ap-southeast-2a --without link:shared-sydney
  pointsman trace hybrid.yaml --from sydney 10.20.1.7 --without member:main/a   # an address: its PTR record
  pointsman trace hybrid.yaml --from orders db.corp.example --live              # beside what \`pointsman up\` really answers
  pointsman trace hybrid.yaml --from orders db.corp.example --svg path.svg

Exit code 0: there is an answer, or the name is for public DNS. 1: there is none, or (--live) what was measured is not what was proven.
2: the question or the topology is wrong.
`;

type TraceOptions = {
  from: string;
  without?: string[];
  live?: boolean;
  port: number;
  json?: boolean;
  svg?: string | true;
};

export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('the path that a question takes, hop by hop, and why')
    .argument('<file>', 'a topology')
    .argument('<name>', 'a domain name, or an address for its reverse name')
    .argument('[type]', 'a record type (default: A; PTR for an address)')
    .requiredOption('--from <network>', 'the network whose client asks')
    .option(
      '--without <what>',
      'as if it had failed: az:NAME, member:TIER/MEMBER, link:A-B or upstream:IP (may be repeated)',
      collect,
    )
    .option('--live', 'ask the same in the world that `pointsman up` runs, and compare')
    .option('--port <number>', 'the port that the world runs on', parsePort, DEFAULT_PORT)
    .option('--json', 'print {disposition, zone?, answers?, rcode?, hops: [{at, asks, because, via?, …}]}')
    .option('--svg [file]', 'draw it: to a file, or to stdout instead of the text')
    .addHelpText('after', AFTER_HELP)
    .action(trace);
}

async function trace(
  file: string,
  name: string,
  type: string | undefined,
  options: TraceOptions,
): Promise<void> {
  const asked = readQuestion(name, type, options);
  const topology = await loadTopology(file, options);
  const from = readNetwork(topology, options.from, options);
  const without = readFailures(topology, options.without ?? [], options);
  const question = { from, ...asked };
  // On one machine links do not matter, and there is no public DNS: what is measured there is proven by its rules.
  const traced = follow(topology, question, without, options.live ? 'loopback' : 'real');
  const live = options.live ? await walkLive(traced.model, traced.trace, options.port) : undefined;
  if (live && !live.isRunning) throw notRunning(file, options);
  if (options.svg !== undefined) draw(options.svg, traceSvg(question, traced.trace, without));
  if (options.json) sayJson(asJson(traced.trace, live));
  else if (options.svg !== true) {
    say(traceText(question, traced.trace, live));
    if (live) sayWhereRealDiffers(traced.trace, follow(topology, question, without, 'real').trace);
  }
  if (!isGood(traced.trace) || (live && live.firstDifference !== null)) throw new Outcome(1);
}

type Question = { from: string; name: string; type: string };

function follow(topology: Topology, question: Question, without: Failure[], world: WorldRules) {
  const model = buildModel(topology, planTopology(topology), { world });
  return { model, trace: traceName(model, { ...question, without }) };
}

function notRunning(file: string, { port, json }: TraceOptions): Outcome {
  const start = `pointsman up ${shellWord(file)}${port === DEFAULT_PORT ? '' : ` --port ${port}`}`;
  const message = `nothing answers on port ${port}. Start \`${start}\` in another terminal, or give the --port that it runs on.`;
  if (json) sayJson({ event: 'error', code: 'not-running', message });
  return new Outcome(1, json ? '' : message);
}

function draw(target: string | true, svg: string): void {
  if (target === true) say(svg);
  else writeFileSync(target, `${svg}\n`);
}

/** Names as topologies write them: without the final dot. */
function asJson(traced: Trace, live: LiveTrace | undefined): unknown {
  const { zone } = traced;
  return {
    ...traced,
    ...(zone === undefined ? {} : { zone: bare(zone) }),
    ...(live && { hops: live.hops, firstDifference: live.firstDifference }),
  };
}

function sayWhereRealDiffers(here: Trace, real: Trace): void {
  if (here.disposition === real.disposition && here.zone === real.zone) return;
  say('');
  say(style('yellow', `In the real networks it ends otherwise: ${verdictOf(real)}`));
  if (real.because !== undefined) say(`  ${real.because}`);
}
