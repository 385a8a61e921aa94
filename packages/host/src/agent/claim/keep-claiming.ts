import type { AgentConfig } from '@pointsman/core/config';
import type { AgentPorts } from '../agent-ports.ts';
import type { MemberInterface } from '../cloud/address-cloud.ts';
import { sayOnce } from '../events.ts';
import type { HostFitness } from '../fitness.ts';
import type { Heals } from '../heals/heals.ts';
import { pauseFor } from '../pause.ts';
import { NO_MEMORY } from './decide-claim.ts';
import { type Turn, takeTurn } from './take-turn.ts';

/** What a turn came to. */
export type Outcome = Pick<Turn, 'held' | 'step' | 'candidates' | 'problems'>;

export type ClaimingOptions = {
  config: AgentConfig;
  ports: AgentPorts;
  fitness: () => HostFitness;
  heals: Heals;
  /** The interface that this host had when its agent ended last. */
  remembered: MemberInterface | undefined;
  /** After each turn, and at once when the kernel loses the interface. */
  onTurn: (turn: Outcome) => Promise<void>;
  signal: AbortSignal;
};

/** Milliseconds between two looks at the kernel: it is asked without a system call over the network. */
const KERNEL_INTERVAL = 200;

/** Takes turns until the signal. */
export async function keepClaiming(options: ClaimingOptions): Promise<void> {
  const { config, ports, signal } = options;
  const say = sayOnce(ports.report);
  let memory = NO_MEMORY;
  let held = options.remembered;
  const claimPorts = {
    cloud: ports.cloud,
    macs: ports.macs,
    now: () => performance.now(),
    random: ports.random,
  };
  while (!signal.aborted) {
    const fitness = options.fitness();
    const turn = await takeTurn(memory, held, { host: () => hostOf(config, ports), fitness }, claimPorts);
    if (signal.aborted) return;
    ({ memory, held } = turn);
    count(turn, ports);
    tell(turn, options, say);
    await options.onTurn(turn);
    const before = held;
    const known = await ports.macs();
    await pauseUntilKernelChanges(known, turn.pause, options, fitness);
    // Whoever lost its interface ends now, before the cloud is asked.
    if (before && !(await ports.macs()).has(before.mac)) {
      held = undefined;
      say('loss', { level: 4, text: `${before.id} (${before.member}) is not on this host any more` });
      await options.onTurn({ held, step: undefined, candidates: undefined, problems: turn.problems });
    } else say('loss', undefined);
  }
}

async function hostOf({ tier, member }: AgentConfig, { identity }: AgentPorts) {
  const { instanceId, availabilityZone, vpcId } = await identity();
  return { tier: tier!, member, instanceId, availabilityZone, vpcId };
}

/** So long, or until interfaces come or go, or it is not as fit as it was. */
async function pauseUntilKernelChanges(
  before: ReadonlySet<string>,
  pause: number,
  { ports, fitness, signal }: ClaimingOptions,
  as: HostFitness,
): Promise<void> {
  const end = performance.now() + pause;
  while (!signal.aborted && performance.now() < end && fitness() === as) {
    await pauseFor(Math.max(0, Math.min(KERNEL_INTERVAL, end - performance.now())), signal);
    const now = await ports.macs();
    if (now.size !== before.size || [...now].some((mac) => !before.has(mac))) return;
  }
}

function count({ step, failure }: Turn, { metrics }: AgentPorts): void {
  if (failure) metrics.failedCalls[failure.kind] = (metrics.failedCalls[failure.kind] ?? 0) + 1;
  else if (step?.do === 'attach') metrics.attaches++;
  else if (step?.do === 'detach') metrics[step.force ? 'forcedDetaches' : 'detaches']++;
}

type SayOnce = ReturnType<typeof sayOnce>;

function tell({ step, problems, failure }: Turn, { heals }: ClaimingOptions, say: SayOnce): void {
  const level = failure?.kind === 'denied' || failure?.kind === 'refused' ? 3 : 4;
  say('failure', failure && { level, text: failure.message });
  const problem = problems.map(({ message }) => message).join('; ');
  say('problem', problem === '' ? undefined : { level: 3, text: problem });
  if (!step) return;
  if (step.do === 'wait') say('step', { level: 6, text: step.why });
  if (failure) {
    if (step.do !== 'wait') heals.note(`${step.do} failed: ${failure.message}`);
    return;
  }
  if (step.do === 'hold' && step.despite !== undefined)
    say('step', { level: 4, text: `this host keeps ${step.interface.member} for now: ${step.despite}` });
  if (step.do === 'wait' || step.do === 'hold') return;
  const { id, member } = step.interface;
  const what =
    step.do === 'attach'
      ? `${id} (${member}) is being attached to this host`
      : `${id} (${member}) is being detached${step.force ? ' by force' : ''}: ${step.why}`;
  heals.begin(member!, step.do === 'attach' ? `${member} had no host` : step.why);
  heals.note(what);
  say('step', { level: 5, text: what });
}
