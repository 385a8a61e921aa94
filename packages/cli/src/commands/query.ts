import { formatEndpoint, parseEndpoint } from '@pointsman/core/address';
import { decodeExtendedError, type Message, rcodeName, rdataToText } from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import { suggestion } from '@pointsman/core/topology';
import { ask, DEFAULT_PORT, planWorld, type Reply, type WorldClient } from '@pointsman/lab';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { parsePort } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { parseQuestion, type Question } from '../question.ts';
import { columns, firstOf, say, sayJson, shellWord, style } from '../terminal.ts';

const AFTER_HELP = `
Asks the world that \`pointsman up\` runs: from an address of the network, its resolvers in their order.

Examples:
  pointsman query hybrid.yaml --from orders db.corp.example
  pointsman query hybrid.yaml --from sydney cloud.example MX
  pointsman query hybrid.yaml --from orders 192.168.10.20          # an address: its PTR record
  pointsman query hybrid.yaml --from orders db.corp.example --json | jq -r '.answers[0].data'

Exit code 0: there is an answer. 1: there is none (no such name, no records of this type, an error, or nothing answers).
2: the question or the topology is wrong.
`;

type QueryOptions = { from?: string; port: number; json?: boolean };

export function addQuery(program: Command): void {
  program
    .command('query')
    .description('ask in a running world, as a client of one of its networks')
    .argument('<file>', 'the topology that runs')
    .argument('<name>', 'a domain name, or an address for its reverse name')
    .argument('[type]', 'a record type (default: A; PTR for an address)')
    .option('--from <network>', 'the network to ask from')
    .option('--port <number>', 'the port that the world runs on', parsePort, DEFAULT_PORT)
    .option('--json', 'print {rcode, answers: [{name, type, ttl, data}], server, ms}')
    .addHelpText('after', AFTER_HELP)
    .action(query);
}

async function query(
  file: string,
  name: string,
  type: string | undefined,
  options: QueryOptions,
): Promise<void> {
  const question = readQuestion(name, type, options);
  const topology = await loadTopology(file, options);
  const { clients } = planWorld(topology, planTopology(topology), options.port);
  const client = findClient(clients, file, options);
  const { server, reply, failures } = await askInOrder(client, question);
  if (options.json) sayJson(asJson(server, reply, failures));
  else if (reply.ok) show(server, reply, failures);
  if (!reply.ok) throw new Outcome(1, options.json ? '' : nothingAnswers(file, client, options));
  if (reply.message.rcode !== 0 || reply.message.answers.length === 0) throw new Outcome(1);
}

function findClient(clients: readonly WorldClient[], file: string, options: QueryOptions): WorldClient {
  const names = clients.map(({ network }) => network);
  if (options.from === undefined) {
    const known = firstOf(names, MOST_NETWORKS).join(', ');
    throw mistake(options, 'missing-network', `say which network asks: --from, and one of ${known}`);
  }
  const client = clients.find(({ network }) => network === options.from);
  if (!client) {
    const message = `there is no network "${options.from}" in ${file}; ${suggestion(options.from, names, 'network')}`;
    throw mistake(options, 'unknown-network', message);
  }
  if (client.resolvers.length > 0) return client;
  const message = `clients of ${client.network} ask nobody: the topology names no resolvers for it`;
  if (options.json) sayJson({ event: 'error', code: 'no-resolvers', message });
  throw new Outcome(1, options.json ? '' : message);
}

const MOST_NETWORKS = 20;

/** What is wrong with the arguments: for people with where to read on, for programs as an event. */
function mistake({ json }: { json?: boolean }, code: string, message: string): Outcome {
  if (json) sayJson({ event: 'error', code, message });
  return new Outcome(2, json ? '' : `${message}\n(pointsman query --help has examples)`);
}

function nothingAnswers(file: string, { resolvers }: WorldClient, { port }: QueryOptions): string {
  const start = `pointsman up ${shellWord(file)}${port === DEFAULT_PORT ? '' : ` --port ${port}`}`;
  const elsewhere = 'or give the --port that it runs on';
  if (resolvers.some((each) => parseEndpoint(each)?.port !== port)) {
    return `nothing answers at ${resolvers.join(', ')}. Start \`${start}\`, ${elsewhere}.`;
  }
  return `nothing answers on port ${port}. Start \`${start}\` in another terminal, ${elsewhere}.`;
}

function readQuestion(name: string, type: string | undefined, options: QueryOptions): Question {
  const parsed = parseQuestion(name, type);
  if (parsed.ok) return parsed.question;
  throw mistake(options, parsed.code, parsed.message);
}

/** A resolver that said nothing. */
type Failure = { address: string; server: string; detail: string };

/** As a stub resolver does: the first of its resolvers that says anything is believed. */
async function askInOrder(client: WorldClient, question: Question) {
  const failures: Failure[] = [];
  let last: { server: string; reply: Reply } | undefined;
  for (const server of client.resolvers) {
    const { address, port } = parseEndpoint(server)! as { address: string; port: number };
    const reply = await ask({
      server: { address, port },
      source: client.loopback,
      ...question,
      patience: 2500,
    });
    last = { server: formatEndpoint(address, port), reply };
    if (reply.ok) break;
    failures.push({ address, server, detail: reply.detail });
  }
  return { ...last!, failures };
}

function asJson(server: string, reply: Reply, failures: readonly Failure[]) {
  const ms = Math.round(reply.ms * 100) / 100;
  if (!reply.ok) {
    const error = failures.map((each) => `${each.server}: ${each.detail}`).join('; ');
    return { rcode: null, answers: [], server, ms, error };
  }
  const error = reasonIn(reply.message);
  return {
    rcode: rcodeName(reply.message.rcode),
    answers: reply.message.answers.map(({ name, type, ttl, data }) => ({
      name,
      type,
      ttl,
      data: rdataToText(type, data),
    })),
    server,
    ms,
    ...(error !== undefined && { error }),
  };
}

function show(
  server: string,
  { message, ms }: { message: Message; ms: number },
  failures: readonly Failure[],
): void {
  const rows = message.answers.map(({ name, type, ttl, data }) => [
    name,
    String(ttl),
    type,
    rdataToText(type, data),
  ]);
  for (const line of columns(rows, [undefined, 'dim', 'cyan', 'bold'])) say(line);
  const noError = message.rcode === 0;
  const verdict =
    noError && rows.length === 0 ? 'NOERROR, but no records of this type (NODATA)' : rcodeName(message.rcode);
  const reason = reasonIn(message);
  say(
    `${style(noError && rows.length > 0 ? 'green' : 'red', verdict)}${reason === undefined ? '' : `: ${reason}`}`,
  );
  const silent = failures.map(({ address }) => address).join(', ');
  const note = silent === '' ? '' : ` (${silent} did not answer)`;
  say(style('dim', `from ${server} in ${ms.toFixed(1)} ms${note}`));
}

/** The texts of the extended errors (RFC 8914) in a response. */
function reasonIn(message: Message): string | undefined {
  const texts = (message.edns?.options ?? []).flatMap((option) => decodeExtendedError(option)?.text ?? []);
  return texts.length === 0 ? undefined : texts.join('; ');
}
