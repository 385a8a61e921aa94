import { availableParallelism } from 'node:os';
import type { AgentConfig } from '@pointsman/core/config';
import type { LogLine } from '../engines/engine.ts';
import { startEngine } from '../engines/start-engine.ts';
import type { AgentPorts } from './agent-ports.ts';
import { makeAsking } from './asking.ts';
import { openClients } from './cloud/clients.ts';
import { openEc2Addresses } from './cloud/ec2-addresses.ts';
import { openFleet } from './cloud/fleet.ts';
import { type Identity, openMetadata } from './cloud/metadata.ts';
import { openLastGood } from './configuration/last-good.ts';
import { openSource } from './configuration/source.ts';
import type { Report } from './events.ts';
import { openHeals } from './heals/heals.ts';
import { examineHost } from './health/examine-host.ts';
import { readMacs } from './kernel-macs.ts';
import { openNetwork } from './network.ts';
import { openRemembered } from './remembered.ts';
import { type AgentView, type RunningAgent, startAgent } from './run-agent.ts';
import type { AgentStatus } from './status/agent-status.ts';
import { noMetrics } from './status/metrics.ts';
import { publishStatus } from './status/publish-status.ts';
import { readStatus } from './status/read-status.ts';
import { serveStatus } from './status/serve-status.ts';

export type AgentOptions = {
  report: Report;
  /** Whoever wants the configuration looked at now calls what is handed to this. */
  onAsk: (look: () => void) => void;
  /** An engine does not end: this process has to. */
  onStuck: () => void;
  signal: AbortSignal;
};

/** The agent of this host, until the signal. Resolves when it has ended. @throws Error where it cannot start */
export async function runAgent(config: AgentConfig, options: AgentOptions): Promise<void> {
  const { report, signal } = options;
  const metadata = openMetadata(config.endpoints.metadata, Date.now);
  const identity = remember(metadata.identity);
  const region = async () => config.region ?? (await identity()).region;
  const clients = openClients({ endpoint: config.endpoints.cloud, region }, metadata);
  const instanceId = async () => (await identity()).instanceId;
  const asking = makeAsking();
  options.onAsk(asking.ask);
  const ports: AgentPorts = {
    identity,
    cloud: openEc2Addresses(clients, { tier: config.tier, instanceId }),
    fleet: openFleet(clients, instanceId),
    metadata,
    macs: readMacs,
    network: openNetwork(),
    openSource: (member) => openSource(config.configuration, member, clients),
    lastGood: openLastGood(config.stateDirectory),
    startEngine: (forwarder) =>
      startEngine(config.engine, forwarder, {
        workers: availableParallelism(),
        hugePages: true,
        log: (line) => reportLine(line, report),
        onFailure: (error) => report({ level: 3, text: `the engine failed: ${error.message}` }),
      }),
    onStuck: options.onStuck,
    examineHost: () => examineHost(config.stateDirectory),
    untilAsked: asking.pauseUntil,
    report,
    metrics: noMetrics(),
    random: Math.random,
  };
  await runWith(config, ports, { clients, signal, known: identity.known });
}

async function runWith(
  config: AgentConfig,
  ports: AgentPorts,
  {
    clients,
    signal,
    known,
  }: {
    clients: ReturnType<typeof openClients>;
    signal: AbortSignal;
    known: () => Identity | undefined;
  },
): Promise<void> {
  const complain = (text: string) => ports.report({ level: 4, text });
  const heals = await openHeals(config.stateDirectory, Date.now, complain);
  const remembered = openRemembered(config.stateDirectory);
  let agent: RunningAgent | undefined;
  const read = (): AgentStatus => readStatus(config, agent?.view() ?? NOTHING_YET, known(), heals);
  // First: it fails where an agent runs already.
  const server = await serveStatus({ socket: config.socket, metrics: config.metrics }, read, ports.metrics);
  agent = startAgent(config, ports, { heals, remembered }, signal);
  const published =
    config.publish === undefined
      ? undefined
      : publishStatus(config.publish, read, clients, ports.report, signal);
  await Promise.all([agent.ended, published]).finally(server.stop);
}

const NOTHING_YET: AgentView = { tenure: undefined, turn: undefined, faults: [], isStandingBy: false };

/** Asked until it has been answered once: who a host is does not change. */
function remember(
  ask: () => Promise<Identity>,
): (() => Promise<Identity>) & { known: () => Identity | undefined } {
  let known: Identity | undefined;
  return Object.assign(async () => (known ??= await ask()), { known: () => known });
}

function reportLine({ level, category, message }: LogLine, report: Report): void {
  const number = { error: 3, warning: 4, info: 6 } as const;
  if (level !== 'debug') report({ level: number[level], text: `${category}: ${message}` });
}
