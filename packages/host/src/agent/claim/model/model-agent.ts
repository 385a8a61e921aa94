import type { MemberInterface } from '../../cloud/address-cloud.ts';
import type { HostFitness } from '../../fitness.ts';
import { NO_MEMORY } from '../decide-claim.ts';
import { takeTurn } from '../take-turn.ts';
import type { ModelCloud } from './model-cloud.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** An agent that takes turns until it is killed: from then on nothing that it began goes on, but what the cloud does already. */
export type ModelAgent = {
  instanceId: string;
  fitness: HostFitness;
  held: () => MemberInterface | undefined;
  kill: () => void;
};

export function startModelAgent(
  instanceId: string,
  { cloud, clock, random }: { cloud: ModelCloud; clock: VirtualClock; random: () => number },
  host: { tier: string; member: string | undefined; availabilityZone: string; vpcId: string },
): ModelAgent {
  let held: MemberInterface | undefined;
  let lives = true;
  /** A promise that the agent does not survive is one that never resolves. */
  const untilKilled = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work.then(
      (value) => () => value,
      (error) => () => {
        throw error;
      },
    );
    return lives ? result() : new Promise<T>(() => {});
  };
  const agent: ModelAgent = {
    instanceId,
    fitness: 'fit',
    held: () => (lives ? held : undefined),
    kill: () => (lives = false),
  };
  const seen = cloud.seenBy(instanceId);
  const ports = {
    cloud: {
      findInterfaces: () => untilKilled(seen.findInterfaces()),
      findHolders: (ids: readonly string[]) => untilKilled(seen.findHolders(ids)),
      attach: (id: string, index: number) => untilKilled(seen.attach(id, index)),
      detach: (id: string, options: { force: boolean }) => untilKilled(seen.detach(id, options)),
    },
    macs: async () => cloud.macsOf(instanceId),
    now: clock.now,
    random,
  };
  const run = async () => {
    let memory = NO_MEMORY;
    while (lives) {
      const turn = await takeTurn(
        memory,
        held,
        { host: async () => ({ ...host, instanceId }), fitness: agent.fitness },
        ports,
      );
      ({ memory, held } = turn);
      await untilKilled(clock.sleep(turn.pause));
    }
  };
  void run();
  return agent;
}
