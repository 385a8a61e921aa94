import { once } from 'node:events';
import { join } from 'node:path';
import type { Network } from './agent-ports.ts';
import { applyConfirmed, resumeConfirmation } from './confirm/index.ts';
import type { AgentEvent } from './events.ts';
import {
  formatStep,
  type InterfaceEvent,
  releaseInterface,
  runCommand,
  waitForInterface,
  watchInterface,
} from './interface/index.ts';

/** Milliseconds: the cloud says `attached` before the kernel has it. */
const ARRIVES_WITHIN = 20_000;

/** Seconds in which an interface has to be proven, or all is put back. */
const CONFIRM_WITHIN = 30;

/** The network of this host. `directory`: the agent's state directory. */
export function openNetwork(directory: string): Network {
  const run = runCommand;
  const pending = join(directory, 'confirm');
  return {
    resume: () => resumeConfirmation(run, pending),
    bringUp: async (desired, signal) => {
      await waitForInterface(desired.mac, { run, patience: ARRIVES_WITHIN, signal });
      await applyConfirmed(desired, { run, directory: pending, within: CONFIRM_WITHIN });
    },
    watch: (desired, report, signal) =>
      watchInterface(desired, { run, signal, report: (event) => report(describe(event)) }),
    release: async (desired) => {
      await releaseInterface(run, desired);
    },
  };
}

/** For a host whose addresses are somebody else's business: they are there when it serves, and nothing is done to them. */
export function leaveNetwork(): Network {
  return {
    resume: async () => 'nothing',
    bringUp: async () => {},
    watch: async (_, __, signal) => {
      if (!signal.aborted) await once(signal, 'abort');
    },
    release: async () => {},
  };
}

function describe(event: InterfaceEvent): AgentEvent {
  switch (event.event) {
    case 'repaired':
      return {
        level: 4,
        text: `somebody had changed the interface; repaired: ${event.steps.map(formatStep).join('; ')}`,
      };
    case 'fought':
      return {
        level: 3,
        text: `the interface was repaired ${event.repairs} times within two minutes: stop whatever changes it`,
      };
    case 'obstacle':
      return { level: 3, text: event.text };
    case 'failed':
      return { level: 3, text: `the interface cannot be repaired: ${event.reason}` };
    case 'gone':
      return { level: 4, text: 'the interface is gone' };
    case 'back':
      return { level: 5, text: 'the interface is back' };
  }
}
