import { availableParallelism } from 'node:os';
import type { AgentConfig } from '@pointsman/core/config';
import type { LogLine } from '../engines/engine.ts';
import { startEngine } from '../engines/start-engine.ts';
import type { AgentPorts } from './agent-ports.ts';
import { makeAsking } from './asking.ts';
import { type CloudAccess, openCloud, openNoCloud } from './cloud/open-cloud.ts';
import { openLastGood } from './configuration/last-good.ts';
import { openSource } from './configuration/source.ts';
import type { Report } from './events.ts';
import { openHeals } from './heals/heals.ts';
import { makeHostExamination } from './health/examine-host.ts';
import { readAddresses, readMacs } from './kernel.ts';
import { leaveNetwork, openNetwork } from './network.ts';
import { openRemembered } from './remembered.ts';
import { type AgentView, type RunningAgent, startAgent } from './start-agent.ts';
import type { AgentStatus } from './status/agent-status.ts';
import { noMetrics } from './status/metrics.ts';
import { publishStatus } from './status/publish-status.ts';
import { readStatus } from './status/read-status.ts';
import { serveStatus } from './status/serve-status.ts';
import { openServiceManager } from './status/service-manager.ts';

export type AgentOptions = {
  report: Report;
  /** Whoever wants the configuration looked at now calls what is handed to this. */
  onAsk: (look: () => void) => void;
  /** An engine does not end: this process has to. */
  onStuck: () => void;
  signal: AbortSignal;
};

const NOTHING_YET: AgentView = {
  ...{ tenure: undefined, turn: undefined, turnedAt: undefined },
  ...{ faults: [], isStandingBy: false },
};

/** The agent of this host, until the signal. Resolves when it has ended. @throws Error where it cannot start */
export async function runAgent(config: AgentConfig, options: AgentOptions): Promise<void> {
  const { report, signal } = options;
  const access = config.interface === undefined ? openCloud(config) : openNoCloud(config);
  const ports = openPorts(config, access, options);
  const complain = (text: string) => report({ level: 4, text });
  const heals = await openHeals(config.stateDirectory, Date.now, complain);
  const remembered = openRemembered(config.stateDirectory);
  let agent: RunningAgent | undefined;
  const view = () => agent?.view() ?? NOTHING_YET;
  const read = (): AgentStatus => readStatus(config, view(), access.knownIdentity(), heals);
  // First: it fails where an agent runs already.
  const server = await serveStatus({ socket: config.socket, metrics: config.metrics }, read, ports.metrics);
  const manager = openServiceManager(process.env, complain);
  manager.ready();
  // An agent that fails takes along what else keeps this process alive.
  const failing = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal]);
  manager.keepAlive(() => turns(view()), ending);
  signal.addEventListener('abort', manager.stopping);
  agent = startAgent(config, ports, { heals, remembered }, signal);
  const { publish: name } = config;
  const published =
    name === undefined ? undefined : publishStatus(name, read, access.clients, report, ending);
  await Promise.all([agent.ended.finally(() => failing.abort()), published]).finally(server.stop);
}

/** Milliseconds that an agent may take for a turn, with everything in it that takes its time. */
const TURN_WITHIN = 120_000;

/** At its start it may wait for an operator's confirmation. */
function turns({ turnedAt }: AgentView): boolean {
  return turnedAt === undefined || performance.now() - turnedAt < TURN_WITHIN;
}

function openPorts(
  config: AgentConfig,
  { clients, identity, cloud, fleet, metadata }: CloudAccess,
  { report, onAsk, onStuck }: AgentOptions,
): AgentPorts {
  const asking = makeAsking();
  onAsk(asking.ask);
  return {
    identity,
    cloud,
    fleet,
    metadata,
    macs: readMacs,
    localAddresses: readAddresses,
    network: config.interface === undefined ? openNetwork(config.stateDirectory) : leaveNetwork(),
    openSource: (member) => openSource(config.configuration, member, clients),
    lastGood: openLastGood(config.stateDirectory),
    startEngine: (forwarder, signal) =>
      startEngine(config.engine, forwarder, {
        workers: availableParallelism(),
        hugePages: true,
        signal,
        log: (line) => reportLine(line, report),
        onFailure: (error) => report({ level: 3, text: `the engine failed: ${error.message}` }),
      }),
    onStuck,
    examineHost: makeHostExamination(config.stateDirectory),
    untilAsked: asking.pauseUntil,
    report,
    metrics: noMetrics(),
    random: Math.random,
  };
}

function reportLine({ level, category, message }: LogLine, report: Report): void {
  const number = { error: 3, warning: 4, info: 6 } as const;
  if (level !== 'debug') report({ level: number[level], text: `${category}: ${message}` });
}
