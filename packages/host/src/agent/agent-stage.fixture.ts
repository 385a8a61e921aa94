import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AgentConfig, type ForwarderConfig, parseAgentConfig } from '@pointsman/core/config';
import { freePort } from '../../../../test/system/free-port.ts';
import { freeAddress } from '../engines/contract/engine-world.ts';
import { type Answer, startUpstream, type Upstream, until } from '../engines/contract/servers.ts';
import type { Engine } from '../engines/engine.ts';
import { startEngine } from '../engines/start-engine.ts';
import type { AgentPorts } from './agent-ports.ts';
import { type Asking, makeAsking } from './asking.ts';
import { type ModelCloud, makeModelCloud } from './claim/model/model-cloud.ts';
import type { MemberInterface } from './cloud/address-cloud.ts';
import type { FleetMembership } from './cloud/fleet.ts';
import { openLastGood } from './configuration/last-good.ts';
import { openSource } from './configuration/source.ts';
import { openHeals } from './heals/heals.ts';
import { openRemembered } from './remembered.ts';
import { startAgent } from './start-agent.ts';
import type { AgentStatus } from './status/agent-status.ts';
import { noMetrics } from './status/metrics.ts';
import { readStatus } from './status/read-status.ts';

/** One member's address on loopback, a modelled cloud in real time, and agents with real engines. All of it ends with the test. */
export type Stage = {
  cloud: ModelCloud;
  /** The fixed address, and the port that engines listen at. */
  address: string;
  port: number;
  /** Writes the configuration that agents follow. */
  configure: (rules: ForwarderConfig['rules'] | string) => void;
  boot: (instanceId: string, changes?: Partial<StagedPorts>) => StagedAgent;
};

/** What a test may have otherwise. */
type StagedPorts = Pick<AgentPorts, 'startEngine' | 'examineHost' | 'metadata'> & {
  launchHook: string;
  directory: string;
};

export type StagedAgent = {
  status: () => AgentStatus;
  told: string[];
  /** What Auto Scaling was told. */
  fleet: { unhealthy: number; completed: string[]; state: string };
  directory: string;
  look: () => void;
  /** SIGTERM, and the end. */
  stop: () => Promise<void>;
  /** Its end, of whatever; where that is a failure, whoever asks for it has to catch it. */
  ended: () => Promise<void>;
};

export async function setStage(t: TestContext): Promise<Stage> {
  const address = freeAddress();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-stage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'forwarder.json');
  const cloud = makeModelCloud(realClock(t), Math.random, [memberAt(address)]);
  Object.assign(cloud.faults, { attachDelay: 200, detachDelay: 200 });
  const configure = (rules: ForwarderConfig['rules'] | string) => {
    const config = { name: 'a', listen: [`${address}:${port}`], clients: ['127.0.0.0/8'], rules };
    const cache = { bytes: 2 ** 21 };
    writeFileSync(
      file,
      typeof rules === 'string' ? rules : JSON.stringify({ ...config, cache, deadline: 500 }),
    );
  };
  return {
    cloud,
    address,
    port,
    configure,
    boot: (instanceId, changes = {}) => {
      const directory = changes.directory ?? join(folder, instanceId);
      return bootAgent(t, cloud, instanceId, { file, directory }, changes);
    },
  };
}

function bootAgent(
  t: TestContext,
  cloud: ModelCloud,
  instanceId: string,
  { file, directory }: { file: string; directory: string },
  { launchHook, directory: _, ...changes }: Partial<StagedPorts>,
): StagedAgent {
  if (cloud.macsOf(instanceId).size === 0) cloud.addInstance(instanceId);
  const config = agentConfig({ file, directory, launchHook });
  const ending = new AbortController();
  const asking = makeAsking();
  const told: string[] = [];
  const state = launchHook === undefined ? 'InService' : 'Pending:Wait';
  const fleet = { unhealthy: 0, completed: [] as string[], state };
  const ports = { ...portsOf(cloud, instanceId, config, { told, fleet, asking }), ...changes };
  const heals = openHeals(directory, Date.now, (text) => told.push(text));
  const agent = heals.then((list) => ({
    heals: list,
    running: startAgent(config, ports, { heals: list, remembered: openRemembered(directory) }, ending.signal),
  }));
  let status: (() => AgentStatus) | undefined;
  void agent.then(({ heals: list, running }) => {
    status = () => readStatus(config, running.view(), undefined, list);
  });
  const nothing = {
    tenure: undefined,
    turn: undefined,
    turnedAt: undefined,
    faults: [],
    isStandingBy: false,
  };
  let isExpected = false;
  const ended = async () => {
    isExpected = true;
    await (await agent).running.ended;
  };
  const stop = async () => {
    ending.abort();
    await (await agent).running.ended;
  };
  t.after(() => stop().catch((error) => assert.ok(isExpected, error)));
  return {
    status: () => status?.() ?? readStatus(config, nothing, undefined, NO_HEALS),
    told,
    fleet,
    directory,
    look: asking.ask,
    stop,
    ended,
  };
}

