import { resolve } from 'node:path';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import {
  beginInOwnNamespace,
  DEFAULT_PORT,
  mayHaveOwnNamespace,
  type NamespaceWorld,
  type World,
  WorldError,
} from '@pointsman/lab';
import { type Command, Option } from 'commander';
import { DESPITE_FINDINGS, stopAtErrors } from '../check/judge.ts';
import { loadTopology } from '../load-topology.ts';
import { parsePort, parseSeconds } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { OWN_COMMAND } from '../own-command.ts';
import { onEndSignal } from '../signals.ts';
import { tellWhatLasts } from '../tell-what-lasts.ts';
import { count, firstOf, say, sayJson } from '../terminal.ts';
import { tellKept } from '../up/drift.ts';
import { readyEvent } from '../up/ready.ts';
import { watchWorld } from '../up/watch.ts';
import { welcome } from '../up/welcome.ts';
import { welcomeToNamespaces } from '../up/welcome-namespaces.ts';

const AFTER_HELP = `
Every address of the topology has one in 127.0.0.0/8 (10.10.1.53 is 127.10.1.53), and all servers have one port. A program asks as a
client of a network by its source address:

  pointsman up hybrid.yaml
  dig -b 127.20.0.10 @127.10.1.53 -p ${DEFAULT_PORT} db.corp.example      # -b: who asks; @: who is asked
  pointsman query hybrid.yaml --from orders db.corp.example    # the same

With --world namespaces (as root, or where the system allows user namespaces) the networks are there, too: every address as it is, links, DHCP, availability zones, and the cloud's own API with EC2
and all, at http://127.0.0.1:PORT:

  sudo pointsman up hybrid.yaml --world namespaces
  sudo pointsman exec hybrid.yaml --from orders -- dig db.corp.example
  sudo pointsman drill hybrid.yaml kill main/a

With --agents beside it, members are no processes of the lab: agents on instances of Auto Scaling groups take their addresses, as on AWS, with \`spares\` that stand by:

  sudo pointsman up hybrid.yaml --world namespaces --agents
  sudo pointsman status hybrid.yaml
  sudo pointsman exec hybrid.yaml --on main/a -- pointsman agent status

Nothing starts where \`pointsman check\` finds an error in the topology, unless --despite-findings is given.

The API of Route 53 listens beside them, at http://127.0.0.1:PORT, and what it changes is answered at once:

  aws --endpoint-url http://127.0.0.1:${DEFAULT_PORT} route53 list-hosted-zones

The file stays as it is. What is not as the file says is shown, and gone at the end, unless --state FILE keeps it. Where the topology
says something else at the next start than it did when the API changed a name, the topology wins, and what gave way is told.

For programs: one JSON object a line, of which the first with "event":"ready" says where to ask:
  pointsman up hybrid.yaml --json --for 60
`;

type UpOptions = {
  world: WorldKind;
  json?: boolean;
  for?: number;
  port: number;
  state?: string;
  despiteFindings?: boolean;
  agents?: boolean;
  attach?: number;
  detach?: number;
};

const WORLDS = ['loopback', 'namespaces'] as const;
type WorldKind = (typeof WORLDS)[number];

export function addUp(program: Command): void {
  program
    .command('up')
    .description('run a whole topology on this machine: VPC resolvers, forwarders, servers on premises')
    .argument('<file>', 'a topology: .yaml, .yml, .json or .ts')
    .addOption(
      new Option('--world <kind>', 'where it runs: in 127.0.0.0/8, or in network namespaces')
        .choices(WORLDS)
        .default('loopback'),
    )
    .option('--port <number>', 'the port of all servers, or of the cloud’s API', parsePort, DEFAULT_PORT)
    .option('--state <file>', 'keep there what the API of Route 53 changes, for the next start')
    .option('--agents', 'in network namespaces: leave the tiers to agents on instances, as on AWS')
    .option('--attach <seconds>', 'in network namespaces: attaching an interface takes so long', parseSeconds)
    .option('--detach <seconds>', 'in network namespaces: detaching one takes so long', parseSeconds)
    .option('--for <seconds>', 'end by itself after so long', parseSeconds)
    .option(...DESPITE_FINDINGS)
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', AFTER_HELP)
    .action(up);
}

