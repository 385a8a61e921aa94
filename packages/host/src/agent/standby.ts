import type { AgentPorts } from './agent-ports.ts';
import type { MemberInterface } from './cloud/address-cloud.ts';
import { followConfiguration } from './configuration/follow-configuration.ts';
import { describeConfiguration } from './tenure.ts';

/**
 * What a host without an address keeps ready: the configuration of each member that it may have to take over from, on disk, so that it
 * answers at once, also while the source is away.
 */
export type Standby = {
  /** The members that it may take over from now. */
  keep: (interfaces: readonly MemberInterface[]) => void;
  /** There is a good configuration of each. */
  isReady: () => boolean;
  end: () => Promise<void>;
};

type Kept = { ready: boolean; ending: AbortController; ended: Promise<void> };

export function startStandby(ports: AgentPorts): Standby {
  const kept = new Map<string, Kept>();
  const begin = ({ member, addresses }: MemberInterface) => {
    const ending = new AbortController();
    const { signal } = ending;
    const each: Kept = { ready: false, ending, ended: Promise.resolve() };
    each.ended = followConfiguration({
      source: ports.openSource(member!),
      member: member!,
      addresses,
      lastGood: ports.lastGood,
      use: async () => {
        each.ready = true;
      },
      report: (event) => {
        if (event.event !== 'taken') ports.report(describeConfiguration(event));
      },
      pause: ports.untilAsked(signal),
      random: ports.random,
      signal,
    });
    kept.set(member!, each);
  };
  return {
    keep: (interfaces) => {
      const wanted = new Map(interfaces.map((each) => [each.member!, each]));
      for (const [member, { ending }] of kept)
        if (!wanted.has(member)) {
          ending.abort();
          kept.delete(member);
        }
      for (const [member, each] of wanted) if (!kept.has(member)) begin(each);
    },
    isReady: () => kept.size > 0 && [...kept.values()].every(({ ready }) => ready),
    end: async () => {
      for (const { ending } of kept.values()) ending.abort();
      await Promise.all([...kept.values()].map(({ ended }) => ended));
      kept.clear();
    },
  };
}
