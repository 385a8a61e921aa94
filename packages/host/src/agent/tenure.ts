import type { AgentConfig } from '@pointsman/core/config';
import type { AgentPorts } from './agent-ports.ts';
import { backoff } from './backoff.ts';
import type { MemberInterface } from './cloud/address-cloud.ts';
import { serviceInterfaceOf } from './cloud/service-interface-of.ts';
import { type ConfigurationEvent, followConfiguration } from './configuration/follow-configuration.ts';
import type { AgentEvent } from './events.ts';
import type { Heals } from './heals/heals.ts';
import { type EngineHealth, watchEngine } from './health/watch-engine.ts';
import { pauseFor } from './pause.ts';
import { openService, type Serving } from './serve/service.ts';

/** The time in which a host has a fixed address: interface, configuration, engine and health, from its beginning to its end. */
export type Tenure = {
  interface: MemberInterface;
  /** Milliseconds since 1970. */
  since: number;
  serving: () => Serving | undefined;
  health: () => EngineHealth;
  /** The engine does not come back, and nothing is tried any more. */
  isLost: () => boolean;
  /** Resolves when nothing of it is left on this host. */
  end: () => Promise<void>;
};

export type TenureOptions = {
  config: AgentConfig;
  ports: AgentPorts;
  heals: Heals;
  /** The engine does not come back, whatever is tried: this host must let go. */
  onLost: () => void;
};

const NO_HEALTH: EngineHealth = { answers: false, isProbed: false, rules: [] };

export function beginTenure(held: MemberInterface, options: TenureOptions): Tenure {
  const { config, ports, heals } = options;
  let isLost = false;
  const onLost = () => {
    isLost = true;
    options.onLost();
  };
  const ending = new AbortController();
  const { signal } = ending;
  const member = held.member!;
  const service = openService({ start: ports.startEngine, onStuck: ports.onStuck, now: Date.now });
  let health = NO_HEALTH;
  let readHealth = () => health;
  const work = async () => {
    const desired = serviceInterfaceOf(held);
    await bringUp(desired, options, signal);
    if (signal.aborted) return;
    heals.note('the interface is up');
    const watched = watchEngine({
      ...engineNews(member, { ports, heals, onLost }),
      service,
      engine: config.engine,
      signal,
    });
    readHealth = watched.health;
    const followed = followConfiguration({
      source: ports.openSource(member),
      member,
      addresses: held.addresses,
      lastGood: ports.lastGood,
      use: service.use,
      report: (event) => ports.report(describeConfiguration(event)),
      pause: ports.untilAsked(signal),
      random: ports.random,
      signal,
    });
    await Promise.all([watched.ended, followed, ports.network.watch(desired, ports.report, signal)]);
  };
  const worked = work().catch((error: Error) => {
    ports.report({ level: 3, text: `serving ${member} failed: ${error.message}` });
    onLost();
  });
  return {
    interface: held,
    since: Date.now(),
    serving: service.current,
    health: () => readHealth(),
    isLost: () => isLost,
    end: async () => {
      ending.abort();
      // First the engine: nobody may answer at an address that is gone.
      await service.stop();
      await worked;
      await service.stop();
      health = NO_HEALTH;
      readHealth = () => health;
      await ports.network
        .release(serviceInterfaceOf(held))
        .catch((error: Error) => ports.report({ level: 4, text: `routes are left: ${error.message}` }));
    },
  };
}

/** Until the address is usable: what is in the way may go away. */
async function bringUp(
  desired: ReturnType<typeof serviceInterfaceOf>,
  { ports }: TenureOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await ports.network.bringUp(desired, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = error as Error;
      ports.report({ level: 3, text: `the interface ${desired.mac} is not up: ${message}` });
      await pauseFor(backoff(failures, ports.random()), signal);
    }
  }
}

function engineNews(member: string, { ports, heals, onLost }: Omit<TenureOptions, 'config'>) {
  return {
    onAnswers: () => {
      ports.report({ level: 5, text: `${member} answers` });
      heals.end('healed');
    },
    onRestart: () => {
      ports.metrics.engineRestarts++;
      heals.begin(member, 'the engine is silent');
      heals.note('the engine is started again');
      ports.report({ level: 4, text: `the engine of ${member} is silent: it is started again` });
    },
    onFailure: (reason: string) => {
      heals.note(`the engine does not start: ${reason}`);
      ports.report({ level: 3, text: `the engine of ${member} does not start: ${reason}` });
    },
    onLost: () => {
      heals.end('came to nothing');
      ports.report({
        level: 3,
        text: `the engine of ${member} stays silent: this host lets go of the address`,
      });
      onLost();
    },
  };
}

export function describeConfiguration(event: ConfigurationEvent): AgentEvent {
  switch (event.event) {
    case 'taken':
      return { level: 5, text: `configuration ${event.revision} from ${event.from} is in force` };
    case 'refused': {
      const text = `configuration ${event.revision} from ${event.from} is not taken, the last good one stays: ${event.mistakes.join('; ')}`;
      return { level: 3, text };
    }
    case 'away':
      return { level: 4, text: `the configuration cannot be read, the last good one stays: ${event.reason}` };
    case 'back':
      return { level: 5, text: `${event.from} can be read again` };
    case 'not-kept':
      return { level: 4, text: `the configuration is in force, but not kept on disk: ${event.reason}` };
  }
}