const NO_HEALS = { list: () => [], begin: () => {}, note: () => {}, end: () => {} };

function portsOf(
  cloud: ModelCloud,
  instanceId: string,
  config: AgentConfig,
  { told, fleet, asking }: Pick<StagedAgent, 'told' | 'fleet'> & { asking: Asking },
): AgentPorts {
  return {
    identity: async () => ({ instanceId, availabilityZone: 'z-1a', region: 'z-1', vpcId: 'vpc-1' }),
    cloud: cloud.seenBy(instanceId),
    fleet: {
      find: async (): Promise<FleetMembership> => ({ group: 'asg', state: fleet.state }),
      reportUnhealthy: async () => {
        fleet.unhealthy++;
      },
      completeLaunch: async (_, __, result) => {
        fleet.completed.push(result);
        fleet.state = result === 'CONTINUE' ? 'InService' : 'Terminating';
      },
    },
    metadata: { targetLifecycleState: async () => 'InService', clockOffset: () => 0 },
    macs: async () => cloud.macsOf(instanceId),
    localAddresses: () => new Set(),
    network: {
      resume: async () => 'nothing',
      bringUp: async () => {},
      watch: async () => {},
      release: async () => {},
    },
    openSource: (member) => openSource(config.configuration, member, NO_CLIENTS),
    lastGood: openLastGood(config.stateDirectory),
    startEngine: startOneWorker,
    onStuck: () => told.push('stuck'),
    examineHost: async () => ({ disk: undefined, memoryAvailable: 1 }),
    // The file is looked at sooner than in life.
    untilAsked: (signal) => (milliseconds) => asking.pauseUntil(signal)(Math.min(milliseconds, 300)),
    report: ({ text }) => told.push(text),
    metrics: noMetrics(),
    random: Math.random,
  };
}

const NO_CLIENTS = {
  ssm: () => Promise.reject(new Error('there is no SSM here')),
  s3: () => Promise.reject(new Error('there is no S3 here')),
};

export function startOneWorker(config: ForwarderConfig): Promise<Engine> {
  return startEngine('native', config, { workers: 1, log: () => {}, onFailure: () => {} });
}

export function agentConfig({
  file,
  directory,
  launchHook,
}: {
  file: string;
  directory: string;
  launchHook?: string | undefined;
}): AgentConfig {
  const result = parseAgentConfig({
    tier: 'acme/main',
    configuration: `file://${file}`,
    stateDirectory: directory,
    ...(launchHook !== undefined && { launchHook }),
  });
  if (!result.ok) throw new TypeError(JSON.stringify(result.problems));
  return result.config;
}

/** An upstream at an address of its own. */
export function upstreamThat(t: TestContext, answer: () => Answer): Promise<Upstream> {
  return startUpstream(t, answer, { address: freeAddress() });
}

export function ruleTo(endpoint: string): ForwarderConfig['rules'] {
  return [{ suffix: 'corp.example.', upstreams: [endpoint] }];
}

export function untilServing({ status }: StagedAgent): Promise<void> {
  return until(() => status().role === 'serving' && status().healthy);
}

export function untilStandby({ status }: StagedAgent): Promise<void> {
  return until(() => status().role === 'standby');
}

function memberAt(address: string): MemberInterface {
  return {
    id: 'eni-a',
    member: 'a',
    mac: '02:00:00:00:00:0a',
    availabilityZone: 'z-1a',
    vpcId: 'vpc-1',
    subnetId: 'subnet-1',
    subnetCidrs: ['127.0.0.0/8'],
    addresses: [address],
    attachment: undefined,
  };
}

function realClock(t: TestContext) {
  const timers = new Set<NodeJS.Timeout>();
  t.after(() => {
    for (const each of timers) clearTimeout(each);
  });
  return {
    now: () => performance.now(),
    sleep: (milliseconds: number) => delay(milliseconds),
    at: (time: number, act: () => void) => {
      timers.add(setTimeout(act, Math.max(0, time - performance.now())));
    },
  };
}