async function up(file: string, options: UpOptions): Promise<void> {
  const topology = await loadTopology(file, options);
  requireNamespaceWorld(options);
  if (options.world === 'namespaces' && mayHaveOwnNamespace()) {
    process.exitCode = await beginInOwnNamespace(topology.name, resolve(file)).catch((error) =>
      refuse(error, options),
    );
    return;
  }
  const plan = planTopology(topology);
  stopAtErrors(topology, options, plan);
  const ending = new AbortController();
  onEndSignal(() => ending.abort());
  const world = await start(topology, file, options, ending);
  if (!world) return;
  if (options.json) sayJson(readyEvent(topology, world));
  else if ('lab' in world) say(welcomeToNamespaces(topology, plan, world, file));
  else say(welcome(topology, plan, world));
  tellKept(world.route53, file, options.json ?? false);
  const timer = options.for === undefined ? undefined : setTimeout(() => ending.abort(), options.for * 1000);
  await watchWorld(world, topology, { json: options.json ?? false, signal: ending.signal });
  clearTimeout(timer);
  const { alive = [], dead = [] } = Object.groupBy(world.members, (each) =>
    each.death() ? 'dead' : 'alive',
  );
  const died = dead.map(({ forwarder }) => forwarder.name);
  await world.stop();
  if (options.json) return sayJson({ event: 'stopped', members: alive.length, died });
  const note = died.length === 0 ? '' : ` (${firstOf(died, MOST_NAMED).join(', ')} had died)`;
  say(`Ended: ${count(alive.length, 'member')}${note} and all servers.`);
}

const MOST_NAMED = 8;

/** What only that world has is a mistake elsewhere. */
function requireNamespaceWorld(options: UpOptions): void {
  const given = (['agents', 'attach', 'detach'] as const).find((name) => options[name] !== undefined);
  if (options.world === 'namespaces' || given === undefined) return;
  refuse(new WorldError('not-possible', `--${given} needs --world namespaces`), options);
}

/** Undefined where it was told to end before it ran. */
async function start(
  topology: Topology,
  file: string,
  options: UpOptions,
  ending: AbortController,
): Promise<World | NamespaceWorld | undefined> {
  try {
    return await startKind(topology, file, options, ending);
  } catch (error) {
    if (ending.signal.aborted) return undefined;
    return refuse(error, options);
  }
}

function refuse(error: unknown, { json }: UpOptions): never {
  if (!(error instanceof WorldError)) throw error;
  if (!json) throw new Outcome(2, error.message);
  sayJson({ event: 'error', code: error.code, message: error.message });
  throw new Outcome(2);
}

async function startKind(
  topology: Topology,
  file: string,
  { world, port, state, agents, attach, detach, json }: UpOptions,
  ending: AbortController,
): Promise<World | NamespaceWorld> {
  const { signal } = ending;
  if (world === 'loopback') {
    const { startWorld } = await import('@pointsman/lab/loopback');
    return startWorld(topology, { port, state, signal });
  }
  const { startNamespaceWorld } = await import('@pointsman/lab/namespaces');
  const onEndRequest = () => ending.abort();
  const lasting = json ? undefined : tellWhatLasts();
  return startNamespaceWorld(topology, {
    file: resolve(file),
    port,
    state,
    signal,
    onEndRequest,
    tell: lasting?.tell,
    ...(agents && { agents: { command: OWN_COMMAND } }),
    delays: {
      ...(attach !== undefined && { attachDelay: attach * 1000 }),
      ...(detach !== undefined && { detachDelay: detach * 1000 }),
    },
  }).finally(lasting?.stop);
}
