import type { AgentConfig, ServiceInterface } from '@pointsman/core/config';
import type { AgentPorts } from './agent-ports.ts';
import { backoff } from './backoff.ts';
import type { MemberInterface } from './cloud/address-cloud.ts';
import { serviceInterfaceOf } from './cloud/service-interface-of.ts';
import type { Configuration } from './configuration/check-configuration.ts';
import { type ConfigurationEvent, followConfiguration } from './configuration/follow-configuration.ts';
import type { AgentEvent } from './events.ts';
import type { Heals } from './heals/heals.ts';
import { type EngineHealth, watchEngine } from './health/watch-engine.ts';
import { pauseFor } from './pause.ts';
import { type FirstStart, followFirstStart } from './serve/first-start.ts';
import { openService, type Serving } from './serve/service.ts';

/** The time in which a host has a fixed address: interface, configuration, engine and health, from its beginning to its end. */
export type Tenure = {
  interface: MemberInterface;
  /** Milliseconds since 1970. */
  since: number;
  serving: () => Serving | undefined;
  health: () => EngineHealth;
  /** Milliseconds since this host has failed to serve, and tries nothing any more; undefined where it has not. */
  lostFor: () => number | undefined;
  /** Resolves when nothing of it is left on this host. */
  end: () => Promise<void>;
};

export type TenurePorts = Pick<
  AgentPorts,
  | 'startEngine'
  | 'onStuck'
  | 'network'
  | 'openSource'
  | 'lastGood'
  | 'untilAsked'
  | 'report'
  | 'metrics'
  | 'random'
>;

export type TenureOptions = {
  config: Pick<AgentConfig, 'engine'>;
  ports: TenurePorts;
  heals: Heals;
  /** This host fails to serve, whatever is tried, and must let go. */
  onLost: (reason: string) => void;
  /** Milliseconds, never backwards. */
  now: () => number;
};

const NO_HEALTH: EngineHealth = { answers: false, isProbed: false, rules: [] };

export function beginTenure(held: MemberInterface, options: TenureOptions): Tenure {
  const { config, ports, heals, now } = options;
  let lostSince: number | undefined;
  const onLost = (reason: string) => {
    lostSince ??= now();
    options.onLost(reason);
  };
  const ending = new AbortController();
  const { signal } = ending;
  const member = held.member!;
  const service = openService({ start: ports.startEngine, onStuck: ports.onStuck, now: Date.now });
  let health = NO_HEALTH;
  let readHealth = () => health;
  const giveUp = (reason: string) => {
    heals.end('came to nothing');
    ports.report({ level: 3, text: `${member} cannot be served here: this host lets go of it: ${reason}` });
    onLost(reason);
  };
  const firstStart = followFirstStart(giveUp, now);
  const use = async (configuration: Configuration) => {
    try {
      await service.use(configuration);
      firstStart.excused();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // What the engine does not take from here it takes from no host: another one would be no better.
      if (service.current() || code === 'REJECTED') firstStart.excused();
      else firstStart.failed(`the engine does not start: ${message}`);
      throw error;
    }
  };
  const work = async () => {
    const desired = serviceInterfaceOf(held);
    await bringUp(desired, firstStart, options, signal);
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
      use,
      report: (event) => ports.report(describeConfiguration(event)),
      pause: ports.untilAsked(signal),
      random: ports.random,
      signal,
    });
    await Promise.all([watched.ended, followed, ports.network.watch(desired, ports.report, signal)]);
  };
  const worked = work().catch((error: Error) => {
    giveUp(error.message);
  });
  return {
    interface: held,
    since: Date.now(),
    serving: service.current,
    health: () => readHealth(),
    lostFor: () => (lostSince === undefined ? undefined : now() - lostSince),
    end: async () => {
      ending.abort();
      // First the engine: nobody may answer at an address that is gone.
      await service.stop();
      await worked;
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
  desired: ServiceInterface,
  firstStart: FirstStart,
  { ports }: TenureOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      await ports.network.bringUp(desired, signal);
      return firstStart.excused();
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'CONFIRMATION_PENDING') firstStart.excused();
      else firstStart.failed(message);
      ports.report({ level: 3, text: `the interface ${desired.mac} is not up: ${message}` });
      await pauseFor(backoff(failures, ports.random()), signal);
    }
  }
}

function engineNews(
  member: string,
  { ports, heals, onLost }: Pick<TenureOptions, 'ports' | 'heals' | 'onLost'>,
) {
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
      onLost('the engine does not answer, and starting it again does not help');
    },
  };
}

export function describeConfiguration(event: ConfigurationEvent): AgentEvent {
  switch (event.event) {
    case 'taken':
      return { level: 5, text: `configuration ${event.revision} from ${event.from} is in force` };
    case 'refused': {
      const so = event.isInForce
        ? 'the last good one stays'
        : 'and there is no good one: nobody is served before it is corrected';
      const text = `configuration ${event.revision} from ${event.from} is not taken, ${so}: ${event.mistakes.join('; ')}`;
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
