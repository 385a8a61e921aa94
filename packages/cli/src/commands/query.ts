import { formatEndpoint, parseAddress, parseEndpoint, reverseName } from '@pointsman/core/address';
import {
  decodeExtendedError,
  type Message,
  NameError,
  parseName,
  rcodeName,
  rdataToText,
  typeMnemonic,
  typeNumber,
} from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import { suggestion } from '@pointsman/core/topology';
import { ask, DEFAULT_PORT, planWorld, type Reply, type WorldClient } from '@pointsman/lab';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { parsePort } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { columns, say, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
Asks the world that \`pointsman up\` runs: from an address of the network, its resolvers in their order.

Examples:
  pointsman query hybrid.yaml --from orders db.corp.example
  pointsman query hybrid.yaml --from sydney cloud.example MX
  pointsman query hybrid.yaml --from orders 192.168.10.20          # an address: its PTR record
  pointsman query hybrid.yaml --from orders db.corp.example --json | jq -r .answers[0].data

Exit code 0: there is an answer. 1: there is none, or an error came.
`;

type QueryOptions = { from: string; port: number; json?: boolean };
type Question = { name: string; type: string };

export function addQuery(program: Command): void {
  program
    .command('query')
    .description('ask in a running world, as a client of one of its networks')
    .argument('<file>', 'the topology that runs')
    .argument('<name>', 'a domain name, or an address for its reverse name')
    .argument('[type]', 'a record type (default: A; PTR for an address)')
    .requiredOption('--from <network>', 'the network to ask from')
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
  const question = readQuestion(name, type);
  const topology = await loadTopology(file, options);
  const { clients } = planWorld(topology, planTopology(topology), options.port);
  const client = clients.find(({ network }) => network === options.from);
  if (!client) {
    const names = clients.map(({ network }) => network);
    throw new Outcome(
      2,
      `there is no network "${options.from}" in ${file}; ${suggestion(options.from, names, 'network')}`,
    );
  }
  if (client.resolvers.length === 0) {
    throw new Outcome(1, `clients of ${client.network} ask nobody: the topology names no resolvers for it`);
  }
  const { server, reply, failures } = await askInOrder(client, question);
  if (options.json) sayJson(asJson(server, reply, failures));
  else if (reply.ok) show(server, reply.message, reply.ms);
  if (!reply.ok) {
    throw new Outcome(
      1,
      options.json
        ? ''
        : `${failures.join('; ')}\nIs \`pointsman up ${file}\` running on port ${options.port}?`,
    );
  }
  if (reply.message.rcode !== 0 || reply.message.answers.length === 0) throw new Outcome(1);
}

function readQuestion(name: string, type: string | undefined): Question {
  const address = parseAddress(name);
  const code = typeNumber(type ?? (address ? 'PTR' : 'A'));
  if (code === undefined)
    throw new Outcome(2, `"${type}" is not a record type; write one such as A, AAAA, CNAME, MX, PTR, TXT`);
  try {
    return {
      name: address && type === undefined ? reverseName(address) : parseName(name),
      type: typeMnemonic(code),
    };
  } catch (error) {
    if (error instanceof NameError) throw new Outcome(2, error.message);
    throw error;
  }
}

/** As a stub resolver does: the first of its resolvers that says anything is believed. */
async function askInOrder(client: WorldClient, question: Question) {
  const failures: string[] = [];
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
    failures.push(`${server}: ${reply.detail}`);
  }
  return { ...last!, failures };
}

function asJson(server: string, reply: Reply, failures: readonly string[]) {
  const ms = Math.round(reply.ms * 100) / 100;
  if (!reply.ok) return { rcode: null, answers: [], server, ms, error: failures.join('; ') };
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

function show(server: string, message: Message, ms: number): void {
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
  say(style('dim', `from ${server} in ${ms.toFixed(1)} ms`));
}

/** The texts of the extended errors (RFC 8914) in a response. */
function reasonIn(message: Message): string | undefined {
  const texts = (message.edns?.options ?? []).flatMap((option) => decodeExtendedError(option)?.text ?? []);
  return texts.length === 0 ? undefined : texts.join('; ');
}
