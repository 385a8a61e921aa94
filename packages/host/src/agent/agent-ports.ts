import type { ForwarderConfig, ServiceInterface } from '@pointsman/core/config';
import type { Engine } from '../engines/engine.ts';
import type { AddressCloud } from './cloud/address-cloud.ts';
import type { Fleet } from './cloud/fleet.ts';
import type { Identity, Metadata } from './cloud/metadata.ts';
import type { LastGood } from './configuration/last-good.ts';
import type { Source } from './configuration/source.ts';
import type { Resumed } from './confirm/index.ts';
import type { Report } from './events.ts';
import type { HostSigns } from './health/judge-host.ts';
import type { AgentMetrics } from './status/metrics.ts';

/** All that an agent does to the world, and hears of it. */
export type AgentPorts = {
  /** Who this host is; it may throw a `CloudError`. */
  identity: () => Promise<Identity>;
  cloud: AddressCloud;
  fleet: Fleet;
  metadata: Pick<Metadata, 'targetLifecycleState' | 'clockOffset'>;
  /** The MAC addresses that the kernel has. */
  macs: () => Promise<ReadonlySet<string>>;
  localAddresses: () => ReadonlySet<string>;
  network: Network;
  openSource: (member: string) => Source;
  lastGood: LastGood;
  /** The signal: nobody wants it any more. */
  startEngine: (config: ForwarderConfig, signal: AbortSignal) => Promise<Engine>;
  /** An engine does not end. */
  onStuck: () => void;
  examineHost: () => Promise<Pick<HostSigns, 'disk' | 'memoryAvailable'>>;
  /** A pause that ends early when somebody wants sources looked at (SIGHUP), or at the signal. */
  untilAsked: (signal: AbortSignal) => (milliseconds: number) => Promise<void>;
  report: Report;
  metrics: AgentMetrics;
  /** From 0 to 1. */
  random: () => number;
};

/** Addresses, routes and IP rules of an interface. */
export type Network = {
  /** First of all: deals with a change that an earlier run left unproven, and says how. @throws Error with a sentence */
  resume: () => Promise<Resumed>;
  /** Waits for it, configures it and proves it. @throws Error with a sentence: all is as it was */
  bringUp: (desired: ServiceInterface, signal: AbortSignal) => Promise<void>;
  /** Keeps it so until the signal. */
  watch: (desired: ServiceInterface, report: Report, signal: AbortSignal) => Promise<void>;
  release: (desired: ServiceInterface) => Promise<void>;
};
