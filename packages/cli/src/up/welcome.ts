import { parseEndpoint } from '@pointsman/core/address';
import type { Plan } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import type { World } from '@pointsman/lab';
import { columnsWithin, firstOf, style } from '../terminal.ts';
import { exampleQueries } from './example-queries.ts';
import { namesIn } from './names.ts';

/** The rest is in `--json`. */
const MOST_ROWS = 40;
const MOST_NOTES = 12;

/** What `up` says when all of a world runs: whom to ask, as whom, and what to try. */
export function welcome(topology: Topology, plan: Plan, world: World): string {
  return [
    `${style('green', '●')} ${style('bold', topology.name)} is up on 127.0.0.0/8, port ${world.plan.port}`,
    '',
    ...clientTable(topology, world).map(indent),
    ...notes(world),
    '',
    style('bold', 'Try'),
    ...digLines(topology, plan, world).map(indent),
    '',
    ...apiLines(world.route53),
    '',
    'Ctrl-C ends it all.',
    '',
  ].join('\n');
}

export function clientTable(topology: Topology, world: World): string[] {
  const nameOf = namesIn(world.plan, topology);
  const rows = world.plan.clients.map(({ network, loopback, resolvers }, index) => {
    const asked = resolvers.map((each) => parseEndpoint(each)!.address);
    const who = [...new Set(asked.map((address) => nameOf(address, network) ?? 'nobody is there'))];
    return [
      network,
      topology.networks[index]!.kind === 'vpc' ? 'VPC' : 'site',
      loopback,
      asked.length === 0 ? 'nobody' : who.join(', '),
      asked.join(', '),
    ];
  });
  const heads = ['network', '', 'its client', 'asks', 'at'];
  const shown = rows.slice(0, MOST_ROWS);
  const width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - INDENT.length;
  const lines = columnsWithin(width, [heads, ...shown], ['bold', 'dim', 'cyan', undefined, 'dim']);
  const rest = rows.length - shown.length;
  return rest > 0 ? [...lines, `… and ${rest} more (--json has all)`] : lines;
}

/** What is not as one would expect it. */
function notes(world: World): string[] {
  const { moves, outside } = world.plan;
  const lines = [
    ...moves.map(
      ({ network, cidr, loopback, because }) => `${cidr} of ${network} is ${loopback} here: ${because}`,
    ),
    ...outside.map(
      ({ address, loopback }) => `${address} is ${loopback} here, a stand-in that knows the public zones`,
    ),
    ...world.real.map(
      ({ authority, address, loopback }) =>
        `${authority} at ${address}: something answers at ${loopback} already, so that is asked, and no stand-in`,
    ),
  ];
  const notes = lines.map((line) => `${style('yellow', 'Note')} ${line}`);
  return notes.length === 0 ? [] : ['', ...firstOf(notes, MOST_NOTES)];
}

function digLines(topology: Topology, plan: Plan, world: World): string[] {
  return exampleQueries(topology, plan, 'loopback').flatMap(({ network, name, type, why }) => {
    const client = world.plan.clients.find((each) => each.network === network)!;
    const resolver = parseEndpoint(client.resolvers[0]!)!;
    const question = type === 'PTR' ? `-x ${name}` : type === 'A' ? name : `${name} ${type}`;
    const dig = `dig -b ${client.loopback} @${resolver.address} -p ${resolver.port} ${question}`;
    return [style('dim', `# ${why}`), dig];
  });
}

/** How to change what is answered: a line for each account, and one to begin with. */
function apiLines({ endpoint, region, keys }: World['route53']): string[] {
  const exports = firstOf(
    keys.map(({ accessKeyId, secretAccessKey }) => {
      const key = `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
      return `export ${key} AWS_DEFAULT_REGION=${region}`;
    }),
    MOST_NOTES,
  );
  const title = `${style('bold', 'Change')} zones and records by the API of Route 53: it is answered at once, and shown here`;
  return [title, ...exports.map(indent), indent(`aws --endpoint-url ${endpoint} route53 list-hosted-zones`)];
}

const INDENT = '  ';

function indent(line: string): string {
  return INDENT + line;
}
